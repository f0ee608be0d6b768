/** What must not break a job, or leave anything of it alive: garbage in a batch folder, lost workers, failures of ours. */
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { LocalExecutor } from "../executors/local";
import { startLifecycle } from "../lifecycle/runner";
import type { Runner } from "../lifecycle/runner";
import { addTestImages, makeJob, makeWorld, silentLog, until } from "../testing";
import type { World } from "../testing";
import { submitWorkflow } from "./submit-workflow";

/** A real executor with one step that a test may break. */
class BreakableExecutor extends LocalExecutor {
  beforeLaunch: () => Promise<void> = () => Promise.resolve();
  beforeRead: () => Promise<void> = () => Promise.resolve();

  override async hasBegun(batch: Parameters<LocalExecutor["hasBegun"]>[0]) {
    await this.beforeLaunch();
    return super.hasBegun(batch);
  }
  override async read(...args: Parameters<LocalExecutor["read"]>) {
    await this.beforeRead();
    return super.read(...args);
  }
}

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: World;
let runner: Runner;
const executor = new BreakableExecutor("python3");

beforeAll(async () => {
  t = await createTestDb();
  runner = await startLifecycle({
    databaseUrl: t.url,
    log: silentLog,
    drive: {
      job: (deps, id) => submitWorkflow({ ...deps, executor, host: { cpus: 4, memMb: 8_000 } }, id),
      activity: () => Promise.resolve(),
    },
    answer: () => Promise.resolve(null),
  });
});
afterAll(async () => {
  await runner.stop();
  await t.drop();
});
beforeEach(async () => {
  world = await makeWorld(t.db);
  const images = Array.from({ length: 6 }, (_, n) => ({ zarr_url: `${world.zarrDir}/${n}` }));
  await addTestImages(world, images);
});
afterEach(async () => {
  executor.beforeLaunch = executor.beforeRead = () => Promise.resolve();
  await rm(world.folder, { recursive: true, force: true });
});

const endOf = (jobId: number) =>
  until(async () => {
    const job = one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, jobId)));
    return ["done", "failed", "stopped"].includes(job.state) && job;
  });
const runOf = async (jobId: number) =>
  (await t.db.select().from(tables.historyRuns).where(eq(tables.historyRuns.job_id, jobId)))[0];
const batchesOf = (jobId: number) =>
  t.db
    .select()
    .from(tables.batches)
    .where(sql`history_run_id IN (SELECT id FROM history_run WHERE job_id = ${jobId})`)
    .orderBy(tables.batches.id);
const unitsOf = (jobId: number) =>
  t.db
    .select()
    .from(tables.historyUnits)
    .where(sql`history_run_id IN (SELECT id FROM history_run WHERE job_id = ${jobId})`)
    .orderBy(tables.historyUnits.position);
const counter = () => path.join(world.folder, "counter");
const callsSoFar = async () =>
  (await readFile(counter(), "utf8").catch(() => "")).split("\n").filter(Boolean).length;
const askToStop = (jobId: number) =>
  t.db
    .insert(tables.jobRequests)
    .values({ job_id: jobId, kind: "stop_job", user_email: "ada@example.org" })
    .then(() => t.db.execute(sql`SELECT pg_notify('fractal_runner', 'job_request')`));
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("garbage in results.jsonl costs its lines and nothing else", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ type: "parallel", args: { wait_for: gate } }]);
  const batch = await until(async () => (await batchesOf(job.id)).find((b) => b.host !== null));
  const end = {
    ...{ e: "end", t: 1, exit: 0, signal: null, reason: null, detail: null, wall_s: 0, cpu_s: 0 },
    ...{ peak_mb: null, log: [0, 0], warnings: 0, out: null },
  };
  const garbage = [
    "not json",
    "{}",
    `{"e":"start","n":0,"t":1e300}`,
    `{"e":"start","n":4000000000,"t":1}`,
    `{"e":"begin","v":1,"batch":1,"host":"a\\u0000b\\ud800","pid":1,"t":1,"slurm":null}`,
    JSON.stringify({ ...end, n: 0, exit: 5_000_000_000 }),
    JSON.stringify({ ...end, n: 0, exit: null, signal: 5_000_000_000 }),
    JSON.stringify({ ...end, n: 0, warnings: 5_000_000_000 }),
    JSON.stringify({ ...end, n: 17 }),
  ];
  const file = path.join(batch.folder, "results.jsonl");
  await appendFile(
    file,
    Buffer.concat([Buffer.from([0xff, 0x00, 0x0a]), Buffer.from(`${garbage.join("\n")}\n`)]),
  );
  await appendFile(file, "x".repeat(3 * 2 ** 20) + "\n");
  await writeFile(gate, "");
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("done");
  expect(await runOf(job.id)).toMatchObject({ num_done: 6, state: "done" });
  expect(one(await batchesOf(job.id)).bad_lines).toBeGreaterThanOrEqual(10);
});

test("a worker that is told to end from outside is an interruption, not a stop: the units run again", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [
    { type: "parallel", args: { wait_for: gate, counter: counter(), print: "hello" } },
  ]);
  const batch = await until(async () => (await batchesOf(job.id)).find((b) => b.handle && b.host));
  await until(async () => (await callsSoFar()) === 4);
  process.kill(batch.handle?.pid ?? 0, "SIGTERM");
  await until(async () => (await batchesOf(job.id)).length === 2);
  await writeFile(gate, "");
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("done");
  expect(await callsSoFar()).toBe(10);
  const attempts = await t.db.execute<{ state: string; n: number }>(sql`
    SELECT state, count(*)::int AS n FROM unit_attempt WHERE batch_id = ${batch.id} GROUP BY 1 ORDER BY 1`);
  expect([...attempts]).toEqual([
    { state: "interrupted", n: 4 },
    { state: "never_started", n: 2 },
  ]);
});

test("a task that changes images in place is not run again after its worker was told to end from outside", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [
    {
      type: "parallel",
      args: { wait_for: gate, counter: counter() },
      input_types: { flipped: false },
      output_types: { flipped: true },
    },
  ]);
  const batch = await until(async () => (await batchesOf(job.id)).find((b) => b.handle && b.host));
  await until(async () => (await callsSoFar()) === 4);
  process.kill(batch.handle?.pid ?? 0, "SIGTERM");
  await until(async () => (await batchesOf(job.id)).length === 2);
  await writeFile(gate, "");
  expect((await endOf(job.id)).state).toBe("failed");
  const units = await unitsOf(job.id);
  expect(units.map((unit) => unit.state).sort()).toEqual([
    "done",
    "done",
    ...Array<string>(4).fill("failed"),
  ]);
  expect(units.find((unit) => unit.state === "failed")?.cause?.kind).toBe("interrupted");
  expect(await callsSoFar()).toBe(6);
});

test("a stop that comes while the batch is being launched starts nothing", async () => {
  const job = await makeJob(world, [{ type: "parallel", args: { counter: counter() } }]);
  let isAsked = false;
  executor.beforeLaunch = async () => {
    if (!isAsked) await askToStop(job.id);
    isAsked = true;
    throw Object.assign(new Error("the database went away"), { code: "57P01" });
  };
  await until(() => Promise.resolve(isAsked));
  executor.beforeLaunch = () => Promise.resolve();
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("stopped");
  expect(await callsSoFar()).toBe(0);
  expect(await runOf(job.id)).toMatchObject({ state: "stopped", num_stopped: 6, num_pending: 0 });
});

test("a stop while the job waits in the queue makes no run", async () => {
  const job = await t.db.transaction(async (tx) => {
    const made = await makeJob({ ...world, db: tx as never }, [{ type: "parallel" }]);
    await tx
      .insert(tables.jobRequests)
      .values({ job_id: made.id, kind: "stop_job", user_email: "ada@example.org" });
    return made;
  });
  expect((await endOf(job.id)).state).toBe("stopped");
  expect(await runOf(job.id)).toBeUndefined();
});

test("after a failure of ours the job ends only when its worker has ended, and every unit has a final state", async () => {
  const job = await makeJob(world, [
    { type: "parallel", args: { sleep: 30, counter: counter() } },
    { type: "parallel" },
  ]);
  const batch = await until(async () => (await batchesOf(job.id)).find((b) => b.handle && b.host));
  await until(async () => (await callsSoFar()) === 4);
  executor.beforeRead = () =>
    Promise.reject(Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" }));
  const ended = await endOf(job.id);
  expect(ended.state).toBe("failed");
  expect(ended.log).toContain("UNKNOWN ERROR");
  expect(isAlive(batch.handle?.pid ?? 0)).toBe(false);
  expect((await batchesOf(job.id)).map((b) => b.state)).toEqual(["closed"]);
  expect(new Set((await unitsOf(job.id)).map((unit) => unit.state))).toEqual(new Set(["failed"]));
  expect(await runOf(job.id)).toMatchObject({
    stage: "closed",
    num_running: 0,
    num_pending: 0,
    num_failed: 6,
  });
});

test("a job log that cannot be written does not fail the job", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ type: "parallel", args: { wait_for: gate } }]);
  await until(async () => (await batchesOf(job.id)).find((b) => b.host));
  const { working_dir } = one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, job.id)));
  const file = path.join(working_dir ?? "", "workflow.log");
  await rm(file);
  await mkdir(file);
  await writeFile(gate, "");
  expect((await endOf(job.id)).state).toBe("done");
});
