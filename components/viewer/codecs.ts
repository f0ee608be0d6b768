/** Replaces zarrita's codecs that need `new Function`, which our pages forbid, by ones that only read. */
import { isZarritaError, registry } from "zarrita";
import { UnknownCompressionError } from "./blosc";
import { DataError } from "./data-store";
import { decode } from "./decode";
import { DECODERS } from "./decoders";
import type { DecoderName } from "./decoders";

function readOnly(name: DecoderName) {
  const codec = {
    kind: "bytes_to_bytes" as const,
    decode: (source: Uint8Array) => decode(name, source),
    encode: (): Promise<Uint8Array> => Promise.reject(new Error("Images are only read here.")),
  };
  return () => Promise.resolve({ fromConfig: () => codec });
}

/** Once per page is enough; again does no harm. */
export function registerCodecs(): void {
  for (const name of Object.keys(DECODERS) as DecoderName[])
    for (const key of [name, `numcodecs.${name}`]) registry.set(key, readOnly(name));
}

/** Why a chunk cannot be decoded, as a sentence with what to do; every other error as it is. */
export function explainCodec(err: unknown): unknown {
  if (isZarritaError(err, "UnknownCodecError")) return unreadable(nameOf(err.codec));
  if (!isZarritaError(err, "CodecPipelineError") || !(err.cause instanceof Error)) return err;
  if (err.cause instanceof UnknownCompressionError)
    return unreadable(`blosc, compression ${err.cause.number}`);
  return new DataError(
    `A part of it could not be decoded (${nameOf(err.codec)}): ${err.cause.message}. It may be half written or damaged; if so, make the image again.`,
  );
}

/** Zarr 2 has no such prefix; zarrita adds it. */
const nameOf = (codec = "bytes") => codec.replace(/^numcodecs\./, "");

const unreadable = (codec: string) =>
  new DataError(
    `This image is stored with the codec '${codec}', which the viewer cannot read. Write it again with blosc, zstd, lz4, gzip or zlib to look at it here.`,
  );
