/**
 * Reads Blosc containers (format 2), the usual compression of Zarr. Ours, because the policy of our pages forbids
 * `new Function`, which the WebAssembly builds of numcodecs call when they start.
 *
 *     header (16 bytes) | start of each block (int32 each) | blocks
 *     block: one stream, or one per byte of a value when they were split; a stream: its length (int32), its bytes
 */
import { decompress as unzstd } from "fzstd";

const HEADER_BYTES = 16;
const FLAG = { shuffle: 0x01, stored: 0x02, bitShuffle: 0x04, notSplit: 0x10 } as const;
const MAX_SPLITS = 16;
const MIN_SPLIT_VALUES = 128;
const FAR = 8191;

type Decode = (source: Uint8Array, target: Uint8Array) => void | Promise<void>;

/** By the number in the header; 2 is Snappy, which hardly anybody writes any more. */
const FORMATS: Readonly<Record<number, Decode>> = {
  0: readBloscLz,
  1: readLz4,
  3: readZlib,
  4: (source, target) => target.set(unzstd(source)),
};

/** It is whole, but packed in a way that we do not read. */
export class UnknownCompressionError extends Error {
  constructor(readonly number: number) {
    super(`the compression number ${number} inside Blosc is not known`);
  }
}

/** @throws UnknownCompressionError; Error with a sentence for what is no Blosc container, or is cut short. */
export async function decodeBlosc(source: Uint8Array): Promise<Uint8Array> {
  if (source.length < HEADER_BYTES) throw new Error("the file is shorter than its header");
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const flags = view.getUint8(2);
  const valueBytes = view.getUint8(3);
  const bytes = view.getUint32(4, true);
  const blockBytes = view.getUint32(8, true);
  if (view.getUint32(12, true) > source.length) throw new Error("the file is cut short");
  if (flags & FLAG.stored) return source.slice(HEADER_BYTES, HEADER_BYTES + bytes);
  const decode = FORMATS[flags >> 5];
  if (!decode) throw new UnknownCompressionError(flags >> 5);
  const out = new Uint8Array(bytes);
  for (let at = 0, block = 0; at < bytes; at += blockBytes, block += 1) {
    const target = out.subarray(at, at + blockBytes);
    const isSplit =
      (flags & FLAG.notSplit) === 0 &&
      valueBytes <= MAX_SPLITS &&
      target.length / valueBytes >= MIN_SPLIT_VALUES &&
      target.length === blockBytes;
    const streams = isSplit ? valueBytes : 1;
    const streamBytes = Math.floor(target.length / streams);
    let from = view.getUint32(HEADER_BYTES + 4 * block, true);
    for (let stream = 0; stream < streams; stream += 1) {
      const length = view.getUint32(from, true);
      const part = source.subarray(from + 4, from + 4 + length);
      const place = target.subarray(stream * streamBytes, (stream + 1) * streamBytes);
      if (length === streamBytes) place.set(part);
      else await decode(part, place);
      from += 4 + length;
    }
    if (flags & FLAG.shuffle && valueBytes > 1) target.set(joinBytes(target, valueBytes));
    else if (flags & FLAG.bitShuffle) target.set(joinBits(target, valueBytes));
  }
  return out;
}

/** All first bytes of the values, then all second ones, … → values. What is left over lies at the end as it is. */
function joinBytes(block: Uint8Array, valueBytes: number): Uint8Array {
  const out = block.slice();
  const values = Math.floor(block.length / valueBytes);
  for (let byte = 0; byte < valueBytes; byte += 1)
    for (let value = 0; value < values; value += 1)
      out[value * valueBytes + byte] = block[byte * values + value] ?? 0;
  return out;
}

/** All lowest bits of the values, then all second lowest ones, … → values. Only whole eights were shuffled. */
function joinBits(block: Uint8Array, valueBytes: number): Uint8Array {
  const values = Math.floor(block.length / valueBytes);
  if (values % 8 !== 0) return block;
  const out = new Uint8Array(block.length);
  const rowBytes = values / 8;
  for (let bit = 0; bit < valueBytes * 8; bit += 1)
    for (let value = 0; value < values; value += 1) {
      const isSet = ((block[bit * rowBytes + (value >> 3)] ?? 0) >> (value & 7)) & 1;
      const to = value * valueBytes + (bit >> 3);
      out[to] = (out[to] ?? 0) | (isSet << (bit & 7));
    }
  // Bytes behind the last whole value.
  out.set(block.subarray(values * valueBytes), values * valueBytes);
  return out;
}

/** Byte by byte, because a copy may overlap what it writes: then it repeats. */
function repeat(target: Uint8Array, at: number, distance: number, length: number): number {
  if (distance <= 0 || distance > at) throw new Error("the compressed data point before their beginning");
  for (let to = at; to < at + length; to += 1) target[to] = target[to - distance] ?? 0;
  return at + length;
}

/** An LZ4 block: literals, then a copy of what was written, again and again. */
export function readLz4(source: Uint8Array, target: Uint8Array): void {
  let from = 0;
  let to = 0;
  const lengthOf = (nibble: number) => {
    let length = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; length += more) more = source[from++] ?? 0;
    return length;
  };
  while (from < source.length) {
    const token = source[from++] ?? 0;
    const literals = lengthOf(token >> 4);
    target.set(source.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from >= source.length) return;
    const distance = (source[from] ?? 0) | ((source[from + 1] ?? 0) << 8);
    from += 2;
    to = repeat(target, to, distance, lengthOf(token & 15) + 4);
  }
}

/** BloscLZ, a FastLZ: a control byte says how many literals follow, or how far back and how long to copy. */
function readBloscLz(source: Uint8Array, target: Uint8Array): void {
  let from = 1;
  let to = 0;
  let control = (source[0] ?? 0) & 31;
  for (;;) {
    if (control < 32) {
      target.set(source.subarray(from, from + control + 1), to);
      from += control + 1;
      to += control + 1;
    } else {
      let length = (control >> 5) - 1;
      for (let more = length === 6 ? 255 : 0; more === 255; length += more) more = source[from++] ?? 0;
      const high = (control & 31) << 8;
      const low = source[from++] ?? 0;
      let distance = high + low;
      if (low === 255 && high === 31 << 8) {
        distance = ((source[from] ?? 0) << 8) + (source[from + 1] ?? 0) + FAR;
        from += 2;
      }
      to = repeat(target, to, distance + 1, length + 3);
    }
    if (from >= source.length) return;
    control = source[from++] ?? 0;
  }
}

async function readZlib(source: Uint8Array, target: Uint8Array): Promise<void> {
  const stream = new Blob([source.slice()]).stream().pipeThrough(new DecompressionStream("deflate"));
  target.set(new Uint8Array(await new Response(stream).arrayBuffer()));
}
