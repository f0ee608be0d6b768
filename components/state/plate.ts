/** Geometry and words of a plate map. Pure. */

import type { StateName } from "./words";

export type PlateWell = {
  /** 0 = row A. */
  row: number;
  /** 0 = column 1. */
  column: number;
  /** What the well shows: a state, or a measured value; both missing = there, with nothing to show. */
  state?: StateName;
  /** 0 to 1 on the ramp; `text` then carries the number. */
  value?: number;
  /** For tooltip and table: "118 nuclei", "Out of memory". */
  text?: string;
};

/** 0 → "A", 25 → "Z", 26 → "AA": the rows of 1,536-well plates go on with AA. */
export function rowName(row: number): string {
  const letter = String.fromCharCode(65 + (row % 26));
  return row < 26 ? letter : `${rowName(Math.floor(row / 26) - 1)}${letter}`;
}

/** "E07"; three digits never occur (48 columns at most). */
export function wellName(row: number, column: number): string {
  return `${rowName(row)}${String(column + 1).padStart(2, "0")}`;
}

/** Key of a well in maps and sets. */
export function wellKey(well: { row: number; column: number }): string {
  return `${well.row},${well.column}`;
}

export type PlateLayout = {
  /** Diameter of a well, its distance to the next, all in SVG units = px at natural size. */
  diameter: number;
  pitch: number;
  left: number;
  top: number;
  width: number;
  height: number;
};

/** Gap 25 % of the diameter; labels take 16 px at the left and 14 px above. */
export function plateLayout(rows: number, columns: number, diameter: number, labels: boolean): PlateLayout {
  const pitch = diameter * 1.25;
  const left = labels ? 16 : 0;
  const top = labels ? 14 : 0;
  return { diameter, pitch, left, top, width: left + columns * pitch, height: top + rows * pitch };
}

/** `color-mix` between two neighbours of the ramp; values outside 0..1 are clamped. */
export function rampColor(value: number): string {
  const scaled = Math.min(1, Math.max(0, value)) * 6;
  const index = Math.min(5, Math.floor(scaled));
  const share = Math.round((scaled - index) * 100);
  return `color-mix(in oklab, var(--seq-${index + 1}) ${share}%, var(--seq-${index}))`;
}

/** Octagon around (x, y) that fills a well of radius `radius`, as an SVG path. */
export function octagonPath(x: number, y: number, radius: number): string {
  const side = radius * 0.98;
  const half = side * 0.42;
  const cut = side - half;
  return (
    `M${x - half} ${y - side}h${2 * half}l${cut} ${cut}v${2 * half}l${-cut} ${cut}` +
    `h${-2 * half}l${-cut} ${-cut}v${-2 * half}z`
  );
}
