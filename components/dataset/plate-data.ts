/** What a plate map shows, computed from the images of one plate. Pure. */
import type { PlateWell } from "@/components/state/plate";
import { wellKey } from "@/components/state/plate";
import type { ImageRow } from "@/server/contracts/image";

/** How wells are coloured; the attribute must be numeric. */
export type WellColor = { by: "state" } | { by: "images" } | { by: "attribute"; name: string };

export type PlateData = {
  rows: number;
  columns: number;
  wells: PlateWell[];
  /** Value of the attribute `well` by `wellKey`, as the images have it ("A01", "A/1"). */
  names: Map<string, string>;
  /** Of the values in the wells; null when nothing is measured. */
  range: { low: number; high: number; median: number } | null;
  /** Wells per class of equal width from low to high, 24 of them; empty without a range. */
  histogram: number[];
};

/** Plates as they are sold, rows × columns. */
const FORMATS = [
  [2, 3],
  [3, 4],
  [4, 6],
  [6, 8],
  [8, 12],
  [16, 24],
  [32, 48],
] as const;
const CLASSES = 24;
const WORST_FIRST = ["failed", "running", "pending", "stopped", "done"] as const;

/** "A01", "A/1", "P24", "AB48" → 0-based position; null for anything else. */
export function parseWell(name: string): { row: number; column: number } | null {
  const found = /^([A-Z]{1,2})\/?0*([1-9]\d?)$/i.exec(name.trim());
  if (!found) return null;
  const [, letters = "", digits = ""] = found;
  const row =
    Array.from(letters.toUpperCase()).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { row, column: Number(digits) - 1 };
}

/**
 * @param images of one plate, any order; those without a readable `well` are left out
 * @returns the smallest usual plate that holds all wells; wells in the order of their first image
 */
export function plateData(images: readonly ImageRow[], color: WellColor): PlateData {
  const byWell = new Map<string, { row: number; column: number; images: ImageRow[] }>();
  const names = new Map<string, string>();
  for (const image of images) {
    const written = String(image.attributes["well"] ?? "");
    const well = parseWell(written);
    if (well === null) continue;
    const key = wellKey(well);
    names.set(key, written);
    const entry = byWell.get(key) ?? { ...well, images: [] };
    entry.images.push(image);
    byWell.set(key, entry);
  }
  const groups = [...byWell.values()];
  const [rows, columns] = formatFor(groups);
  const measured = groups.map((group) => ({
    ...group,
    number: color.by === "state" ? null : numberOf(group.images, color),
  }));
  const numbers = measured.flatMap(({ number }) => (number === null ? [] : [number])).sort((a, b) => a - b);
  const range = rangeOf(numbers);
  const wells = measured.map(({ row, column, images: own, number }): PlateWell => {
    if (color.by === "state") return { row, column, ...stateOf(own) };
    if (number === null || range === null) return { row, column, text: "no value" };
    return { row, column, value: share(number, range), text: wordsOf(number, own.length, color) };
  });
  return { rows, columns, wells, names, range, histogram: range === null ? [] : histogramOf(numbers, range) };
}

function formatFor(wells: readonly { row: number; column: number }[]): readonly [number, number] {
  const rows = Math.max(1, ...wells.map(({ row }) => row + 1));
  const columns = Math.max(1, ...wells.map(({ column }) => column + 1));
  return FORMATS.find(([r, c]) => r >= rows && c >= columns) ?? [rows, columns];
}

/** Median over the images of a well, so that one bad field does not colour it. */
function numberOf(images: readonly ImageRow[], color: Exclude<WellColor, { by: "state" }>): number | null {
  if (color.by === "images") return images.length;
  const numbers = images
    .map(({ attributes }) => attributes[color.name])
    .filter((value) => typeof value === "number");
  return median(numbers.sort((a, b) => a - b));
}

/** @param sorted ascending */
function median(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0;
  return (low + high) / 2;
}

function rangeOf(sorted: readonly number[]): PlateData["range"] {
  const middle = median(sorted);
  return middle === null ? null : { low: sorted[0] ?? 0, high: sorted.at(-1) ?? 0, median: middle };
}

const share = (number: number, { low, high }: { low: number; high: number }) =>
  high > low ? (number - low) / (high - low) : 0.5;

function histogramOf(numbers: readonly number[], range: { low: number; high: number }): number[] {
  const classes = Array.from({ length: CLASSES }, () => 0);
  for (const number of numbers) {
    const at = Math.min(CLASSES - 1, Math.floor(share(number, range) * CLASSES));
    classes[at] = (classes[at] ?? 0) + 1;
  }
  return classes;
}

function stateOf(images: readonly ImageRow[]): Pick<PlateWell, "state" | "text"> {
  const worst = WORST_FIRST.find((state) => images.some((image) => image.state === state));
  if (worst === undefined) return { text: "not run" };
  const alike = images.filter((image) => image.state === worst).length;
  return { state: worst, ...(images.length > 1 ? { text: `${alike} of ${images.length} images` } : {}) };
}

function wordsOf(number: number, images: number, color: WellColor): string {
  const rounded = formatValue(number);
  if (color.by !== "attribute") return `${rounded} ${number === 1 ? "image" : "images"}`;
  return images > 1 ? `${color.name} ${rounded}, median of ${images} images` : `${color.name} ${rounded}`;
}

/** At most four significant digits after the point matter on a map. */
export function formatValue(number: number): string {
  return number.toLocaleString("en-US", { maximumSignificantDigits: Number.isInteger(number) ? 21 : 4 });
}
