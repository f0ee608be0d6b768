/**
 * How good is a segmentation? Read and judged by code that shares nothing with the task package: zarrita reads
 * the labels, the few lines below read the ground truth.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { get, open, root } from "zarrita";
import type { AsyncReadable } from "zarrita";

/** Label of each pixel, row by row; 0 is background. */
export type Labels = { readonly data: ArrayLike<number>; readonly height: number; readonly width: number };

/** Bars of the first honest run (0.776 and 0.902), with room for other rounding and none for another method. */
export const MIN_IOU = 0.7;
export const MIN_F1 = 0.8;
/** Two objects are the same one if they overlap by more than this. */
const SAME_OBJECT = 0.5;

/** @param zarrUrl Folder of an image; its label image has one plane. */
export async function readLabels(zarrUrl: string, name: string): Promise<Labels> {
  const store = folderStore(`${zarrUrl}/labels/${name}`);
  const group = await open.v2(root(store), { kind: "group" });
  const { multiscales } = group.attrs as { multiscales: [{ datasets: [{ path: string }] }] };
  const array = await open.v2(root(store).resolve(multiscales[0].datasets[0].path), { kind: "array" });
  const { data, shape } = await get(array);
  const [height = 0, width = 0] = shape.slice(-2);
  if (shape.slice(0, -2).some((length) => length !== 1))
    throw new Error(`more than one plane: ${shape.join(" × ")}`);
  return { data: Array.from(data as ArrayLike<number | bigint>, Number), height, width };
}

/** zarrita asks for `/0/.zarray`, `/0/0/0/0`, …; a chunk that does not exist is all fill value. */
function folderStore(folder: string): AsyncReadable {
  const isMissing = (err: unknown) => (err as NodeJS.ErrnoException).code === "ENOENT";
  return {
    get: (key) =>
      readFile(folder + key).catch((err: unknown) => {
        if (isMissing(err)) return undefined;
        throw err;
      }),
  };
}

const WIDTH = 256;
const HEIGHT = 257;
const BITS = 258;
const COMPRESSION = 259;
const STRIP_OFFSETS = 273;
const STRIP_BYTES = 279;

/** The first page of an uncompressed 16-bit TIFF file in strips. @throws Error for any other. */
export function readTiffLabels(file: string): Labels {
  const bytes = readFileSync(file);
  const isLittle = bytes.toString("latin1", 0, 2) === "II";
  const u16 = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  if (u16(2) !== 42) throw new Error(`${file} is not a TIFF file`);
  const tags = new Map<number, number[]>();
  const directory = u32(4);
  for (let n = 0; n < u16(directory); n += 1) {
    const entry = directory + 2 + 12 * n;
    const read = u16(entry + 2) === 3 ? u16 : u32;
    const size = read === u16 ? 2 : 4;
    const count = u32(entry + 4);
    const from = count * size <= 4 ? entry + 8 : u32(entry + 8);
    tags.set(
      u16(entry),
      Array.from({ length: count }, (_, k) =>
        from + k * size + size <= bytes.length ? read(from + k * size) : 0,
      ),
    );
  }
  const [width = 0] = tags.get(WIDTH) ?? [];
  const [height = 0] = tags.get(HEIGHT) ?? [];
  if (tags.get(BITS)?.[0] !== 16 || (tags.get(COMPRESSION)?.[0] ?? 1) !== 1)
    throw new Error(`${file} is not an uncompressed 16-bit file`);
  const lengths = tags.get(STRIP_BYTES) ?? [];
  const data = (tags.get(STRIP_OFFSETS) ?? []).flatMap((offset, strip) =>
    Array.from({ length: (lengths[strip] ?? 0) / 2 }, (_, k) => u16(offset + 2 * k)),
  );
  if (data.length !== width * height) throw new Error(`${file} is cut short`);
  return { data, height, width };
}

export type Score = {
  /** Mean over the true objects of the overlap with the found object that fits best; 0 where there is none. */
  meanIou: number;
  /** Of true and found objects that overlap by more than a half. */
  f1: number;
};

export function score(truth: Labels, found: Labels): Score {
  if (truth.height !== found.height || truth.width !== found.width) throw new Error("the sizes differ");
  const trueAreas = new Map<number, number>();
  const foundAreas = new Map<number, number>();
  const overlaps = new Map<number, Map<number, number>>();
  const count = (areas: Map<number, number>, label: number) => areas.set(label, (areas.get(label) ?? 0) + 1);
  for (let n = 0; n < truth.data.length; n += 1) {
    const real = truth.data[n] ?? 0;
    const label = found.data[n] ?? 0;
    if (real) count(trueAreas, real);
    if (label) count(foundAreas, label);
    if (!real || !label) continue;
    const shared = overlaps.get(real) ?? new Map<number, number>();
    count(shared, label);
    overlaps.set(real, shared);
  }
  const best = [...trueAreas].map(([real, area]) =>
    Math.max(
      0,
      ...[...(overlaps.get(real) ?? [])].map(
        ([label, shared]) => shared / (area + (foundAreas.get(label) ?? 0) - shared),
      ),
    ),
  );
  // Above a half, no two true objects can share a found one.
  const hits = best.filter((iou) => iou > SAME_OBJECT).length;
  const objects = trueAreas.size + foundAreas.size;
  return {
    meanIou: best.length === 0 ? 0 : best.reduce((sum, iou) => sum + iou, 0) / best.length,
    f1: objects === 0 ? 0 : (2 * hits) / objects,
  };
}

/** @throws Error with both numbers if one is below its bar. */
export function assertGoodSegmentation(truth: Labels, found: Labels): Score {
  const result = score(truth, found);
  if (result.meanIou < MIN_IOU || result.f1 < MIN_F1)
    throw new Error(
      `the segmentation is bad: mean IoU ${result.meanIou.toFixed(3)} (at least ${MIN_IOU}), F1 ${result.f1.toFixed(3)} (at least ${MIN_F1})`,
    );
  return result;
}

/** The same labels at other places; the same seed gives the same places. */
export function shuffled(labels: Labels, seed = 1): Labels {
  const data = Array.from(labels.data);
  let state = seed;
  for (let n = data.length - 1; n > 0; n -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (n + 1);
    [data[n], data[other]] = [data[other] ?? 0, data[n] ?? 0];
  }
  return { ...labels, data };
}
