/** A world in which jobs run, are repeated and continued: services, runner and worker are the real ones. */
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createTestDb } from "@/db/testing";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { JobRow } from "@/db/schema";
import type { ServiceContext } from "@/server/services/context";
import { continueJob, previewContinue } from "@/server/services/job/continue";
import { retryJob } from "@/server/services/job/retry";
import { getUnitLog } from "@/server/services/unit/get-log";
import { LocalExecutor } from "../executors/local";
import { answerCall } from "../lifecycle/calls";
import { startLifecycle } from "../lifecycle/runner";
import type { Runner } from "../lifecycle/runner";
import { actAsOwner, addTestImages, makeJob, makeWorld, silentLog, until } from "../testing";
import type { TinyTask, World } from "../testing";
import type { Host } from "./context";
import { submitWorkflow } from "./submit-workflow";

export { until };

export let t: Awaited<ReturnType<typeof createTestDb>>;
export let world: World;
export let me: ServiceContext;
let runner: Runner;

export const HOST: Host = { cpus: 4, memMb: 8_000 };

/** Call once per test file: one database and runner per file, one world per test. */
export function setUpWorld(host: Host = HOST): void {
  beforeAll(async () => {
    t = await createTestDb();
    runner = await startLifecycle({
      databaseUrl: t.url,
      log: silentLog,
      drive: {
        job: (deps, id) => submitWorkflow({ ...deps, executor: new LocalExecutor("python3"), host }, id),
        activity: () => Promise.resolve(),
      },
      answer: (db, call, signal) => answerCall(db, () => new LocalExecutor("python3"), call, signal),
    });
  });
  afterAll(async () => {
    await runner.stop();
    await t.drop();
  });
  beforeEach(async () => {
    world = await makeWorld(t.db);
    me = await actAsOwner(world);
  });
  afterEach(() => rm(world.folder, { recursive: true, force: true }));
}

export const url = (name: string) => `${world.zarrDir}/${name}`;
export const file = (name: string) => path.join(world.folder, name);
export const repair = () => writeFile(file("repaired"), "");

export async function endOf(jobId: number): Promise<JobRow> {
  for (;;) {
    const job = one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, jobId)));
    if (["done", "failed", "stopped"].includes(job.state)) return job;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
export const runsOf = (jobId: number) =>
  t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, jobId))
    .orderBy(tables.historyRuns.order);
export const firstRunOf = async (jobId: number) => {
  const [run] = await runsOf(jobId);
  if (!run) throw new Error(`job ${jobId} has no run`);
  return run;
};
export const unitsOf = (runId: number) =>
  t.db
    .select()
    .from(tables.historyUnits)
    .where(eq(tables.historyUnits.history_run_id, runId))
    .orderBy(tables.historyUnits.position);
export const first = async (tasks: TinyTask[], options: Parameters<typeof makeJob>[2] = {}) =>
  endOf((await makeJob(world, tasks, options)).id);
/** A job to its end, with its runs in order. */
export async function run(tasks: TinyTask[], options: Parameters<typeof makeJob>[2] = {}) {
  const job = await first(tasks, options);
  return { job, runs: await runsOf(job.id) };
}
export const batchesOf = (runId: number) =>
  t.db
    .select()
    .from(tables.batches)
    .where(eq(tables.batches.history_run_id, runId))
    .orderBy(tables.batches.id);
export const retry = async (runId: number, part: object = {}) =>
  endOf((await retryJob(me, { run_id: runId, ...part })).job_id);
export const target = (job: JobRow) => ({ workflow_id: job.workflow_id ?? 0, dataset_id: world.dataset.id });
export const goOn = async (job: JobRow, part: object = {}) =>
  endOf((await continueJob(me, { ...target(job), ...part })).job_id);

/** How often the command of a task ran, by the last part of the address; "all" is a call over many images. */
export async function ran(counter: string): Promise<Record<string, number>> {
  const lines = (await readFile(file(counter), "utf8")).trim().split("\n");
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const name = path.basename(line.split(" ")[0] ?? "");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
export const listImages = async () => {
  const rows = await t.db
    .select()
    .from(tables.images)
    .where(sql`dataset_id = ${world.dataset.id} AND removed_at IS NULL`)
    .orderBy(tables.images.position);
  return Object.fromEntries(
    rows.map(({ zarr_url, attributes, types }) => [path.basename(zarr_url), { ...attributes, ...types }]),
  );
};
/** The stored log of a unit that has ended. */
export async function logOf(unitId: number): Promise<string> {
  const { text } = await getUnitLog(me, { unit_id: unitId });
  return text;
}
/** What each call of a run with `echo_args` was given, in unit order. */
export const argsOf = async (runId: number) =>
  Promise.all(
    (await unitsOf(runId)).map(async (unit) => {
      const line = (await logOf(unit.id)).split("\n").find((text) => text.startsWith("ARGS "));
      return JSON.parse(line?.slice(5) ?? "null") as Record<string, unknown>;
    }),
  );
/** The image list as it is stored. */
export const imageList = () =>
  t.db
    .select({
      zarr_url: tables.images.zarr_url,
      origin: tables.images.origin,
      attributes: tables.images.attributes,
      types: tables.images.types,
    })
    .from(tables.images)
    .where(sql`dataset_id = ${world.dataset.id} AND removed_at IS NULL`)
    .orderBy(tables.images.position);
export const statesOf = async (job: JobRow, order = 0) => {
  const rows = await t.db.execute<{ zarr_url: string; state: string }>(sql`
    SELECT i.zarr_url, s.state FROM image_status s JOIN image i ON i.id = s.image_id
    JOIN workflow_task w ON w.id = s.workflow_task_id
    WHERE w.workflow_id = ${job.workflow_id} AND w."order" = ${order} ORDER BY i.position`);
  return Object.fromEntries([...rows].map((row) => [path.basename(row.zarr_url), row.state]));
};
export async function setTask(
  job: JobRow,
  order: number,
  values: Partial<tables.WorkflowTaskRow>,
): Promise<void> {
  await t.db
    .update(tables.workflowTasks)
    .set(values)
    .where(
      sql`${tables.workflowTasks.workflow_id} = ${job.workflow_id} AND ${tables.workflowTasks.order} = ${order}`,
    );
}
export const reasonsOf = async (job: JobRow, part: object = {}) =>
  (await previewContinue(me, { ...target(job), ...part })).tasks.map(({ order, units, reasons }) => ({
    order,
    units,
    reasons: Object.fromEntries(reasons.map(({ reason, images }) => [reason, images])),
  }));

/** Images of these names, without attributes and types. */
export const addImages = (...names: string[]) =>
  addTestImages(
    world,
    names.map((name) => ({ zarr_url: url(name) })),
  );
export const ABCD = ["a", "b", "c", "d"];
export const addABCD = () => addImages(...ABCD);
export const seen = { image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: 1 } }] };
export const failing = (part: Record<string, unknown> = {}): Record<string, unknown> => ({
  counter: file("counter"),
  repaired: file("repaired"),
  ...part,
});

export const items = (names: string[], init_args: object = {}) => ({
  parallelization_list: names.map((name) => ({ zarr_url: url(name), init_args })),
});
