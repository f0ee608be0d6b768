import { formatCount } from "../ui/format";

/** Units or images by state. Absent = 0. What is missing up to `total` waits. */
export type Counts = {
  done?: number;
  failed?: number;
  running?: number;
  /** Stopped or skipped: ended, but neither done nor failed. */
  stopped?: number;
  total: number;
};

export type BarPart = { part: "done" | "failed" | "stopped" | "running"; percent: number };

/** Parts in drawing order, widths in percent of the total, only those that exist. Sums over the total are cut. */
export function barParts(counts: Counts): BarPart[] {
  const order = ["done", "failed", "stopped", "running"] as const;
  let left = Math.max(0, counts.total);
  const parts: BarPart[] = [];
  for (const part of order) {
    const shown = Math.min(left, Math.max(0, counts[part] ?? 0));
    left -= shown;
    if (shown > 0) parts.push({ part, percent: (shown / counts.total) * 100 });
  }
  return parts;
}

/** Everything that is neither done, failed, stopped nor running; never negative. */
export function waitingCount(counts: Counts): number {
  const others = (counts.done ?? 0) + (counts.failed ?? 0) + (counts.stopped ?? 0) + (counts.running ?? 0);
  return Math.max(0, counts.total - others);
}

/** "700 done, 40 failed, 120 running, 140 waiting of 1,000 units": the bar as a sentence. */
export function countSentence(counts: Counts, noun = "units"): string {
  const words = [
    [counts.done, "done"],
    [counts.failed, "failed"],
    [counts.stopped, "stopped"],
    [counts.running, "running"],
    [waitingCount(counts), "waiting"],
  ] as const;
  const said = words
    .filter(([count]) => (count ?? 0) > 0)
    .map(([count, word]) => `${formatCount(count ?? 0)} ${word}`);
  const parts = said.length === 0 ? "None" : said.join(", ");
  return `${parts} of ${formatCount(counts.total)} ${noun}`;
}
