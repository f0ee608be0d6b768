/** Reads planes: the y and x of one chunk, at one t, c and z. */
import { explainCodec } from "./codecs";
import { DataError } from "./data-store";
import type { Level } from "./open-image";

export type NumberArray =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Value of pixel (y, x): `data[offset + y * rowStride + x * columnStride]`. */
export type Plane = {
  data: NumberArray;
  offset: number;
  rowStride: number;
  columnStride: number;
  width: number;
  height: number;
};

export type Place = { t: number; c: number; z: number };
export type TileAt = { row: number; column: number };

export const valueAt = (plane: Plane, y: number, x: number): number =>
  plane.data[plane.offset + y * plane.rowStride + x * plane.columnStride] ?? 0;

/** A rectangle of it; the values are shared. */
export const partOf = (
  plane: Plane,
  part: { x: number; y: number; width: number; height: number },
): Plane => ({
  ...plane,
  offset: plane.offset + part.y * plane.rowStride + part.x * plane.columnStride,
  width: Math.min(part.width, plane.width - part.x),
  height: Math.min(part.height, plane.height - part.y),
});

/** More in one piece would end the tab of the browser instead of being drawn. */
const MOST_CHUNK_BYTES = 1024 ** 3;
/** Of one plane; drawn, each takes four bytes. */
const MOST_PIXELS = 2 ** 27;

type Chunk = { data: NumberArray; stride: readonly number[] };

/**
 * Decoded chunks, so that a chunk with many z is decoded once; the ones longest unused go first.
 *
 * @param maxBytes of all of them; one that is larger alone is kept until the next.
 */
export class ChunkCache {
  readonly #chunks = new Map<string, { chunk: Chunk; bytes: number }>();
  readonly #loading = new Map<string, Promise<Chunk>>();
  #bytes = 0;
  constructor(readonly maxBytes: number) {}

  /** What is decoded already; null: load it. */
  peek(level: Level, place: Place, tile: TileAt): Plane | null {
    const { key, within } = locate(level, place, tile);
    const entry = this.#chunks.get(key);
    if (!entry) return null;
    this.#chunks.delete(key);
    this.#chunks.set(key, entry);
    return planeOf(entry.chunk, level, within, tile);
  }

  /** @throws DataError if the chunk is too large, else whatever the store or a codec throws; the next call tries again. */
  async load(level: Level, place: Place, tile: TileAt, signal?: AbortSignal): Promise<Plane> {
    const known = this.peek(level, place, tile);
    if (known) return known;
    requireBearable(level);
    const { key, coordinates, within } = locate(level, place, tile);
    const loading = this.#loading.get(key) ?? this.#start(level, key, coordinates, signal);
    return planeOf(await loading, level, within, tile);
  }

  #start(level: Level, key: string, coordinates: number[], signal?: AbortSignal): Promise<Chunk> {
    const loading = level.array
      .getChunk(coordinates, signal ? { signal } : {})
      .then(({ data, stride }) => {
        const chunk = { data: toNumbers(data), stride };
        this.#keep(key, chunk);
        return chunk;
      })
      .catch((err: unknown) => {
        throw explainCodec(err);
      })
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  #keep(key: string, chunk: Chunk): void {
    this.#chunks.set(key, { chunk, bytes: chunk.data.byteLength });
    this.#bytes += chunk.data.byteLength;
    for (const [old, { bytes }] of this.#chunks) {
      if (this.#bytes <= this.maxBytes || old === key) break;
      this.#chunks.delete(old);
      this.#bytes -= bytes;
    }
  }
}

let arrays = 0;
/** Two arrays of one path may belong to two stores. */
const arrayIds = new WeakMap<object, number>();

function locate({ array, axes }: Level, place: Place, tile: TileAt) {
  let id = arrayIds.get(array);
  if (id === undefined) arrayIds.set(array, (id = ++arrays));
  const index = { t: place.t, c: place.c, z: place.z, y: 0, x: 0 };
  const within: number[] = [];
  const coordinates = axes.map((axis, at) => {
    if (axis === "y") return tile.row;
    if (axis === "x") return tile.column;
    const length = array.chunks[at] ?? 1;
    // A label image may have fewer planes than its image: its last one then.
    const wanted = Math.min(index[axis], (array.shape[at] ?? 1) - 1);
    within[at] = wanted % length;
    return Math.floor(wanted / length);
  });
  return { key: `${id}/${coordinates.join("/")}`, coordinates, within };
}

function requireBearable({ array, tileWidth, tileHeight }: Level): void {
  const valueBytes = Number(/\d+$/.exec(array.dtype)?.[0] ?? 8) / 8;
  const bytes = array.chunks.reduce((product, length) => product * length, valueBytes);
  if (bytes <= MOST_CHUNK_BYTES && tileWidth * tileHeight <= MOST_PIXELS) return;
  throw new DataError(
    `A chunk of this resolution is ${tileWidth} × ${tileHeight} pixels large and takes ${Math.ceil(bytes / 1e6)} MB, which is too much for a browser. Write the image in smaller chunks.`,
  );
}

function planeOf({ data, stride }: Chunk, level: Level, within: readonly number[], tile: TileAt): Plane {
  const y = level.axes.indexOf("y");
  const x = level.axes.indexOf("x");
  return {
    data,
    offset: within.reduce((sum, at, axis) => sum + at * (stride[axis] ?? 0), 0),
    rowStride: stride[y] ?? 0,
    columnStride: stride[x] ?? 1,
    // Chunks at the edge are stored whole; what lies outside the image is filling.
    width: Math.min(level.tileWidth, level.width - tile.column * level.tileWidth),
    height: Math.min(level.tileHeight, level.height - tile.row * level.tileHeight),
  };
}

/** @throws Error for arrays that hold no numbers. */
function toNumbers(data: unknown): NumberArray {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) return data as NumberArray;
  // Booleans come as a wrapper that can be read one by one.
  if (typeof data === "object" && data !== null && Symbol.iterator in data)
    return Uint8Array.from(data as Iterable<unknown>, Number);
  throw new Error("its values are no numbers");
}
