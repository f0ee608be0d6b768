/** What must not break a job, or leave anything of it alive: garbage in a batch folder, lost workers, failures of ours. */
import { appendFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { LocalExecutor } from "../executors/local";
import { startLifecycle } from "../lifecycle/runner";
import type { Runner } from "../lifecycle/runner";
import {
  addTestImages,
  batchesOfJob,
  endOfJob,
  makeJob,
  makeWorld,
  silentLog,
  unitsOfJob,
  until,
} from "../testing";
import type { World } from "../testing";
import { submitWorkflow } from "./submit-workflow";

const fine = () => Promise.resolve();

/** A real executor with one step that a test may break. */
class BreakableExecutor extends LocalExecutor {
  beforeLaunch: () => Promise<void> = fine;
  beforePrepare: () => Promise<void> = fine;
  beforeRead: (file: string) => Promise<void> = fine;
  beforeSettle: () => Promise<void> = fine;
  beforeLook: () => void = () => undefined;
  areResultsHidden = false;

  override async hasBegun(batch: Parameters<LocalExecutor["hasBegun"]>[0]) {
    await this.beforeLaunch();
    return super.hasBegun(batch);
  }
  override async prepare(...args: Parameters<LocalExecutor["prepare"]>) {
    await this.beforePrepare();
    return super.prepare(...args);
  }
  override async read(...args: Parameters<LocalExecutor["read"]>) {
    await this.beforeRead(args[0]);
    return this.areResultsHidden ? null : super.read(...args);
  }
  override mayLive(handle: Parameters<LocalExecutor["mayLive"]>[0]) {
    this.beforeLook();
    return super.mayLive(handle);
  }
  override async settle(batch: Parameters<LocalExecutor["settle"]>[0]) {
    try {
      await this.beforeSettle();
    } catch (err) {
      return { known: false as const, why: (err as Error).message };
    }
    return super.settle(batch);
  }

  repair(): void {
    this.beforeLaunch = this.beforePrepare = this.beforeRead = this.beforeSettle = fine;
    this.beforeLook = () => undefined;
    this.areResultsHidden = false;
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
  executor.repair();
  await rm(world.folder, { recursive: true, force: true });
});

const endOf = (jobId: number) => endOfJob(t.db, jobId);
const runOf = async (jobId: number) =>
  (await t.db.select().from(tables.historyRuns).where(eq(tables.historyRuns.job_id, jobId)))[0];
const batchesOf = (jobId: number) => batchesOfJob(t.db, jobId);
const unitsOf = (jobId: number) => unitsOfJob(t.db, jobId);
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

test("a second end of a unit is counted and changes nothing, also when the first was stored long ago", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ type: "parallel", args: { stall_on: ["/5"], gate } }]);
  const batch = await until(
    async () => (await runOf(job.id))?.num_done === 5 && one(await batchesOf(job.id)),
  );
  const file = path.join(batch.folder, "results.jsonl");
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  const first = lines.find((line) => line.startsWith('{"e":"end","n":0,')) ?? "";
  await appendFile(file, `${JSON.stringify({ ...(JSON.parse(first) as object), exit: 1 })}\n`);
  await until(async () => one(await batchesOf(job.id)).bad_lines === 1);
  await writeFile(gate, "");
  expect((await endOf(job.id)).state).toBe("done");
  expect(await runOf(job.id)).toMatchObject({ num_done: 6, num_failed: 0 });
  expect(one(await batchesOf(job.id)).bad_lines).toBe(1);
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
  executor.beforePrepare = async () => {
    if (!isAsked) await askToStop(job.id);
    isAsked = true;
    throw Object.assign(new Error("the database went away"), { code: "57P01" });
  };
  await until(() => Promise.resolve(isAsked));
  executor.repair();
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
  executor.beforeLook = () => {
    throw new Error("nobody foresaw this");
  };
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

test("after a failure of ours, what had ended on disk and was not read yet is kept", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ type: "parallel", args: { wait_for: gate, counter: counter() } }]);
  const batch = await until(async () => (await batchesOf(job.id)).find((b) => b.handle && b.host));
  executor.areResultsHidden = true;
  await writeFile(gate, "");
  const results = path.join(batch.folder, "results.jsonl");
  await until(async () => (await readFile(results, "utf8")).includes('"e":"exit"'));
  executor.beforeLook = () => {
    executor.areResultsHidden = false;
    throw new Error("nobody foresaw this");
  };
  const ended = await endOf(job.id);
  expect(ended.state).toBe("failed");
  expect(ended.log).toContain("nobody foresaw this");
  expect(await runOf(job.id)).toMatchObject({ stage: "closed", num_done: 6, num_failed: 0 });
});

const ioError = () =>
  Promise.reject(Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", errno: -5 }));
const unknownBatch = (jobId: number) =>
  until(async () => (await batchesOf(jobId)).find((b) => b.unknown_why !== null));
const wakeAll = async (times = 50) => {
  for (let n = 0; n < times; n += 1) {
    await t.db.execute(sql`SELECT pg_notify('fractal_runner', 'something else')`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test("results that cannot be read for a while are unknown: the worker goes on, and its units count once they can", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ type: "parallel", args: { wait_for: gate, counter: counter() } }]);
  await until(async () => (await callsSoFar()) === 4);
  let reads = 0;
  executor.beforeRead = () => {
    reads += 1;
    return ioError();
  };
  const batch = await unknownBatch(job.id);
  expect(batch.unknown_why).toBe(`The results in ${batch.folder} cannot be read: EIO: i/o error, read`);
  expect(batch.unknown_since).not.toBeNull();
  // What wakes the driver for other reasons does not make it ask more often: the twelfth time is half an hour away.
  await wakeAll();
  expect(reads).toBeLessThan(12);
  await writeFile(gate, "");
  await until(async () => (await callsSoFar()) === 6);
  executor.repair();
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("done");
  expect(await callsSoFar()).toBe(6);
  expect(await batchesOf(job.id)).toMatchObject([{ unknown_why: null, unknown_since: null }]);
});

test("whether a batch was begun cannot be told for a while: it waits, and is launched once it can", async () => {
  let tries = 0;
  executor.beforeLaunch = () => ((tries += 1) < 3 ? ioError() : fine());
  const job = await makeJob(world, [{ type: "parallel", args: { counter: counter() } }]);
  const batch = await unknownBatch(job.id);
  expect(batch).toMatchObject({ state: "launching" });
  expect(batch.unknown_why).toBe(
    `Whether ${path.dirname(batch.folder)} was begun cannot be told: EIO: i/o error, read`,
  );
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("done");
  expect(await batchesOf(job.id)).toHaveLength(1);
  expect(await callsSoFar()).toBe(6);
});

test("an output and a log that stay unreadable cost their units, and not the others", async () => {
  const out = {
    image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { long: "x".repeat(100_000) } }],
  };
  const job = await makeJob(world, [{ type: "parallel", args: { out, fail_on: "/2", counter: counter() } }]);
  executor.beforeRead = (file) => (/(out.1.json|logs.txt)$/.test(file) ? ioError() : fine());
  const ended = await endOf(job.id);
  expect(ended.state).toBe("failed");
  const units = await unitsOf(job.id);
  expect(units.map((unit) => unit.state)).toEqual(["done", "failed", "failed", "done", "done", "done"]);
  expect(units[1]?.cause).toMatchObject({
    kind: "bad_output",
    evidence: expect.stringMatching(/The file out\/\d\.json cannot be read: EIO/) as string,
  });
  expect(units[2]?.cause).toMatchObject({ kind: "task_error", evidence: null });
  expect(await callsSoFar()).toBe(6);
});

test("a worker that cannot be looked at is asked about more and more rarely, and a stop gets through", async () => {
  const job = await makeJob(world, [{ type: "parallel", args: { sleep: 60, counter: counter() } }]);
  const batch = await until(async () => (await batchesOf(job.id)).find((b) => b.handle && b.host));
  await until(async () => (await callsSoFar()) === 4);
  let looks = 0;
  executor.beforeSettle = () => {
    looks += 1;
    return Promise.reject(new Error("Nothing can be said."));
  };
  // As for a new driver, without a handle: nothing cheaper tells that the worker lives.
  await t.db.execute(sql`UPDATE batch SET handle = NULL WHERE id = ${batch.id}`);
  expect((await unknownBatch(job.id)).unknown_why).toBe("Nothing can be said.");
  await until(() => Promise.resolve(looks === 4));
  // Four more looks are a minute away.
  await wakeAll(200);
  expect(looks).toBeLessThan(8);
  await askToStop(job.id);
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("stopped");
  expect(isAlive(batch.handle?.pid ?? 0)).toBe(false);
});

test("after a failure of ours, a worker that cannot be looked at is asked about more and more rarely too", async () => {
  const job = await makeJob(world, [{ type: "parallel", args: { sleep: 60, counter: counter() } }]);
  await until(async () => (await callsSoFar()) === 4);
  let looks = 0;
  executor.beforeSettle = () => {
    looks += 1;
    return Promise.reject(new Error("Nothing can be said."));
  };
  executor.beforeLook = () => {
    throw new Error("nobody foresaw this");
  };
  await unknownBatch(job.id);
  await wakeAll();
  expect(looks).toBeLessThan(12);
  executor.repair();
  expect((await endOf(job.id)).state).toBe("failed");
  expect(await runOf(job.id)).toMatchObject({ stage: "closed", num_failed: 6 });
});

test("a worker on another machine, whose folder is not here, is left to that machine", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ type: "parallel", args: { wait_for: gate, counter: counter() } }]);
  const { id, folder } = await until(async () => (await batchesOf(job.id)).find((b) => b.handle && b.host));
  await until(async () => (await callsSoFar()) === 4);
  await rename(folder, `${folder}-hidden`);
  await t.db.execute(sql`
    UPDATE batch SET host = 'elsewhere', handle = handle || '{"host":"elsewhere"}' WHERE id = ${id}`);
  expect((await unknownBatch(job.id)).unknown_why).toBe(
    `Its worker was started on elsewhere, and this is ${hostname()}: only a server on elsewhere can tell whether it still runs.`,
  );
  expect(await readdir(path.dirname(folder))).toEqual(["0-hidden"]);

  // Here, but without its folder, it is no more known than before.
  await t.db.execute(sql`UPDATE batch SET host = ${hostname()}, handle = NULL WHERE id = ${id}`);
  await until(async () => (await unknownBatch(job.id)).unknown_why?.includes("is not there"));
  expect(await readdir(path.dirname(folder))).toEqual(["0-hidden"]);

  await rename(`${folder}-hidden`, folder);
  await writeFile(gate, "");
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("done");
  expect(await callsSoFar()).toBe(6);
  expect(await batchesOf(job.id)).toHaveLength(1);
});

test("what a look says about a worker that names another machine", async () => {
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const folder = path.join(world.folder, "batch");
  await mkdir(folder);
  const handle = { pid: 2 ** 22 + 1, host: "elsewhere" };
  const batch = { id: 1, k: 0, tag: "", folder, handle, host: null };
  const isUnknown = { known: false, why: expect.stringContaining("only a server on elsewhere") as string };
  expect(executor.mayLive(batch)).toBe(true);
  expect(executor.mayLive({ ...batch, handle: { ...handle, host: hostname() } })).toBe(false);
  // Unclaimed as far as can be seen from here; claimed there; taken up by nobody who wrote it down.
  expect(await executor.settle(batch)).toEqual(isUnknown);
  const hidden = { ...batch, folder: `${folder}-hidden` };
  await expect(executor.cancel(hidden, "all")).rejects.toThrow("ENOENT");
  await executor.cancel({ ...hidden, handle: null }, "all");
  await mkdir(path.join(folder, "claim"));
  await writeFile(path.join(folder, "alive"), "another machine");
  expect(await executor.settle(batch)).toEqual(isUnknown);
  expect(await executor.settle({ ...batch, handle: null, host: "elsewhere" })).toEqual(isUnknown);
  // The same machine under another name: a container that was made anew.
  await writeFile(path.join(folder, "alive"), boot);
  expect(await executor.settle(batch)).toEqual({
    known: true,
    value: { life: "ended", detail: null },
  });
});
