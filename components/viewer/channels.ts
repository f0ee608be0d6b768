/** The channels of an image as they are shown: metadata, then what the person chose. */
import { defaultColor } from "./composite";
import { percentiles, sample } from "./contrast";
import type { Range, Rgb } from "./ngff";
import type { OpenImage } from "./open-image";
import type { ChunkCache, Place, TileAt } from "./plane";

export type Channel = {
  index: number;
  /** "DAPI", or "Channel 2" without a name. */
  label: string;
  color: Rgb;
  /** From black to full colour, unless the person chose another. */
  range: Range;
  /** Values of the lowest level, ascending; empty when even that is large. */
  values: Float64Array;
  /** By the metadata. */
  active: boolean;
};

/** Larger lowest levels are no quick look. */
const MAX_PIXELS = 4_194_304;
const MAX_ACTIVE = 6;

/** Tiles of a level in reading order. */
export function allTiles(level: OpenImage["levels"][number]): TileAt[] {
  const rows = Math.ceil(level.height / level.tileHeight);
  const columns = Math.ceil(level.width / level.tileWidth);
  return Array.from({ length: rows * columns }, (_, at) => ({
    row: Math.floor(at / columns),
    column: at % columns,
  }));
}

export const middleZ = (image: OpenImage) => Math.floor((image.size.z - 1) / 2);

export function isSmall(level: OpenImage["levels"][number]): boolean {
  return level.width * level.height <= MAX_PIXELS;
}

/** Names and colours; no pixels are read. Channels beyond the sixth start switched off. */
export function describeChannels({ meta, size }: OpenImage): Omit<Channel, "range" | "values">[] {
  return Array.from({ length: size.c }, (_, index) => {
    const given = meta.channels[index];
    return {
      index,
      label: given?.label ?? (size.c === 1 ? "Intensity" : `Channel ${index + 1}`),
      color: given?.color ?? defaultColor(index, size.c),
      active: (given?.active ?? true) && index < MAX_ACTIVE,
    };
  });
}

/**
 * With contrast: the window of the metadata, else percentiles of the lowest level.
 *
 * @throws whatever reading throws.
 */
export async function readChannels(
  image: OpenImage,
  chunks: ChunkCache,
  signal?: AbortSignal,
): Promise<Channel[]> {
  return Promise.all(
    describeChannels(image).map(async (channel) => {
      const window = image.meta.channels[channel.index]?.window ?? null;
      const values = await readValues(image, { t: 0, c: channel.index, z: middleZ(image) }, chunks, signal);
      return { ...channel, values, range: window ?? percentiles(values) };
    }),
  );
}

async function readValues(image: OpenImage, place: Place, chunks: ChunkCache, signal?: AbortSignal) {
  const level = image.levels.at(-1);
  if (!level) return new Float64Array();
  const tiles = allTiles(level);
  // Of a large one its middle: better than nothing to set the contrast by.
  const wanted = isSmall(level) ? tiles : tiles.slice(Math.floor(tiles.length / 2)).slice(0, 1);
  const planes = await Promise.all(wanted.map((tile) => chunks.load(level, place, tile, signal)));
  const parts = planes.map((plane) => sample(plane));
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all.sort();
}

/** What the person changed, by name of the channel, so that it stays for the next image. */
export type ChannelChoices = Readonly<Record<string, { color?: Rgb; range?: Range }>>;

/** @param shown indexes from the address; null: as the metadata say */
export function applyChoices(
  channels: readonly Channel[],
  choices: ChannelChoices,
  shown: readonly number[] | null,
): (Channel & { isOn: boolean })[] {
  return channels.map((channel) => ({
    ...channel,
    ...choices[channel.label],
    isOn: shown === null ? channel.active : shown.includes(channel.index),
  }));
}
