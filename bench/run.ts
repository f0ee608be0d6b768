/** `npm run bench [-- group …]`: measures, prints a table, writes `bench/results.json`. Never fails on a missed budget. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { deletion } from "./deletion";
import { engineOverhead } from "./engine";
import { history } from "./history";
import { imageList } from "./images";
import { serverMemory } from "./memory";
import type { BenchRow } from "./measure";

const RESULTS = path.join(import.meta.dirname, "results.json");
const BENCHMARKS = [engineOverhead, serverMemory, history, imageList, deletion];

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const groups = new Set<string>(BENCHMARKS.map(({ group }) => group));
  const unknown = wanted.find((group) => !groups.has(group));
  if (unknown !== undefined) {
    process.stderr.write(`There is no group '${unknown}'. Groups: ${[...groups].join(", ")}.\n`);
    process.exit(2);
  }
  const chosen = BENCHMARKS.filter(({ group }) => wanted.length === 0 || wanted.includes(group));
  const rows: BenchRow[] = [];
  for (const benchmark of chosen) rows.push(...(await benchmark.run()));
  const round = (value: number) => Number(value.toPrecision(3));
  process.stdout.write("ratio = value / baseline, empty where there is no baseline; held = value ≤ budget\n");
  console.table(
    rows.map((row) => ({
      name: row.name,
      value: `${round(row.value)} ${row.unit}`,
      baseline: row.baseline === null ? "" : `${round(row.baseline)} ${row.unit}`,
      budget: `${row.budget} ${row.unit}`,
      ratio: row.baseline ? round(row.value / row.baseline) : "",
      held: row.value <= row.budget ? "held" : "missed",
    })),
  );
  const results = [...(await resultsOfOthers(chosen.map(({ group }) => group))), ...rows];
  await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

/** A run of one group leaves what the others have measured. */
async function resultsOfOthers(groups: readonly string[]): Promise<BenchRow[]> {
  const text = await readFile(RESULTS, "utf8").catch(() => "[]");
  return (JSON.parse(text) as BenchRow[]).filter(({ group }) => !groups.includes(group));
}

await main();
