/** The worker that `decode.ts` starts. */
import { UnknownCompressionError } from "./blosc";
import { DECODERS } from "./decoders";
import type { DecoderName } from "./decoders";

export type DecodeRequest = { id: number; name: DecoderName; source: Uint8Array };
/** Classes of errors do not pass between threads; `number`: of an UnknownCompressionError. */
export type DecodeAnswer =
  { id: number; bytes: Uint8Array } | { id: number; message: string; number: number | null };

self.addEventListener("message", ({ data }: MessageEvent<DecodeRequest>) => void answer(data));

async function answer({ id, name, source }: DecodeRequest): Promise<void> {
  try {
    const bytes = await DECODERS[name](source);
    self.postMessage({ id, bytes } satisfies DecodeAnswer, { transfer: [bytes.buffer] });
  } catch (err) {
    const number = err instanceof UnknownCompressionError ? err.number : null;
    const message = err instanceof Error ? err.message : String(err);
    self.postMessage({ id, message, number } satisfies DecodeAnswer);
  }
}
