import { rm } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Tx } from "@/db/client";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { neverStarted } from "@/server/domain/jobs/cause";
import { addTestImages, makeJob, makeWorld, until } from "../testing";
import type { World } from "../testing";
import { acquireSlots, insertBatches, listOpenBatches } from "./batch";
import { finishMerge, lockDataset, removeImages } from "./merge";
import { chooseOpenCalls, insertRetryRun, planRetryUnits } from "./missing";
import { getRun, insertRun, planParallelUnits, planSingleUnit, setStage, failRun } from "./run";

let t: TestDb;
let world: World;
beforeAll(async () => {
  t = await createTestDb();
  world = await makeWorld(t.db);
  await addTestImages(world, [{ zarr_url: `${world.zarrDir}/a` }, { zarr_url: `${world.zarrDir}/b` }]);
});
afterAll(async () => {
  await t.drop();
  await rm(world.folder, { recursive: true, force: true });
});

/** A planned run over the two images, of a job that has ended so that the next one may begin. */
async function makePlannedRun(): Promise<tables.HistoryRunRow> {
  const job = await makeJob(world, [{ type: "parallel" }]);
  await t.db.update(tables.jobs).set({ state: "done" }).where(eq(tables.jobs.id, job.id));
  return t.db.transaction(async (tx) => {
    const { run } = await insertRun(
      tx,
      { ...job, dataset_id: world.dataset.id },
      one(job.task_dumps),
      {},
      {},
    );
    await planParallelUnits(tx, run, "}");
    await setStage(tx, run.id, "selected", "planned");
    return { ...run, stage: "planned" as const };
  });
}

test("outputs are applied once: a second merge of a run changes nothing", async () => {
  const run = await makePlannedRun();
  await t.db.transaction((tx) => finishMerge(tx, run, 0, false));
  const versionOf = async () => one(await t.db.select().from(tables.datasets)).images_version;
  const version = await versionOf();
  await expect(t.db.transaction((tx) => finishMerge(tx, run, 7, false))).rejects.toThrow(/merged before/);
  expect(await getRun(t.db, run.id)).toMatchObject({ stage: "merged", num_new_images: 0 });
  expect(await versionOf()).toBe(version);
});

const HOST = { cpus: 8, memMb: 16_000 };
const ONE_BATCH = { batches: 1, unitsPerBatch: 9, batchesPerSubmission: 1, memMb: null };
const folderOf = (submissionId: number) => `/batches/${submissionId}`;

test("slots are counted in memory too, over all jobs of the resource", async () => {
  const run = await makePlannedRun();
  const plan = (slots: number, memMb: number) =>
    t.db.transaction((tx) => insertBatches(tx, run.id, folderOf, { ...ONE_BATCH, slots, cpus: 1, memMb }));
  await plan(1, 12_000);
  await plan(1, 6_000);
  await plan(2, 2_000);
  const batches = await listOpenBatches(t.db, run.id);
  const acquired = [];
  for (const batch of batches)
    acquired.push(await t.db.transaction((tx) => acquireSlots(tx, batch, world.resource.id, HOST)));
  expect(acquired).toEqual([true, false, true]);
  await t.db.execute(sql`UPDATE batch SET state = 'closed'`);
});

test("a batch that needs the whole machine is not kept waiting by smaller ones that come after it", async () => {
  const run = await makePlannedRun();
  const plan = (slots: number) =>
    t.db.transaction((tx) => insertBatches(tx, run.id, folderOf, { ...ONE_BATCH, slots, cpus: 1 }));
  for (const slots of [1, 8, 1]) await plan(slots);
  const [first, wide, late] = await listOpenBatches(t.db, run.id);
  const acquire = (batch: tables.BatchRow | undefined) =>
    t.db.transaction((tx) => acquireSlots(tx, batch as tables.BatchRow, world.resource.id, HOST));
  const job = sql`id = ${run.job_id}`;
  await t.db.execute(sql`UPDATE job SET state = 'running' WHERE ${job}`);
  await t.db.execute(
    sql`UPDATE lease SET expires_at = now() + interval '1 minute' WHERE kind = 'job' AND ${job}`,
  );
  expect([await acquire(first), await acquire(wide), await acquire(late)]).toEqual([true, false, false]);
  // One that waits for room on a disk, or that nobody drives, stands in nobody's way.
  await t.db.execute(sql`UPDATE job SET held_up = 'The disk is full.' WHERE ${job}`);
  expect(await acquire(late)).toBe(true);
  await t.db.execute(sql`UPDATE batch SET state = 'planned' WHERE id = ${late?.id ?? 0}`);
  await t.db.execute(sql`UPDATE job SET held_up = NULL WHERE ${job}`);
  await t.db.execute(sql`UPDATE lease SET expires_at = now() WHERE kind = 'job' AND ${job}`);
  expect(await acquire(late)).toBe(true);
  await t.db.execute(sql`UPDATE batch SET state = 'closed'`);
  await t.db.execute(sql`UPDATE job SET state = 'done' WHERE ${job}`);
});

test("slots are counted in CPUs, and a batch larger than the resource starts alone", async () => {
  const run = await makePlannedRun();
  const plan = (size: { slots: number; cpus: number }) =>
    t.db.transaction((tx) => insertBatches(tx, run.id, folderOf, { ...ONE_BATCH, ...size }));
  await plan({ slots: 1, cpus: 6 });
  await plan({ slots: 2, cpus: 2 });
  await plan({ slots: 1, cpus: 2 });
  await plan({ slots: 1, cpus: 99 });
  const [six, four, two, huge] = await listOpenBatches(t.db, run.id);
  const acquire = (batch: tables.BatchRow | undefined) =>
    t.db.transaction((tx) => acquireSlots(tx, batch as tables.BatchRow, world.resource.id, HOST));
  expect([await acquire(six), await acquire(four), await acquire(two), await acquire(huge)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  await t.db.execute(sql`UPDATE batch SET state = 'closed' WHERE id <> ${huge?.id ?? 0}`);
  expect(await acquire(huge)).toBe(true);
});

test("an image that a task removed starts without a state when it is added again", async () => {
  const run = await makePlannedRun();
  await t.db.transaction((tx) => removeImages(tx, world.dataset.id, [`${world.zarrDir}/a`]));
  const rows = await t.db.execute<{ zarr_url: string }>(sql`
    SELECT i.zarr_url FROM image_status s JOIN image i ON i.id = s.image_id
    WHERE s.workflow_task_id = ${run.workflow_task_id}`);
  expect([...rows]).toEqual([{ zarr_url: `${world.zarrDir}/b` }]);
});

describe("an image that is removed between its selection and the plan starts without a state when it is added again", () => {
  let own: World;
  beforeEach(async () => {
    own = await makeWorld(t.db);
    await addTestImages(own, [{ zarr_url: `${own.zarrDir}/a` }, { zarr_url: `${own.zarrDir}/b` }]);
  });
  afterEach(() => rm(own.folder, { recursive: true, force: true }));

  const TYPES = ["parallel", "non_parallel", "compound", "repeated"] as const;
  const PLANS: Record<(typeof TYPES)[number], (tx: Tx, run: tables.HistoryRunRow) => Promise<unknown>> = {
    repeated: (tx, run) => planRetryUnits(tx, { ...run, retries_run_id: run.retries_run_id ?? 0 }),
    parallel: (tx, run) => planParallelUnits(tx, run, "}"),
    non_parallel: (tx, run) => planSingleUnit(tx, run, "unit", "{}"),
    compound: (tx, run) => planSingleUnit(tx, run, "init", "{}"),
  };
  async function select(type: (typeof TYPES)[number]): Promise<tables.HistoryRunRow> {
    const isRepeated = type === "repeated";
    const job = await makeJob(own, [{ type: isRepeated ? "parallel" : type }]);
    const of = { ...job, dataset_id: own.dataset.id };
    const dump = one(job.task_dumps);
    return t.db.transaction(async (tx) => {
      const { run } = await insertRun(tx, of, dump, {}, {});
      if (!isRepeated) return run;
      await planParallelUnits(tx, run, "}");
      await failRun(tx, run.id, neverStarted(3, null));
      await tx.update(tables.jobs).set({ state: "failed" }).where(eq(tables.jobs.id, job.id));
      const { id: _, ...copy } = job;
      const later = one(await tx.insert(tables.jobs).values(copy).returning());
      await chooseOpenCalls(tx, later.id, run.id);
      await tx
        .delete(tables.imageStatuses)
        .where(eq(tables.imageStatuses.workflow_task_id, dump.workflow_task.id));
      return insertRetryRun(tx, { ...later, dataset_id: own.dataset.id }, dump, {}, run.id);
    });
  }
  const removeA = async (tx: Tx) => {
    await lockDataset(tx, own.dataset.id);
    await removeImages(tx, own.dataset.id, [`${own.zarrDir}/a`]);
  };
  async function namesWithState(run: tables.HistoryRunRow): Promise<string[]> {
    const rows = await t.db.execute<{ zarr_url: string }>(sql`
      SELECT i.zarr_url FROM image_status s JOIN image i ON i.id = s.image_id
      WHERE s.workflow_task_id = ${run.workflow_task_id} ORDER BY i.position`);
    return [...rows].map((row) => row.zarr_url.replace(own.zarrDir, ""));
  }
  const somebodyWaits = () =>
    until(async () => {
      const rows = await t.db.execute(sql`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`);
      return rows.length > 0;
    });

  test.each(TYPES)("before the plan of a %s task", async (type) => {
    const run = await select(type);
    await t.db.transaction(removeA);
    await t.db.transaction(async (tx) => {
      await PLANS[type](tx, run);
    });
    expect(await namesWithState(run)).toEqual(["/b"]);
  });

  test.each(TYPES)("while a %s task is planned", async (type) => {
    const run = await select(type);
    let removal: Promise<unknown> = Promise.resolve();
    await t.db.transaction(async (tx) => {
      await PLANS[type](tx, run);
      removal = t.db.transaction(removeA);
      await Promise.race([removal, somebodyWaits()]);
    });
    await removal;
    expect(await namesWithState(run)).toEqual(["/b"]);
  });

  test.each(TYPES)("by somebody whose change is not visible yet when a %s task is planned", async (type) => {
    const run = await select(type);
    let plan: Promise<unknown> = Promise.resolve();
    await t.db.transaction(async (tx) => {
      await removeA(tx);
      plan = t.db.transaction(async (other) => {
        await PLANS[type](other, run);
      });
      await Promise.race([plan, somebodyWaits()]);
    });
    await plan;
    expect(await namesWithState(run)).toEqual(["/b"]);
  });
});
