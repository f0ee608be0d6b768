/** What pages ask of the history: a job of 100,000 units among 1,000,000, and the lists of jobs and datasets. */
import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { listDatasets } from "@/server/services/dataset/list";
import { getJob, pollJob } from "@/server/services/job/get";
import { listJobs } from "@/server/services/job/list";
import { makeDataset, makeJob, makeProject, makeRun, makeStudy } from "@/server/services/testing";
import type { Study } from "@/server/services/testing";
import { getUnit } from "@/server/services/unit/get";
import { listUnits } from "@/server/services/unit/list";
import { getWorkflowProgress } from "@/server/services/workflow/get-progress";
import { withDatabase } from "./database";
import { median, percentile, seconds } from "./measure";
import type { BenchRow, Benchmark } from "./measure";

/** Jobs on one dataset, one after another; every second one has nothing but failures. */
const JOBS = 10;
const UNITS = 100_000;
/** Units of a job for the baseline: a hundredth, so a query that costs the same for any number has the ratio 1. */
const FEW_UNITS = 1_000;
/** Different reasons among the failed units of a job. */
const REASONS = 15;
const ASKED = 100;
/** Rows that the job page asks for at once, see `components/unit/use-units.ts`. */
const WINDOW = 300;

const MANY_JOBS = 400;
const RUNS_OF_JOB = 3;
const DATASETS = 20;
const IMAGES_OF_DATASET = 1_000;

export const history: Benchmark = {
  name: "history",
  group: "engine",
  run: async () => {
    const baseline = await withDatabase((db) => measure(db, FEW_UNITS, MANY_JOBS / 100));
    const samples = await withDatabase((db) => measure(db, UNITS, MANY_JOBS));
    return ROWS.map(({ name, key, unit, budget, value }): BenchRow => ({
      name,
      group: "engine",
      value: value(samples[key]),
      unit,
      baseline: value(baseline[key]),
      budget,
      samples: samples[key],
    }));
  },
};

const p95 = (samples: readonly number[]) => percentile(samples, 0.95);
/** The server's part of the job page (architecture §9). */
const PAGE_MS = 50;
const ROWS = [
  {
    name: "job page with 100,000 units among 1,000,000, job and first units, 95th percentile",
    key: "page",
    unit: "ms",
    budget: PAGE_MS,
    value: p95,
  },
  {
    name: "job page: a poll when nothing has changed, 95th percentile",
    key: "poll",
    unit: "ms",
    budget: PAGE_MS,
    value: p95,
  },
  {
    name: "job page: the causes of 100,000 failed units, when first asked for",
    key: "causes",
    unit: "ms",
    budget: PAGE_MS,
    value: median,
  },
  {
    name: "job page: units anywhere in the list, all or the failed, 95th percentile",
    key: "window",
    unit: "ms",
    budget: PAGE_MS,
    value: p95,
  },
  {
    name: "job page: one unit with its attempts, 95th percentile",
    key: "unit",
    unit: "ms",
    budget: PAGE_MS,
    value: p95,
  },
  {
    name: "workflow page: the progress of its tasks, 1,000,000 units stored, 95th percentile",
    key: "progress",
    unit: "ms",
    budget: PAGE_MS,
    value: p95,
  },
  { name: "list of 400 jobs", key: "jobs", unit: "ms", budget: 8, value: median },
  { name: "list of 400 jobs as it is sent (gzip)", key: "bytes", unit: "KB", budget: 50, value: median },
  {
    name: "list of 20 datasets × 1,000 images that have just changed",
    key: "datasets",
    unit: "ms",
    budget: 5,
    value: median,
  },
] as const;

/** Grows over both databases: what is remembered of one list must not be taken for another. */
let imagesVersion = 0;

type Samples = Record<(typeof ROWS)[number]["key"], number[]>;

async function measure(db: Db, units: number, jobs: number): Promise<Samples> {
  const study = await makeStudy(db);
  const filled = await fillHistory(db, study, units);
  await fillJobs(db, study, jobs);
  const project_id = await fillDatasets(db, study, (IMAGES_OF_DATASET * jobs) / MANY_JOBS);
  await db.execute(sql`VACUUM (ANALYZE)`);
  process.stderr.write(`${(units * JOBS).toLocaleString("en")} units of history are stored\n`);

  const { owner, workflow, dataset } = study;
  const newest = filled.at(-1);
  const failed = filled.filter(({ isFailed }) => isFailed);
  if (!newest) throw new Error("no jobs");
  const causes = [];
  for (const { job_id } of failed) causes.push(1000 * (await seconds(() => getJob(owner, { job_id }))));
  const { version } = await getJob(owner, { job_id: newest.job_id });
  const { items: unitsOfPage } = await listUnits(owner, { run_id: newest.run_id, limit: WINDOW });
  // Places spread over the whole list, the last one included.
  const offsetOf = (n: number) => Math.floor(((units - WINDOW) * n) / (ASKED - 1));
  const runOf = (n: number) => filled[n % JOBS] ?? newest;
  return {
    causes,
    page: await times(async () => {
      await Promise.all([
        getJob(owner, { job_id: newest.job_id }),
        listUnits(owner, { run_id: newest.run_id, limit: WINDOW }),
      ]);
    }),
    poll: await times(() => pollJob(owner, { job_id: newest.job_id, version })),
    window: await times((n) => {
      const { run_id, isFailed } = runOf(n);
      const states = isFailed ? { states: ["failed" as const] } : {};
      return listUnits(owner, { run_id, offset: offsetOf(n), limit: WINDOW, ...states });
    }),
    unit: await times((n) => getUnit(owner, { unit_id: unitsOfPage[n % WINDOW]?.id ?? 0 })),
    progress: await times(() =>
      getWorkflowProgress(owner, { workflow_id: workflow.id, dataset_id: dataset.id }),
    ),
    jobs: await times(() => listJobs(owner, { limit: MANY_JOBS })),
    bytes: [gzipSync(JSON.stringify(await listJobs(owner, { limit: MANY_JOBS }))).length / 1000],
    datasets: await times(
      () => listDatasets(owner, { project_id }),
      // Each time the lists have changed, so that nothing is known about them.
      () =>
        db.execute(
          sql`UPDATE dataset SET images_version = ${(imagesVersion += 1)} WHERE project_id = ${project_id}`,
        ),
    ),
  };
}

/** @returns Milliseconds of each of many asks. */
async function times(
  ask: (n: number) => Promise<unknown>,
  before?: () => Promise<unknown>,
): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < ASKED; n += 1) {
    await before?.();
    samples.push(1000 * (await seconds(() => ask(n))));
  }
  return samples;
}

type Filled = { job_id: number; run_id: number; isFailed: boolean };

/** Jobs over all images of one dataset, as the engine leaves them: units, attempts, inputs, latest states. */
async function fillHistory(db: Db, study: Study, units: number): Promise<Filled[]> {
  const { dataset, step } = study;
  await db.execute(sql`DELETE FROM image WHERE dataset_id = ${dataset.id}`);
  await db.execute(sql`
    INSERT INTO image (dataset_id, position, zarr_url, attributes)
    SELECT ${dataset.id}, n, '/zarr/P' || n / 384 || '.zarr/' || n % 384, jsonb_build_object('well', 'W' || n % 384)
    FROM generate_series(0, ${units - 1}::int4) n`);
  const filled: Filled[] = [];
  for (let n = 0; n < JOBS; n += 1) {
    const isFailed = n % 2 === 1;
    const job = await makeJob(db, study, { state: isFailed ? "failed" : "done" });
    const run = await makeRun(db, study, job.id, {
      stage: "closed",
      state: isFailed ? "failed" : "done",
      ...(isFailed ? { num_failed: units } : { num_done: units }),
    });
    await db.execute(sql`
      INSERT INTO history_unit (history_run_id, kind, position, state, num_images, args, zarr_url, cause)
      SELECT ${run.id}, 'unit', position, ${run.state}, 1, jsonb_build_object('zarr_url', zarr_url)::text, zarr_url,
        CASE WHEN ${isFailed} THEN jsonb_build_object('kind', 'task_error', 'title', 'Task error',
          'text', 'The task ended with exit code 1.', 'next_step', 'Read the log.',
          'evidence', 'ValueError: no channel C' || position % ${REASONS}::int4) END
      FROM image WHERE dataset_id = ${dataset.id}`);
    await db.execute(sql`
      WITH submission AS (INSERT INTO submission (history_run_id) VALUES (${run.id}) RETURNING id),
      batch AS (
        INSERT INTO batch (submission_id, history_run_id, k, folder, state, slots, cpus)
        SELECT id, ${run.id}, 0, '/jobs/' || id, 'closed', 2, 1 FROM submission RETURNING id)
      INSERT INTO unit_attempt (unit_id, batch_id, n, state, live, accepted, exit_code, wall_s, cpu_s, peak_mb, log_offset, log_bytes)
      SELECT u.id, batch.id, u.position, 'ended', false, true, 0, 1.5, 1.2, 80, u.position * 100, 100
      FROM history_unit u, batch WHERE u.history_run_id = ${run.id}`);
    await db.execute(sql`
      INSERT INTO unit_image (unit_id, image_id)
      SELECT u.id, i.id FROM history_unit u JOIN image i ON i.dataset_id = ${dataset.id} AND i.position = u.position
      WHERE u.history_run_id = ${run.id}`);
    filled.push({ job_id: job.id, run_id: run.id, isFailed });
  }
  await db.execute(sql`
    INSERT INTO image_status (workflow_task_id, image_id, unit_id, state)
    SELECT ${step.id}, ui.image_id, u.id, u.state FROM history_unit u JOIN unit_image ui ON ui.unit_id = u.id
    WHERE u.history_run_id = ${filled.at(-1)?.run_id}`);
  return filled;
}

async function fillJobs(db: Db, study: Study, jobs: number): Promise<void> {
  for (let n = 0; n < jobs; n += 1) {
    const job = await makeJob(db, study, { state: "done" });
    for (let order = 0; order < RUNS_OF_JOB; order += 1)
      await makeRun(db, study, job.id, { order, stage: "closed", state: "done", num_done: 100 });
  }
}

/** @returns The project that has them. */
async function fillDatasets(db: Db, { owner }: Study, images: number): Promise<number> {
  const project = await makeProject(owner);
  for (let n = 0; n < DATASETS; n += 1) {
    const dataset = await makeDataset(db, project.id);
    await db.execute(sql`
      INSERT INTO image (dataset_id, position, zarr_url)
      SELECT ${dataset.id}, n, ${dataset.zarr_dir} || '/' || n FROM generate_series(0, ${images - 1}::int4) n`);
  }
  return project.id;
}
