/** Decompression without `new Function`, which our pages forbid. Pure; runs in the page and in its worker. */
import { decompress as unzstd } from "fzstd";
import { decodeBlosc, readLz4 } from "./blosc";

/** numcodecs writes the length of the result before an LZ4 block. */
const LENGTH_BYTES = 4;

function decodeLz4(source: Uint8Array): Uint8Array {
  const length = new DataView(source.buffer, source.byteOffset, source.byteLength).getUint32(0, true);
  const out = new Uint8Array(length);
  readLz4(source.subarray(LENGTH_BYTES), out);
  return out;
}

/** By the name of the codec. Each makes a new array. @throws Error for what is cut short or foreign. */
export const DECODERS = {
  blosc: decodeBlosc,
  zstd: (source: Uint8Array) => unzstd(source),
  lz4: decodeLz4,
};
export type DecoderName = keyof typeof DECODERS;
