/** Replaces zarrita's codecs that need `new Function`, which our pages forbid, by ones that only read. */
import { decompress as unzstd } from "fzstd";
import { isZarritaError, registry } from "zarrita";
import { UnknownCompressionError, decodeBlosc, readLz4 } from "./blosc";
import { DataError } from "./data-store";

/** numcodecs writes the length of the result before an LZ4 block. */
const LENGTH_BYTES = 4;

function decodeLz4(source: Uint8Array): Uint8Array {
  const length = new DataView(source.buffer, source.byteOffset, source.byteLength).getUint32(0, true);
  const out = new Uint8Array(length);
  readLz4(source.subarray(LENGTH_BYTES), out);
  return out;
}

function readOnly(decode: (source: Uint8Array) => Uint8Array | Promise<Uint8Array>) {
  const codec = {
    kind: "bytes_to_bytes" as const,
    decode,
    encode: (): Promise<Uint8Array> => Promise.reject(new Error("Images are only read here.")),
  };
  return () => Promise.resolve({ fromConfig: () => codec });
}

const CODECS = { blosc: decodeBlosc, zstd: (source: Uint8Array) => unzstd(source), lz4: decodeLz4 };

/** Once per page is enough; again does no harm. */
export function registerCodecs(): void {
  for (const [name, decode] of Object.entries(CODECS))
    for (const key of [name, `numcodecs.${name}`]) registry.set(key, readOnly(decode));
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
