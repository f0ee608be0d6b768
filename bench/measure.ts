/** What a benchmark row is, and how it is made from samples. */

/** One row of `bench/results.json`; the value holds its budget if `value <= budget`. */
export type BenchRow = {
  name: string;
  group: "engine" | "images" | "pages" | "slurm";
  /** Median of the samples, if the name says nothing else. */
  value: number;
  unit: string;
  /** The same work without us, in the same run; null where there is no such thing. */
  baseline: number | null;
  budget: number;
  samples: number[];
};

export type Benchmark = {
  readonly name: string;
  readonly group: BenchRow["group"];
  run(): Promise<BenchRow[]>;
};

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no samples");
  return sorted.length % 2 ? middle : (middle + (sorted[sorted.length / 2 - 1] ?? middle)) / 2;
}

/** @param share From 0 to 1: 0.95 is the value that 95 % of the samples do not exceed. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error("no samples");
  return value;
}

/** @returns Wall-clock seconds. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
