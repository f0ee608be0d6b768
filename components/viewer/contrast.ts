/** What a channel shows from black to full colour. Pure. */
import type { Range } from "./ngff";
import { valueAt } from "./plane";
import type { Plane } from "./plane";

const LOW_SHARE = 0.01;
const HIGH_SHARE = 0.998;
/** Enough to know a distribution. */
const MAX_SAMPLES = 65_536;
export const BINS = 56;

/** Values of a plane, ascending; every n-th pixel of a large one. NaN and infinite ones are left out. */
export function sample(plane: Plane): Float64Array {
  const step = Math.max(1, Math.ceil(Math.sqrt((plane.width * plane.height) / MAX_SAMPLES)));
  const values: number[] = [];
  for (let y = 0; y < plane.height; y += step)
    for (let x = 0; x < plane.width; x += step) {
      const value = valueAt(plane, y, x);
      if (Number.isFinite(value)) values.push(value);
    }
  return Float64Array.from(values).sort();
}

/** Leaves out the darkest 1 % and the brightest 0.2 %. @param sorted from `sample` */
export function percentiles(sorted: Float64Array): Range {
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const low = at(LOW_SHARE);
  const high = Math.max(at(HIGH_SHARE), low);
  return high > low ? { low, high } : { low, high: low + 1 };
}

/** Range of the sliders: what there is, and what is chosen. */
export function domainOf(sorted: Float64Array, chosen: Range): Range {
  const low = Math.min(sorted[0] ?? 0, chosen.low);
  const high = Math.max(sorted.at(-1) ?? 0, chosen.high);
  return { low, high: high > low ? high : low + 1 };
}

/** Pixels per class of equal width over `domain`. */
export function histogram(sorted: Float64Array, { low, high }: Range): number[] {
  const counts = Array.from({ length: BINS }, () => 0);
  for (const value of sorted) {
    const at = Math.max(0, Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS)));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}

/** Both, so that images of one plate can be compared. */
export const widest = (one: Range, other: Range): Range => ({
  low: Math.min(one.low, other.low),
  high: Math.max(one.high, other.high),
});
