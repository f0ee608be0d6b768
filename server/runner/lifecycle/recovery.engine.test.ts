/** Workers, servers and machines die in the middle of units: the job ends right, and nothing in place runs twice. */
import { spawnSync } from "node:child_process";
import { appendFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import { addTestImages, makeJob, makeWorld } from "../testing";
import type { TinyTask, World } from "../testing";
import { entersStage, entersState } from "./killed-workflow.testing";
import { Servers, until } from "./testing";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: World;
let servers: Servers;

beforeAll(async () => {
  t = await createTestDb();
});
afterAll(() => t.drop());
beforeEach(async () => {
  servers = await Servers.of(t);
  world = await makeWorld(t.db);
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
});
afterEach(async () => {
  await servers.close();
  await rm(world.folder, { recursive: true, force: true, maxRetries: 3 });
});

const runsOf = (jobId: number) =>
  t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, jobId))
    .orderBy(tables.historyRuns.order);
const jobOf = async (jobId: number) =>
  one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, jobId)));
const batchesOf = (jobId: number) =>
  t.db.execute<{ state: string; folder: string; handle: { pid: number } | null }>(sql`
    SELECT b.state, b.handle, b.folder FROM batch b JOIN history_run r ON r.id = b.history_run_id WHERE r.job_id = ${jobId} ORDER BY b.id`);

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
/** Of all units that began so far. */
const pidsOfUnits = async () =>
  (await readFile(counter(), "utf8"))
    .trim()
    .split("\n")
    .map((line) => Number(line.split(" ")[1]));
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
  const images = await t.db
    .select()
    .from(tables.images)
    .where(eq(tables.images.dataset_id, world.dataset.id))
    .orderBy(tables.images.position);
  expect(images.map((image) => image.attributes)).toEqual(IMAGES.map(() => ({ seen: true })));
  const accepted = await t.db.execute<{ n: number }>(
    sql`SELECT count(*)::int AS n FROM unit_attempt a JOIN batch b ON b.id = a.batch_id JOIN history_run r ON r.id = b.history_run_id
        WHERE a.accepted AND r.job_id = ${jobId}`,
  );
  expect(accepted[0]?.n).toBe(10);
}

test("killed while units run: the workers go on, the next runner takes their results, nothing runs twice", async () => {
  const job = await makeJob(world, [{ ...chain({ sleep: 0.25 })[0], ...flip } as TinyTask]);
  const first = await servers.start();
  await until(async () => ((await runsOf(job.id))[0]?.num_done ?? 0) >= 3);
  await servers.end(first, "SIGKILL");
  await servers.start();
  await expectDone(job.id);
});

test("killed with everything finished and nothing ingested: the results are read afterwards", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  const first = await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  await servers.end(first, "SIGKILL");
  await writeFile(gate, "");
  const pid = (await batchesOf(job.id))[0]?.handle?.pid ?? 0;
  await until(() => Promise.resolve(!isAlive(pid)));
  await servers.start();
  await expectDone(job.id);
});

test("the worker alone killed: an interrupted unit of a harmless task runs again, and its survivors were ended first", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  await servers.start();
  await begun(job.id);
  const survivors = await pidsOfUnits();
  process.kill((await batchesOf(job.id))[0]?.handle?.pid ?? 0, "SIGKILL");
  await until(async () => (await batchesOf(job.id)).length === 2);
  // The gate is closed, so nothing but the runner has ended them.
  expect(survivors.filter(isAlive)).toEqual([]);
  await writeFile(gate, "");
  await until(async () => ["done", "failed"].includes((await jobOf(job.id)).state));
  expect((await jobOf(job.id)).state).toBe("done");
  expect(Object.values(await runsPerImage()).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
  const attempts = await t.db.execute<{ state: string; n: number }>(sql`
    SELECT a.state, count(*)::int AS n FROM unit_attempt a JOIN batch b ON b.id = a.batch_id
    JOIN history_run r ON r.id = b.history_run_id WHERE r.job_id = ${job.id} GROUP BY a.state ORDER BY a.state`);
  expect([...attempts]).toEqual([
    { state: "ended", n: 10 },
    { state: "interrupted", n: 2 },
    { state: "never_started", n: 8 },
  ]);
});

test("the worker alone killed: a task that changes images in place waits for a person", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ ...chain({ wait_for: gate })[0], ...flip } as TinyTask]);
  await servers.start();
  await begun(job.id);
  const survivors = await pidsOfUnits();
  process.kill((await batchesOf(job.id))[0]?.handle?.pid ?? 0, "SIGKILL");
  await until(async () => (await batchesOf(job.id)).length === 2);
  expect(survivors.filter(isAlive)).toEqual([]);
  await writeFile(gate, "");
  await until(async () => (await jobOf(job.id)).state === "failed");
  expect(Object.values(await runsPerImage())).toEqual(Array(10).fill(1));
  const run = one(await runsOf(job.id));
  expect(run).toMatchObject({ num_done: 8, num_failed: 2 });
  const failed = await t.db
    .select()
    .from(tables.historyUnits)
    .where(
      sql`${tables.historyUnits.state} = 'failed' AND ${tables.historyUnits.history_run_id} = ${run.id}`,
    );
  expect(failed.map((unit) => unit.cause?.kind)).toEqual(["interrupted", "interrupted"]);
});

test("SIGTERM hands over without stopping local work, and at once", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  const first = await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  expect(await servers.end(first, "SIGTERM")).toBe(0);
  expect(isAlive((await batchesOf(job.id))[0]?.handle?.pid ?? 0)).toBe(true);
  await servers.start();
  await writeFile(gate, "");
  await expectDone(job.id);
});

test("a runner that slept while its lease was taken over: the job ends as if there had been one runner", async () => {
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, chain({ wait_for: gate }));
  const first = await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 2);
  first.kill("SIGSTOP");
  await t.db.execute(sql`UPDATE lease SET expires_at = '-infinity' WHERE kind = 'job' AND id = ${job.id}`);
  await servers.start();
  await until(
    async () =>
      Number(
        (
          await t.db.execute<{ token: number }>(
            sql`SELECT token FROM lease WHERE kind = 'job' AND id = ${job.id}`,
          )
        )[0]?.token,
      ) === 2,
  );
  first.kill("SIGCONT");
  await writeFile(gate, "");
  await expectDone(job.id);
});

/** A process that has ended and that nobody has asked for yet does nothing any more. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}

/** Ends the job's server, worker and units at once, as the end of a machine does. @returns The folder of its batch. */
async function killMachine(server: Awaited<ReturnType<Servers["start"]>>, jobId: number): Promise<string> {
  const batch = (await batchesOf(jobId))[0];
  await servers.end(server, "SIGKILL");
  process.kill(batch?.handle?.pid ?? 0, "SIGKILL");
  const pids = await pidsOfUnits();
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await until(() => Promise.resolve(!pids.some(isAlive)));
  return batch?.folder ?? "";
}
const begun = (jobId: number) =>
  until(
    async () =>
      (await runsOf(jobId))[0]?.num_running === 2 &&
      (await readFile(counter(), "utf8").catch(() => "")).split("\n").length === 3,
  );
const open = (gate: string) => writeFile(gate, "");
const gateOf = () => path.join(world.folder, "gate");

test("everything is killed at once: what runs only on its own images is repeated, nothing else", async () => {
  const job = await makeJob(world, chain({ wait_for: gateOf() }));
  const server = await servers.start();
  await begun(job.id);
  await killMachine(server, job.id);
  await open(gateOf());
  await servers.start();
  await until(async () => (await jobOf(job.id)).state === "done");
  expect(Object.values(await runsPerImage()).sort()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
});

test("the machine is started anew: start lines may be lost with it, so an in-place task waits for a person with all that has no end", async () => {
  const job = await makeJob(world, [{ ...chain({ wait_for: gateOf() })[0], ...flip } as TinyTask]);
  const server = await servers.start();
  await begun(job.id);
  const folder = await killMachine(server, job.id);
  // What a test cannot do: start the machine anew.
  await writeFile(path.join(folder, "alive"), "another start of this machine");
  await open(gateOf());
  await servers.start();
  await until(async () => (await jobOf(job.id)).state === "failed");
  expect(one(await runsOf(job.id))).toMatchObject({ num_done: 0, num_failed: 10 });
  expect(Object.values(await runsPerImage())).toEqual([1, 1]);
});

test("the end line of a unit is half written: it does not count, and the unit was interrupted", async () => {
  const job = await makeJob(world, [{ ...chain({ wait_for: gateOf() })[0], ...flip } as TinyTask]);
  const server = await servers.start();
  await begun(job.id);
  const folder = await killMachine(server, job.id);
  await appendFile(path.join(folder, "results.jsonl"), '{"e":"end","n":0,"t":1,"exit":0,"sig');
  await open(gateOf());
  await servers.start();
  await until(async () => (await jobOf(job.id)).state === "failed");
  expect(one(await runsOf(job.id))).toMatchObject({ num_done: 8, num_failed: 2 });
  expect(await runsPerImage()).toEqual(once);
});

test("results that were read are gone from the file: what was stored stays, the rest was interrupted", async () => {
  const args = { stall_on: ["i8", "i9"], gate: gateOf() };
  const job = await makeJob(world, [{ ...chain(args)[0], ...flip } as TinyTask]);
  const server = await servers.start();
  await until(async () => {
    const run = (await runsOf(job.id))[0];
    return run?.num_done === 8 && run.num_running === 2;
  });
  const folder = await killMachine(server, job.id);
  await truncate(path.join(folder, "results.jsonl"), 40);
  await open(gateOf());
  await servers.start();
  await until(async () => (await jobOf(job.id)).state === "failed");
  expect(one(await runsOf(job.id))).toMatchObject({ num_done: 8, num_failed: 2 });
  expect(await runsPerImage()).toEqual(once);
});

test("a worker that dies again and again takes the unit it ran: those that only waited still run", async () => {
  const args = { stall_on: ["i0"], gate: gateOf() };
  const [task] = chain(args);
  const job = await makeJob(world, [{ ...task, meta: { parallel_tasks_per_job: 1 } } as TinyTask]);
  await servers.start();
  for (const batches of [1, 2, 3]) {
    const batch = await until(async () => {
      const all = [...(await batchesOf(job.id))];
      return all.length === batches && (await runsOf(job.id))[0]?.num_running === 1 && all.at(-1);
    });
    process.kill(batch.handle?.pid ?? 0, "SIGKILL");
  }
  await until(async () => (await jobOf(job.id)).state === "failed");
  expect(one(await runsOf(job.id))).toMatchObject({ num_done: 9, num_failed: 1 });
  expect(await runsPerImage()).toEqual({ ...once, i0: 3 });
});

test("a driver that died before it wrote to the job log: the next one begins it", async () => {
  const server = await servers.start();
  let id = 0;
  const runs = { table: "job", event: "UPDATE", when: entersState("running") } as const;
  await servers.killAt(server, runs, "after", async () => {
    id = (await makeJob(world, chain())).id;
  });
  await servers.start();
  await expectDone(id);
  expect((await jobOf(id)).log).toContain(`Start execution of job ${id}`);
});

test("a second signal ends a server at once that waits for its driver; the next one goes on", async () => {
  const server = await servers.start();
  const planned = { table: "history_run", event: "UPDATE", when: entersStage(0, "planned") } as const;
  let id = 0;
  const submit = async () => (id = (await makeJob(world, chain())).id);
  await servers.holdAt(planned, "before", submit, async () => {
    server.kill("SIGTERM");
    const listeners = () =>
      t.db.execute(
        sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen %'`,
      );
    await until(async () => (await listeners()).length === 0);
    expect(server.exitCode).toBeNull();
    expect(await servers.end(server, "SIGTERM")).toBe(1);
  });
  await servers.start();
  await expectDone(id);
});
