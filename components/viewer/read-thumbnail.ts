/** Reads small pictures: the middle plane of the lowest level, reduced once more. Loaded when the first is wanted. */
import { allTiles, describeChannels, isSmall, middleZ } from "./channels";
import { percentiles, sample } from "./contrast";
import { DataError, dataStore, sentenceFor } from "./data-store";
import { openImage } from "./open-image";
import type { Level } from "./open-image";
import { ChunkCache, valueAt } from "./plane";
import type { Place, Plane } from "./plane";
import type { Thumbnail, ThumbnailChannel, ThumbnailResult } from "./thumbnail";

/** Longest side; enough for 108 px on a dense screen. */
const SIDE_PX = 216;
const MAX_CHANNELS = 4;

/** @throws only when `signal` was aborted; everything else is a reason. */
export async function loadThumbnail(
  datasetId: number,
  path: string,
  signal: AbortSignal,
): Promise<ThumbnailResult> {
  try {
    return { picture: await readThumbnail(datasetId, path, signal) };
  } catch (err) {
    signal.throwIfAborted();
    return { reason: sentenceFor(err) };
  }
}

async function readThumbnail(datasetId: number, path: string, signal: AbortSignal): Promise<Thumbnail> {
  const image = await openImage(dataStore(datasetId, path), { onlyLowest: true, signal });
  const level = image.levels[0];
  if (!level || !isSmall(level))
    throw new DataError("Its smallest resolution is too large for a small picture. Open it to look at it.");
  const shown = describeChannels(image)
    .filter(({ active }) => active)
    .slice(0, MAX_CHANNELS);
  const chunks = new ChunkCache(Infinity);
  const channels: ThumbnailChannel[] = [];
  // One after the other: many pictures are read at once, and a browser opens six connections.
  for (const { index, label, color } of shown) {
    const plane = await readReduced(level, { t: 0, c: index, z: middleZ(image) }, chunks, signal);
    const window = image.meta.channels[index]?.window ?? null;
    channels.push({ label, color, plane, window, percentiles: percentiles(sample(plane)) });
  }
  const { width = 1, height = 1 } = channels[0]?.plane ?? {};
  return { width, height, channels };
}

/** Means of squares of pixels. */
async function readReduced(
  level: Level,
  place: Place,
  chunks: ChunkCache,
  signal: AbortSignal,
): Promise<Plane> {
  const step = Math.max(1, Math.ceil(Math.max(level.width, level.height) / SIDE_PX));
  const width = Math.max(1, Math.floor(level.width / step));
  const height = Math.max(1, Math.floor(level.height / step));
  const sums = new Float32Array(width * height);
  for (const tile of allTiles(level)) {
    const plane = await chunks.load(level, place, tile, signal);
    const top = tile.row * level.tileHeight;
    const left = tile.column * level.tileWidth;
    for (let y = 0; y < plane.height; y += 1) {
      const row = Math.floor((top + y) / step);
      if (row >= height) break;
      for (let x = 0; x < plane.width; x += 1) {
        const column = Math.floor((left + x) / step);
        if (column >= width) break;
        const at = row * width + column;
        sums[at] = (sums[at] ?? 0) + valueAt(plane, y, x);
      }
    }
  }
  const data = sums.map((sum) => sum / step ** 2);
  return { data, offset: 0, rowStride: width, columnStride: 1, width, height };
}
