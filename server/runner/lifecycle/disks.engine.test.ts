/** Real disks that are full, one after the other, and a database that is killed: nothing is lost, and the cause has a name. */
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { SmallDisk } from "@/e2e/support/small-disk";
import { closeDb, createDb } from "@/db/client";
import { startEmbedded } from "@/db/embedded";
import { preparePlace } from "@/db/embedded/place";
import { findPostmaster } from "@/db/embedded/postmaster";
import { migrate } from "@/db/migrate";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { retryJob } from "@/server/services/job/retry";
import { actAsOwner, addTestImages, makeJob, makeWorld, silentLog } from "../testing";
import type { TinyTask, World } from "../testing";
import { Servers, until } from "./testing";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** The rule that nothing begins on an almost full disk would hold these jobs back; here they have begun. */
const NO_RULE = { FRACTAL_MIN_FREE_MB: "0", FRACTAL_MIN_FREE_PERCENT: "0" };
const IMAGES = ["a", "b", "c", "d"];

async function makeDisk(size: string): Promise<SmallDisk> {
  const disk = new SmallDisk(size);
  cleanUps.push(() => disk.remove());
  return Promise.resolve(disk);
}

async function worldOn(t: TestDb): Promise<World> {
  const world = await makeWorld(t.db);
  cleanUps.push(() => rm(world.folder, { recursive: true, force: true, maxRetries: 3 }));
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  return world;
}

async function testDb(): Promise<TestDb> {
  const t = await createTestDb();
  cleanUps.push(() => t.drop());
  return t;
}

async function serve(t: TestDb) {
  const servers = await Servers.of(t, NO_RULE);
  cleanUps.push(() => servers.close());
  await servers.start();
}

const task = (world: World, args: Record<string, unknown> = {}): TinyTask => ({
  type: "parallel",
  meta: { parallel_tasks_per_job: 2 },
  args: {
    counter: path.join(world.folder, "counter"),
    out: { image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: 1 } }] },
    ...args,
  },
});
const calls = async (world: World) =>
  (await readFile(path.join(world.folder, "counter"), "utf8").catch(() => "")).split("\n").filter(Boolean);
const endOf = (world: World, jobId: number) =>
  until(async () => {
    const [job] = await world.db.select().from(tables.jobs).where(eq(tables.jobs.id, jobId));
    return job && ["done", "failed", "stopped"].includes(job.state) && job;
  });
const unitsOf = (world: World, jobId: number) =>
  world.db.execute<{ state: string; kind: string | null }>(sql`
    SELECT u.state, u.cause ->> 'kind' AS kind FROM history_unit u JOIN history_run r ON r.id = u.history_run_id
    WHERE r.job_id = ${jobId} ORDER BY u.position`);
const runOf = async (world: World, jobId: number) =>
  one(await world.db.select().from(tables.historyRuns).where(eq(tables.historyRuns.job_id, jobId)));
const imagesOf = async (world: World) =>
  (
    await world.db
      .select({ attributes: tables.images.attributes })
      .from(tables.images)
      .where(eq(tables.images.dataset_id, world.dataset.id))
  ).map(({ attributes }) => attributes);
/** The calls of the first job that did not end well run again, by the wish of a person. */
async function repeat(world: World, jobId: number) {
  const me = await actAsOwner(world);
  const { job_id } = await retryJob(me, { run_id: (await runOf(world, jobId)).id });
  return endOf(world, job_id);
}

test("the disk of the images is full: the units that could not write are named with it, and run again with room", async () => {
  const disk = await makeDisk("12m");
  const t = await testDb();
  const world = await worldOn(t);
  await t.db
    .update(tables.images)
    .set({ zarr_url: sql`replace(zarr_url, ${world.zarrDir}, ${disk.folder})` })
    .where(eq(tables.images.dataset_id, world.dataset.id));
  await t.db
    .update(tables.datasets)
    .set({ zarr_dir: disk.folder })
    .where(eq(tables.datasets.id, world.dataset.id));
  disk.fill();
  await serve(t);
  const { id } = await makeJob(world, [task(world, { write_mb: 2 })]);
  expect(await endOf(world, id)).toMatchObject({ state: "failed", cause: { kind: "disk_full" } });
  expect([...(await unitsOf(world, id))]).toEqual(IMAGES.map(() => ({ state: "failed", kind: "disk_full" })));

  disk.makeRoom();
  expect((await repeat(world, id)).state).toBe("done");
  expect(await imagesOf(world)).toEqual(IMAGES.map(() => ({ seen: 1 })));
});

test("the disk of the job folder becomes full while units run: what cannot be stored is named with it, and nothing hangs", async () => {
  const disk = await makeDisk("8m");
  const t = await testDb();
  const world = await worldOn(t);
  await t.db
    .update(tables.resources)
    .set({ jobs_local_dir: disk.folder })
    .where(eq(tables.resources.id, world.resource.id));
  await serve(t);
  const gate = path.join(world.folder, "gate");
  const { id } = await makeJob(world, [task(world, { wait_for: gate })]);
  await until(async () => (await calls(world)).length === 2);
  disk.fill();
  await writeFile(gate, "");
  // The two calls have ended and could store nothing.
  const pids = (await calls(world)).map((line) => Number(line.split(" ")[1]));
  await until(() => Promise.resolve(!pids.some(isAlive)));
  // The worker looks at the disk right after them, and can leave no trace of that on it.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  disk.makeRoom();
  const first = await endOf(world, id);
  expect(first).toMatchObject({ state: "failed", cause: { kind: "disk_full" } });
  const states = [...(await unitsOf(world, id))];
  expect(states.every(({ state, kind }) => state === "done" || kind === "disk_full")).toBe(true);
  expect((await repeat(world, id)).state).toBe("done");
  expect(await imagesOf(world)).toEqual(IMAGES.map(() => ({ seen: 1 })));
});

/** A server's own PostgreSQL, which lives or dies with the disk of its data folder. */
async function embeddedOn(dataDir: string): Promise<{ t: TestDb; postmaster: () => number }> {
  const server = await startEmbedded(dataDir, silentLog);
  cleanUps.push(() => server.stop());
  await migrate(server.url);
  const db = createDb(server.url);
  cleanUps.push(() => closeDb(db));
  return {
    t: { db, url: server.url, drop: () => Promise.resolve() },
    postmaster: () => findPostmaster(preparePlace(dataDir).data)?.pid ?? 0,
  };
}

test("the database is killed in the middle: the work goes on, and its results are stored when it is back", async () => {
  const disk = await makeDisk("300m");
  const { t, postmaster } = await embeddedOn(disk.folder);
  const world = await worldOn(t);
  await serve(t);
  const gate = path.join(world.folder, "gate");
  const { id } = await makeJob(world, [task(world, { wait_for: gate })]);
  await until(async () => (await calls(world)).length === 2);
  const pid = postmaster();
  process.kill(pid, "SIGKILL");
  await writeFile(gate, "");
  await until(async () => (await calls(world)).length === 4);
  await until(() => Promise.resolve(postmaster() !== pid && postmaster() !== 0));
  expect((await until(() => endOf(world, id).catch(() => null))).state).toBe("done");
  expect(await calls(world)).toHaveLength(4);
  expect(await imagesOf(world)).toEqual(IMAGES.map(() => ({ seen: 1 })));
});

test("the disk of the data folder becomes full: the database gives up, comes back with room, and no result is lost", async () => {
  const disk = await makeDisk("300m");
  const { t } = await embeddedOn(disk.folder);
  const world = await worldOn(t);
  await serve(t);
  const gate = path.join(world.folder, "gate");
  const { id } = await makeJob(world, [task(world, { wait_for: gate })]);
  await until(async () => (await calls(world)).length === 2);
  disk.fill();
  await writeFile(gate, "");
  await until(async () => (await calls(world)).length === 4);
  // Something of ours meets the full disk before there is room again.
  const isRefused = (err: unknown) =>
    /No space left|ECONN|CONNECTION|terminat|recovery/i.test(String((err as Error).cause ?? err));
  await until(() =>
    t.db
      .execute(
        sql`CREATE TABLE IF NOT EXISTS filler AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)`,
      )
      .then(() => t.db.execute(sql`INSERT INTO filler SELECT * FROM filler`))
      .then(() => false, isRefused),
  );
  disk.makeRoom();
  expect((await until(() => endOf(world, id).catch(() => null))).state).toBe("done");
  expect(await calls(world)).toHaveLength(4);
  expect(await imagesOf(world)).toEqual(IMAGES.map(() => ({ seen: 1 })));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
