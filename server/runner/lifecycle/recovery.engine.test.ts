/** Kill the runner, start another: the job ends right and no unit ran twice (engine specification §9). */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import { addTestImages, makeJob, makeWorld } from "../testing";
import type { TinyTask, World } from "../testing";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: World;
const started: ChildProcess[] = [];

beforeEach(async () => {
  t = await createTestDb();
  world = await makeWorld(t.db);
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  await t.drop();
  await rm(world.folder, { recursive: true, force: true });
});

async function startRunnerProcess() {
  const child = spawn(process.execPath, ["--import", "tsx", "e2e/support/runner-process.ts"], {
    env: { ...process.env, DATABASE_URL: t.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("exit", (code) => reject(new Error(`the runner ended with ${code}`)));
  });
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const code = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.kill(signal);
  return code;
}

const runsOf = (jobId: number) =>
  t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, jobId))
    .orderBy(tables.historyRuns.order);
const jobOf = async (jobId: number) =>
  one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, jobId)));
const batchesOf = (jobId: number) =>
  t.db.execute<{ state: string; handle: { pid: number } | null }>(sql`
    SELECT b.state, b.handle FROM batch b JOIN history_run r ON r.id = b.history_run_id WHERE r.job_id = ${jobId} ORDER BY b.id`);

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const IMAGES = Array.from({ length: 10 }, (_, i) => `i${i}`);
const counter = () => path.join(world.folder, "counter");
const runsPerImage = async () => {
  const lines = (await readFile(counter(), "utf8")).trim().split("\n");
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const name = path.basename(line.split(" ")[0] ?? "");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};
const once = Object.fromEntries(IMAGES.map((name) => [name, 1]));

function chain(args: Record<string, unknown> = {}): TinyTask[] {
  const out = { image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: true } }] };
  return [
    { type: "parallel", args: { counter: counter(), out, ...args }, meta: { parallel_tasks_per_job: 2 } },
  ];
}

/** An in-place change of state: it must never run twice by itself. */
const flip = { input_types: { flipped: false }, output_types: { flipped: true } };

async function expectDone(jobId: number): Promise<void> {
  await until(async () => ["done", "failed", "stopped"].includes((await jobOf(jobId)).state));
  const job = await jobOf(jobId);
  expect(job.state, job.log ?? "").toBe("done");
  const run = one(await runsOf(jobId));
  expect(run).toMatchObject({ state: "done", stage: "closed", num_done: 10, num_pending: 0, num_running: 0 });
  expect(await runsPerImage()).toEqual(once);
  const images = await t.db.select().from(tables.images).orderBy(tables.images.position);
  expect(images.map((image) => image.attributes)).toEqual(IMAGES.map(() => ({ seen: true })));
  const accepted = await t.db.execute<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM unit_attempt WHERE accepted`,
  );
  expect(accepted[0]?.n).toBe(10);
}

test("killed while units run: the workers go on, the next runner takes their results, nothing runs twice", async () => {
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const job = await makeJob(world, [{ ...chain({ sleep: 0.25 })[0], ...flip } as TinyTask]);
  const first = await startRunnerProcess();
  await until(async () => ((await runsOf(job.id))[0]?.num_done ?? 0) >= 3);
  await end(first, "SIGKILL");
  await startRunnerProcess();
  await expectDone(job.id);
});

test.each([
  ["right after it was claimed", async (id: number) => (await jobOf(id)).state === "running"],
  ["when its images are selected", async (id: number) => (await runsOf(id)).length > 0],
  ["when its calls are planned", async (id: number) => (await runsOf(id))[0]?.stage === "planned"],
  ["when its batch is planned", async (id: number) => (await batchesOf(id)).length > 0],
  [
    "when its batch is being launched",
    async (id: number) => (await batchesOf(id)).some((b) => b.state !== "planned"),
  ],
  [
    "when its batch is launched",
    async (id: number) => (await batchesOf(id)).some((b) => b.state === "launched"),
  ],
])("killed %s: the job ends as if nothing had happened", async (_when, isThen) => {
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const first = await startRunnerProcess();
  const job = await makeJob(world, [{ ...chain({ sleep: 0.05 })[0], ...flip } as TinyTask]);
  await until(() => isThen(job.id));
  await end(first, "SIGKILL");
  await startRunnerProcess();
  await expectDone(job.id);
});

test("killed with everything finished and nothing ingested: the results are read afterwards", async () => {
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  const first = await startRunnerProcess();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  await end(first, "SIGKILL");
  await writeFile(gate, "");
  const pid = (await batchesOf(job.id))[0]?.handle?.pid ?? 0;
  await until(() => Promise.resolve(!isAlive(pid)));
  await startRunnerProcess();
  await expectDone(job.id);
});

test("the worker alone killed: an interrupted unit of a harmless task runs again, and its survivor was ended first", async () => {
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  await startRunnerProcess();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  process.kill((await batchesOf(job.id))[0]?.handle?.pid ?? 0, "SIGKILL");
  await until(async () => (await batchesOf(job.id)).length === 2);
  await writeFile(gate, "");
  await until(async () => ["done", "failed"].includes((await jobOf(job.id)).state));
  expect((await jobOf(job.id)).state).toBe("done");
  expect(Object.values(await runsPerImage()).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
  const attempts = await t.db.execute<{ state: string; n: number }>(sql`
    SELECT state, count(*)::int AS n FROM unit_attempt GROUP BY state ORDER BY state`);
  expect([...attempts]).toEqual([
    { state: "ended", n: 10 },
    { state: "interrupted", n: 2 },
    { state: "never_started", n: 8 },
  ]);
});

test("the worker alone killed: a task that changes images in place waits for a person", async () => {
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ ...chain({ wait_for: gate })[0], ...flip } as TinyTask]);
  await startRunnerProcess();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  process.kill((await batchesOf(job.id))[0]?.handle?.pid ?? 0, "SIGKILL");
  await until(async () => (await batchesOf(job.id)).length === 2);
  await writeFile(gate, "");
  await until(async () => (await jobOf(job.id)).state === "failed");
  expect(Object.values(await runsPerImage())).toEqual(Array(10).fill(1));
  const run = one(await runsOf(job.id));
  expect(run).toMatchObject({ num_done: 8, num_failed: 2 });
  const failed = await t.db.select().from(tables.historyUnits).where(eq(tables.historyUnits.state, "failed"));
  expect(failed.map((unit) => unit.cause?.kind)).toEqual(["interrupted", "interrupted"]);
});

test("SIGTERM hands over without stopping local work, and at once", async () => {
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  const first = await startRunnerProcess();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  expect(await end(first, "SIGTERM")).toBe(0);
  expect(isAlive((await batchesOf(job.id))[0]?.handle?.pid ?? 0)).toBe(true);
  await startRunnerProcess();
  await writeFile(gate, "");
  await expectDone(job.id);
});

test("a runner whose lease was taken over can write nothing more", async () => {
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  const first = await startRunnerProcess();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  first.kill("SIGSTOP");
  await t.db.execute(sql`UPDATE lease SET expires_at = '-infinity'`);
  await startRunnerProcess();
  await until(
    async () => Number((await t.db.execute<{ token: number }>(sql`SELECT token FROM lease`))[0]?.token) === 2,
  );
  first.kill("SIGCONT");
  await writeFile(gate, "");
  await expectDone(job.id);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
