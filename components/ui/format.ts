/**
 * Numbers as people read them (design.md §8): separators, units, "4 h 18 min".
 * Pure and locale-fixed to English, so that server and browser print the same text.
 */

const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const ONE_DECIMAL = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** 100000 → "100,000". Rounds to whole numbers. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** "1 image", "1,536 images". `plural` defaults to the singular with an s. */
export function formatNoun(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** Decimal units: 212e9 → "212 GB", 3.14e9 → "3.1 GB". Negative sizes do not exist and print as "0 B". */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let index = 0;
  // 999.95 would print as "1,000": step up before rounding does.
  while (value >= 999.5 && index < BYTE_UNITS.length - 1) {
    value /= 1000;
    index += 1;
  }
  const digits = value >= 100 || index === 0 ? COUNT.format(value) : ONE_DECIMAL.format(value);
  return `${digits} ${BYTE_UNITS[index]}`;
}

/** Memory in the unit in which it is asked for: 4000 → "4,000 MB". */
export function formatMemory(mb: number): string {
  return `${formatCount(mb)} MB`;
}

/**
 * Duration in at most two units: 6.8 → "6.8 s", 161 → "2 min 41 s", 15480 → "4 h 18 min", 187200 → "2 d 4 h".
 * Under ten seconds with one decimal. Negative durations (clock skew) print as "0 s".
 */
export function formatDuration(seconds: number): string {
  const exact = Math.max(0, seconds);
  if (exact < 9.95) return `${ONE_DECIMAL.format(exact)} s`;
  const total = Math.round(exact);
  if (total < 60) return `${total} s`;
  if (total < 3600) return pair(Math.floor(total / 60), "min", total % 60, "s");
  const minutes = Math.round(total / 60);
  if (minutes < 48 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** Duration for a table column: 161 → "2:41", 3961 → "1:06:01". */
export function formatClock(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** "38 %", and never "100 %" while something is missing nor "0 %" when something is there. */
export function formatPercent(part: number, total: number): string {
  if (total <= 0) return "0 %";
  const rounded = Math.round((part / total) * 100);
  if (part < total && rounded === 100) return "99 %";
  if (part > 0 && rounded === 0) return "1 %";
  return `${rounded} %`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
