/** From numbers to colours. Pure. */
import type { Range, Rgb } from "./ngff";
import type { Plane } from "./plane";

export type Layer = { plane: Plane; color: Rgb; range: Range };

/** Colours of channels that name none: the tokens `--channel-*` (design.md §2), never pure red beside pure green. */
const DEFAULT_COLORS: readonly Rgb[] = [
  [0x4f, 0x86, 0xff],
  [0x2f, 0xdc, 0x86],
  [0xfb, 0x4c, 0xab],
  [0xff, 0xd1, 0x66],
  [0x6c, 0xe5, 0xff],
  [0xc3, 0x9b, 0xff],
];
const WHITE: Rgb = [255, 255, 255];
export const LABEL_COLOR: Rgb = [0xff, 0xe2, 0x8c];
const FILL_ALPHA = 110;

export const defaultColor = (index: number, channels: number): Rgb =>
  channels === 1 ? WHITE : (DEFAULT_COLORS[index % DEFAULT_COLORS.length] ?? WHITE);

/**
 * Adds the channels like lights. A value at `low` or below is black, at `high` or above the full colour.
 *
 * @returns Opaque RGBA, `width * height * 4`, of the first layer's size; black where a layer is smaller.
 */
export function composite(
  layers: readonly Layer[],
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(width * height * 4);
  for (let at = 3; at < out.length; at += 4) out[at] = 255;
  for (const { plane, color, range } of layers) {
    const [red, green, blue] = color;
    const { low } = range;
    const gain = 1 / Math.max(range.high - low, Number.EPSILON);
    const { data, rowStride, columnStride } = plane;
    for (let y = 0; y < Math.min(height, plane.height); y += 1) {
      let from = plane.offset + y * rowStride;
      let to = y * width * 4;
      for (let x = 0; x < Math.min(width, plane.width); x += 1, from += columnStride, to += 4) {
        const share = ((data[from] ?? 0) - low) * gain;
        // Not "<= 0": it would let NaN through.
        if (!(share > 0)) continue;
        const light = share < 1 ? share : 1;
        out[to] = (out[to] ?? 0) + light * red;
        out[to + 1] = (out[to + 1] ?? 0) + light * green;
        out[to + 2] = (out[to + 2] ?? 0) + light * blue;
      }
    }
  }
  return out;
}

export type LabelMode = "outline" | "fill" | "off";

/**
 * Objects of a label image; 0 is ground.
 *
 * @returns RGBA, transparent outside of objects. Outlines are the object's own outermost pixels, so two that
 *   touch are told apart; the border of the tile is none.
 */
export function drawLabels(plane: Plane, mode: Exclude<LabelMode, "off">): Uint8ClampedArray<ArrayBuffer> {
  const { data, offset, rowStride, columnStride, width, height } = plane;
  const out = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const from = offset + y * rowStride + x * columnStride;
      const label = data[from] ?? 0;
      if (label === 0) continue;
      const isRim =
        (y > 0 && data[from - rowStride] !== label) ||
        (y < height - 1 && data[from + rowStride] !== label) ||
        (x > 0 && data[from - columnStride] !== label) ||
        (x < width - 1 && data[from + columnStride] !== label);
      if (mode === "outline" && !isRim) continue;
      const [red, green, blue] = mode === "outline" ? LABEL_COLOR : labelColor(label);
      const to = (y * width + x) * 4;
      out[to] = red;
      out[to + 1] = green;
      out[to + 2] = blue;
      out[to + 3] = mode === "outline" || isRim ? 255 : FILL_ALPHA;
    }
  return out;
}

/** Neighbouring numbers get far-apart hues; the same number always the same one. */
function labelColor(label: number): Rgb {
  const hue = (label * 137.508) % 360;
  const part = (shift: number) => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.65 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}
