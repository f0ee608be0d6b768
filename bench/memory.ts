/** The memory of the server while a job of 100,000 units runs: real server, real worker, real processes. */
import { rm } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { execa } from "execa";
import { one } from "@/db/rows";
import { Servers } from "@/server/runner/lifecycle/testing";
import { makeJob, makeWorld } from "@/server/runner/testing";
import { withDatabase } from "./database";
import type { Benchmark } from "./measure";

const UNITS = 100_000;
/** Where growth is measured from; and, for the baseline, to. */
const FIRST = 1_000;
const EARLY = 10_000;
const EVERY_MS = 500;
/** Ours: what the merge reads at once, and what is not collected yet. */
const MERGE_MB = 100;

export const serverMemory: Benchmark = {
  name: "memory of the server",
  group: "engine",
  run: () =>
    withDatabase(async (db, url) => {
      const world = await makeWorld(db);
      await db.execute(sql`
        INSERT INTO image (dataset_id, position, zarr_url)
        SELECT ${world.dataset.id}, n, ${world.zarrDir} || '/' || n FROM generate_series(0, ${UNITS - 1}::int4) n`);
      const servers = await Servers.of({ db, url, drop: () => Promise.resolve() });
      try {
        const server = await servers.start();
        const job = await makeJob(world, [
          { type: "parallel", command: ["/bin/true"], meta: { parallel_tasks_per_job: 2 } },
        ]);
        /** Highest resident memory in MB from one of these numbers of ended units to the next; then the images are merged. */
        const highest = { start: 0, early: 0, late: 0, merge: 0 };
        for (let state = "queued"; ["queued", "running"].includes(state);) {
          await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
          const progress = one(
            await db.execute<{ state: string; ended: number }>(sql`
              SELECT state, (SELECT coalesce(sum(num_done), 0)::int4 FROM history_run WHERE job_id = j.id) AS ended
              FROM job j WHERE id = ${job.id}`),
          );
          state = progress.state;
          const { ended } = progress;
          const part = ended <= FIRST ? "start" : ended <= EARLY ? "early" : ended < UNITS ? "late" : "merge";
          highest[part] = Math.max(highest[part], await residentMb(server.pid ?? 0));
          process.stderr.write(`\r${ended} units ended, ${highest[part].toFixed(0)} MB `);
          if (state === "failed" || state === "stopped") throw new Error(`the benchmark's job is ${state}`);
        }
        const { start, early, late, merge } = highest;
        return [
          {
            name: "growth of the server's resident memory from unit 1,000 to unit 100,000 (baseline: to unit 10,000)",
            group: "engine" as const,
            value: Math.max(early, late) - start,
            unit: "MB",
            baseline: early - start,
            budget: 60,
            samples: [start, early, late],
          },
          {
            name: "the same to the end of the merge of their 100,000 images",
            group: "engine" as const,
            value: merge - start,
            unit: "MB",
            baseline: early - start,
            budget: MERGE_MB,
            samples: [start, merge],
          },
        ];
      } finally {
        await servers.close();
        await rm(world.folder, { recursive: true, force: true });
      }
    }),
};

async function residentMb(pid: number): Promise<number> {
  const { stdout } = await execa("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout) / 1024;
}
