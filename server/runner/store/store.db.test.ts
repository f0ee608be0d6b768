import { rm } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { addTestImages, makeJob, makeWorld } from "../testing";
import type { World } from "../testing";
import { acquireSlots, insertBatches, listOpenBatches } from "./batch";
import { finishMerge, removeImages } from "./merge";
import { getRun, insertRun, planParallelUnits, setStage } from "./run";

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

test("slots are counted in CPUs, and a batch larger than the resource starts alone", async () => {
  const run = await makePlannedRun();
  const plan = (size: { slots: number; cpus: number }) =>
    t.db.transaction((tx) =>
      insertBatches(tx, run.id, (id) => `/batches/${id}`, {
        ...{ ...size, memMb: null, batches: 1, unitsPerBatch: 9, batchesPerSubmission: 1 },
      }),
    );
  await plan({ slots: 1, cpus: 6 });
  await plan({ slots: 2, cpus: 2 });
  await plan({ slots: 1, cpus: 2 });
  await plan({ slots: 1, cpus: 99 });
  const [six, four, two, huge] = await listOpenBatches(t.db, run.id);
  const acquire = (batch: tables.BatchRow | undefined) =>
    t.db.transaction((tx) => acquireSlots(tx, batch as tables.BatchRow, world.resource.id, 8));
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
