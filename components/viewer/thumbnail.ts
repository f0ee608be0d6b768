/** A small picture of an image, and how it is drawn. Pure. */
import { composite } from "./composite";
import { widest } from "./contrast";
import type { Range, Rgb } from "./ngff";
import type { Plane } from "./plane";

export type ThumbnailChannel = {
  label: string;
  color: Rgb;
  plane: Plane;
  window: Range | null;
  percentiles: Range;
};
export type Thumbnail = { width: number; height: number; channels: readonly ThumbnailChannel[] };
/** `reason`: why there is no picture, in a sentence. */
export type ThumbnailResult = { picture: Thumbnail } | { reason: string };

/** RGBA. @param shared contrast of the plate by channel, so that wells compare; what it lacks is the picture's own */
export function drawThumbnail(picture: Thumbnail, shared: ReadonlyMap<string, Range>) {
  const layers = picture.channels.map(({ label, color, plane, window, percentiles: own }) => ({
    plane,
    color,
    range: window ?? shared.get(label) ?? own,
  }));
  return composite(layers, picture.width, picture.height);
}

/**
 * Contrast of the pictures of one plate whose metadata give none: the widest range of those seen so far.
 *
 * @returns The same map if nothing changed.
 */
export function withPicture(
  shared: ReadonlyMap<string, Range>,
  { channels }: Thumbnail,
): ReadonlyMap<string, Range> {
  let next = shared;
  for (const { label, window, percentiles: own } of channels) {
    if (window) continue;
    const old = next.get(label);
    const range = old ? widest(old, own) : own;
    if (old?.low !== range.low || old.high !== range.high) next = new Map(next).set(label, range);
  }
  return next;
}
