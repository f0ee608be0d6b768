/** Memory as people and schedulers write it. Units are decimal: `G` is 1,000 MB. */

/** Megabytes that no machine has: larger numbers are typing errors. */
export const MAX_MEMORY_MB = 1_000_000_000;

const MB = { "": 1, M: 1, G: 1_000, T: 1_000_000 } as const;

/** Megabytes of a memory value: a number of MB, or digits with `M`, `G` (×1000) or `T`. Null if it is neither. */
export function parseMemoryMb(value: unknown): number | null {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  const match = typeof value === "string" ? /^([1-9]\d*)([MGT]?)$/.exec(value.trim()) : null;
  if (!match) return null;
  return Number(match[1]) * MB[match[2] as keyof typeof MB];
}
