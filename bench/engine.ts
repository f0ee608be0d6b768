/** The engine against `xargs -P 2`, the least that can start processes. */
import { rm } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { execa, execaSync } from "execa";
import type { Db } from "@/db/client";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { submitWorkflow } from "@/server/runner/engine/submit-workflow";
import { LocalExecutor } from "@/server/runner/executors/local";
import { startLifecycle } from "@/server/runner/lifecycle/runner";
import { addTestImages, makeJob, makeWorld, silentLog } from "@/server/runner/testing";
import { withDatabase } from "./database";
import { median, seconds } from "./measure";
import type { Benchmark } from "./measure";

const REPEATS = 5;

// The interpreter itself: a version manager's `python3` is a shell script that would be measured instead.
const PYTHON = execaSync("python3", ["-c", "import sys; print(sys.executable)"]).stdout;

const CASES = [
  {
    name: "overhead per unit: 2,000 × /bin/true, parallel 2, above xargs -P 2",
    units: 2_000,
    command: ["/bin/true"],
    unit: "ms",
    budget: 1.5,
    value: (ours: number, xargs: number, units: number) => ((ours - xargs) / units) * 1000,
    baselineOf: (xargs: number, units: number) => (xargs / units) * 1000,
  },
  {
    name: "500 × python3 -c pass, parallel 2, relative to xargs -P 2",
    units: 500,
    command: [PYTHON, "-c", "pass"],
    unit: "×",
    budget: 1.15,
    value: (ours: number, xargs: number) => ours / xargs,
    baselineOf: () => 1,
  },
] as const;

export const engineOverhead: Benchmark = {
  name: "engine overhead",
  group: "engine",
  run: () =>
    withDatabase(async (db, databaseUrl) => {
      const runner = await startLifecycle({
        databaseUrl,
        log: silentLog,
        drive: {
          job: (deps, id) =>
            submitWorkflow(
              { ...deps, executor: new LocalExecutor(PYTHON), host: { cpus: 2, memMb: 8_000 } },
              id,
            ),
          activity: () => Promise.resolve(),
        },
        answer: () => Promise.resolve(null),
      });
      try {
        const rows = [];
        for (const { name, units, command, unit, budget, value, baselineOf } of CASES) {
          const samples: number[] = [];
          const baselines: number[] = [];
          for (let i = 0; i < REPEATS; i += 1) {
            const xargs = await seconds(() => runXargs(command, units));
            const ours = await runJob(db, command, units);
            samples.push(value(ours, xargs, units));
            baselines.push(baselineOf(xargs, units));
            process.stderr.write(`${name}: ${ours.toFixed(2)} s, xargs ${xargs.toFixed(2)} s\n`);
          }
          rows.push({
            name,
            group: "engine" as const,
            value: median(samples),
            unit,
            baseline: median(baselines),
            budget,
            samples,
          });
        }
        return rows;
      } finally {
        await runner.stop();
      }
    }),
};

/** One process per unit, two at a time, each with an argument of its own like ours. */
async function runXargs(command: readonly string[], units: number): Promise<void> {
  const input = Array.from({ length: units }, (_, n) => String(n)).join("\n");
  await execa("xargs", ["-P", "2", "-n", "1", ...command], { input });
}

/** @returns Seconds from submission to the end of the job, images merged. */
async function runJob(db: Db, command: readonly string[], units: number): Promise<number> {
  const world = await makeWorld(db);
  await addTestImages(
    world,
    Array.from({ length: units }, (_, n) => ({ zarr_url: `${world.zarrDir}/${n}` })),
  );
  try {
    return await seconds(async () => {
      const job = await makeJob(world, [
        { type: "parallel", command: [...command], meta: { parallel_tasks_per_job: 2 } },
      ]);
      let state: string = job.state;
      while (state === "queued" || state === "running") {
        await new Promise((resolve) => setTimeout(resolve, 20));
        state = one(
          await db.select({ state: tables.jobs.state }).from(tables.jobs).where(eq(tables.jobs.id, job.id)),
        ).state;
      }
      if (state !== "done") throw new Error(`the benchmark's job is ${state}`);
    });
  } finally {
    await rm(world.folder, { recursive: true, force: true });
  }
}
