/** Decodes large chunks beside the page: 4096 × 4096 pixels take a third of a second, in which it would stand still. */
import { UnknownCompressionError } from "./blosc";
import type { DecodeAnswer, DecodeRequest } from "./decode-worker";
import { DECODERS } from "./decoders";
import type { DecoderName } from "./decoders";

/** What is smaller is decoded sooner than it is sent. */
const WORTH_SENDING_BYTES = 65_536;

type Waiting = DecodeRequest & { resolve: (bytes: Uint8Array) => void; reject: (err: unknown) => void };

const waiting = new Map<number, Waiting>();
let sent = 0;
/** Undefined: not started; null: there are none here (tests), or it did not start. */
let worker: Worker | null | undefined;

/** @throws UnknownCompressionError, or Error for what is cut short or foreign. */
export async function decode(name: DecoderName, source: Uint8Array): Promise<Uint8Array> {
  if (source.length < WORTH_SENDING_BYTES) return DECODERS[name](source);
  if (worker === undefined) worker = start();
  const target = worker;
  if (target === null) return DECODERS[name](source);
  return new Promise((resolve, reject) => {
    const request = { id: ++sent, name, source };
    waiting.set(request.id, { ...request, resolve, reject });
    // Copied, not given away: other chunks may be parts of the same file.
    target.postMessage(request);
  });
}

function start(): Worker | null {
  if (typeof Worker === "undefined") return null;
  const started = new Worker(new URL("./decode-worker.ts", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }: MessageEvent<DecodeAnswer>) => {
    const request = waiting.get(data.id);
    waiting.delete(data.id);
    if ("bytes" in data) request?.resolve(data.bytes);
    else
      request?.reject(
        data.number === null ? new Error(data.message) : new UnknownCompressionError(data.number),
      );
  });
  // It could not be loaded: slower is better than nothing.
  started.addEventListener("error", () => {
    worker = null;
    const left = [...waiting.values()];
    waiting.clear();
    for (const { name, source, resolve, reject } of left)
      Promise.resolve(source).then(DECODERS[name]).then(resolve, reject);
  });
  return started;
}
