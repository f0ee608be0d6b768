/** Opens an OME-Zarr image: metadata and arrays, no pixels yet. */
import * as zarr from "zarrita";
import { registerCodecs } from "./codecs";
import { DataError } from "./data-store";
import { parseLabels, parseMultiscale, unnamedAxes } from "./ngff";
import type { AxisName, Multiscale } from "./ngff";

type ZarrArray = zarr.Array<zarr.DataType, zarr.AsyncReadable>;
type Place = zarr.Location<zarr.AsyncReadable>;
type Format = "v2" | "v3";

/** One resolution. Sizes in its own pixels; `factor` is how many pixels of level 0 one of them is wide and high. */
export type Level = {
  array: ZarrArray;
  axes: readonly AxisName[];
  width: number;
  height: number;
  tileWidth: number;
  tileHeight: number;
  factor: { x: number; y: number };
};

export type OpenImage = {
  meta: Multiscale;
  /** Finest first. */
  levels: readonly Level[];
  /** 1 for an axis that the image does not have. */
  size: { t: number; c: number; z: number };
  /** Micrometres per pixel of level 0; null: unknown. */
  pixel: { x: number; y: number; z: number } | null;
};

registerCodecs();

/** Both formats are common: what the last image of this page was is asked for first. */
let lastFormat: Format = "v2";

/**
 * @param onlyLowest opens one array instead of all, for thumbnails.
 * @throws DataError with a sentence.
 */
export async function openImage(
  store: zarr.AsyncReadable,
  options: { path?: string; onlyLowest?: boolean; signal?: AbortSignal } = {},
): Promise<OpenImage> {
  const root = zarr.root(store).resolve(options.path ?? "/");
  const signal = options.signal ? { signal: options.signal } : {};
  const found = await readAttributes(root, signal);
  if (!found)
    throw new DataError("There is nothing at this path: the image was not written yet, or it was moved.");
  const meta = parseMultiscale(found.attributes);
  const wanted = options.onlyLowest === true ? meta.levels.slice(-1) : meta.levels;
  const arrays = await Promise.all(
    wanted.map(({ path }) => openArray(root.resolve(path), found.format, signal)),
  );
  const shape = arrays[0]?.shape ?? [];
  const axes = meta.axes ?? unnamedAxes(shape.length);
  const finest = { shape, scale: wanted[0]?.scale ?? null };
  const sizeOf = (axis: AxisName) => shape[axes.indexOf(axis)] ?? 1;
  const lengthOf = (axis: AxisName) => (finest.scale?.[axes.indexOf(axis)] ?? 1) * (meta.micrometers ?? 1);
  return {
    meta,
    levels: arrays.map((array, at) => toLevel(array, axes, wanted[at]?.scale ?? null, finest)),
    size: { t: sizeOf("t"), c: sizeOf("c"), z: sizeOf("z") },
    pixel:
      meta.micrometers === null || finest.scale === null
        ? null
        : { x: lengthOf("x"), y: lengthOf("y"), z: lengthOf("z") },
  };
}

/** Names of the label images beside an image; empty without any. */
export async function listLabels(store: zarr.AsyncReadable): Promise<string[]> {
  const found = await readAttributes(zarr.root(store).resolve("labels"), {});
  return found ? parseLabels(found.attributes) : [];
}

async function readAttributes(place: Place, signal: { signal?: AbortSignal }) {
  const formats: Format[] = lastFormat === "v2" ? ["v2", "v3"] : ["v3", "v2"];
  for (const format of formats) {
    const bytes = await place.store.get(
      place.resolve(format === "v2" ? ".zattrs" : "zarr.json").path,
      signal,
    );
    if (!bytes) continue;
    const document = parseJson(bytes);
    const attributes = format === "v2" ? document : document["attributes"];
    lastFormat = format;
    return { format, attributes: (attributes ?? {}) as Record<string, unknown> };
  }
  return null;
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof document === "object" && document !== null) return document as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new DataError("The metadata of this image is not valid JSON: it may be half written.");
}

async function openArray(place: Place, format: Format, signal: { signal?: AbortSignal }): Promise<ZarrArray> {
  try {
    if (format === "v3") return await zarr.open.v3(place, { kind: "array", ...signal });
    return await zarr.open.v2(place, { kind: "array", attrs: false, ...signal });
  } catch (err) {
    if (zarr.isZarritaError(err, "NotFoundError"))
      throw new DataError(`A resolution of this image is missing: ${place.path.slice(1)}.`);
    throw err;
  }
}

type Extent = { shape: readonly number[]; scale: readonly number[] | null };

function toLevel(
  array: ZarrArray,
  axes: readonly AxisName[],
  scale: readonly number[] | null,
  finest: Extent,
): Level {
  const y = axes.indexOf("y");
  const x = axes.indexOf("x");
  if (array.shape.length !== axes.length || y < 0)
    throw new DataError(
      `The array has ${array.shape.length} dimensions, which are not the axes ${axes.join(", ")}.`,
    );
  // Files before 0.4 tell no scale: their sizes do.
  const ratio = (at: number) =>
    scale && finest.scale
      ? (scale[at] ?? 1) / (finest.scale[at] ?? 1)
      : (finest.shape[at] ?? 1) / (array.shape[at] ?? 1);
  return {
    array,
    axes,
    width: array.shape[x] ?? 0,
    height: array.shape[y] ?? 0,
    tileWidth: array.chunks[x] ?? 1,
    tileHeight: array.chunks[y] ?? 1,
    factor: { x: ratio(x), y: ratio(y) },
  };
}
