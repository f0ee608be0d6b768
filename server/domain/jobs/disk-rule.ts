/** When a disk is too full for more work to begin on it. */

export type DiskRule = { readonly min_free_bytes: number; readonly min_free_percent: number };
type Space = { readonly mount: string; readonly free_bytes: number; readonly total_bytes: number };

/**
 * @param holds What is on the disk: "the images", "the files of the job".
 * @returns A sentence with the disk, the numbers and what to do; null if there is room.
 */
export function tooFull(space: Space, rule: DiskRule, holds: string): string | null {
  const percent = (100 * space.free_bytes) / space.total_bytes;
  if (space.free_bytes >= rule.min_free_bytes && percent >= rule.min_free_percent) return null;
  return (
    `The disk mounted at ${space.mount}, which holds ${holds}, has ${inGb(space.free_bytes)} free of ` +
    `${inGb(space.total_bytes)} (${percent.toFixed(1)} %); at least ${limits(rule)} must be free for new work to ` +
    `begin. Make room there: the job then goes on by itself.`
  );
}

const limits = ({ min_free_bytes, min_free_percent }: DiskRule) =>
  [
    ...(min_free_bytes > 0 ? [inGb(min_free_bytes)] : []),
    ...(min_free_percent > 0 ? [`${min_free_percent} %`] : []),
  ].join(" and ");

/** Rounded down, so that a limit that is missed never reads as if it were kept. */
function inGb(bytes: number): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  const shown = Math.floor(value * 10) / 10;
  return `${shown} ${unit}`;
}
