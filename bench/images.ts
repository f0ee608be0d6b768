/** The image list at 10⁴, 10⁵ and 10⁶ images: the merge of a run, and one page of a filtered list. */
import { mkdir, rm } from "node:fs/promises";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { one } from "@/db/rows";
import type { HistoryRunRow } from "@/db/schema";
import type { JobContext } from "@/server/runner/engine/context";
import { JobLog } from "@/server/runner/engine/job-log";
import { mergeRun } from "@/server/runner/engine/merge-run";
import { planRun } from "@/server/runner/engine/plan-run";
import { selectRun } from "@/server/runner/engine/select-run";
import { Wake } from "@/server/runner/engine/wake";
import { newRoomWatch } from "@/server/runner/engine/room";
import { LocalExecutor } from "@/server/runner/executors/local";
import { loadJob } from "@/server/runner/store/job";
import { claimLease } from "@/server/runner/store/lease";
import { getRun } from "@/server/runner/store/run";
import { makeJob, makeWorld, silentLog } from "@/server/runner/testing";
import type { World } from "@/server/runner/testing";
import { listImages } from "@/server/services/image/list";
import { withDatabase } from "./database";
import { median, percentile, seconds } from "./measure";
import type { BenchRow, Benchmark } from "./measure";

const SIZES = [10_000, 100_000, 1_000_000] as const;
const REPEATS = 5;
const LARGEST_MERGE_SECONDS = 60;
/** Budget of the merge, in seconds; ten times the images may take twelve times as long. */
const MERGE_BUDGETS = [0.5, 5, LARGEST_MERGE_SECONDS] as const;
const MAX_GROWTH = 12;
const PAGES = 60;

export const imageList: Benchmark = {
  name: "image list",
  group: "images",
  run: () =>
    withDatabase(async (db) => {
      const rows: BenchRow[] = [];
      for (const [index, size] of SIZES.entries()) {
        const world = await makeWorld(db);
        await fillDataset(world, size);
        rows.push(await benchMerge(world, size, MERGE_BUDGETS[index] ?? 0));
        const previous = rows.at(-2);
        if (previous) rows.splice(-1, 0, growth(previous, rows.at(-1) ?? previous));
        if (index === SIZES.length - 1) rows.push(await benchPage(world, size));
        await rm(world.folder, { recursive: true, force: true });
      }
      return rows;
    }),
};

const count = (size: number) => size.toLocaleString("en");

/** Plates of 384 wells, as a screen has them. */
async function fillDataset({ db, dataset, zarrDir }: World, size: number): Promise<void> {
  await db.execute(sql`
    INSERT INTO image (dataset_id, position, zarr_url, attributes, types)
    SELECT ${dataset.id}, n, ${zarrDir}::text || '/P' || n / 384 || '.zarr/' || n % 384 || '/0',
      jsonb_build_object('plate', 'P' || n / 384, 'well', 'W' || n % 384), '{"is_3D": false}'
    FROM generate_series(0, ${size - 1}::int4) AS n`);
  await db.execute(sql`ANALYZE image`);
}

/**
 * A parallel task over the whole list whose units all return an attribute. Baseline: one statement that writes
 * the same attribute to the same rows and knows nothing of units, rules or conflicts.
 */
async function benchMerge(world: World, size: number, budget: number): Promise<BenchRow> {
  const { db } = world;
  const { ctx, run } = await finishUnits(world);
  const samples: number[] = [];
  const baselines: number[] = [];
  for (let i = 0; i < REPEATS; i += 1) {
    baselines.push(
      await seconds(() =>
        db.execute(sql`
          UPDATE image SET attributes = attributes || '{"n_cells": 12}', version = version + 1
          WHERE dataset_id = ${world.dataset.id}`),
      ),
    );
    // The same run again: what a merge does depends on its stage only.
    await db.execute(sql`UPDATE history_run SET stage = 'planned' WHERE id = ${run.id}`);
    await db.execute(sql`VACUUM (ANALYZE) image`);
    const planned = await getRun(db, run.id);
    samples.push(await seconds(() => mergeRun(ctx, planned, false)));
    await db.execute(sql`VACUUM (ANALYZE) image`);
    process.stderr.write(`merge ${count(size)}: ${samples.at(-1)?.toFixed(2)} s\n`);
  }
  await requireMerged(db, world.dataset.id, size);
  return {
    name: `merge ${count(size)} image updates into a list of ${count(size)}`,
    group: "images",
    value: median(samples),
    unit: "s",
    baseline: median(baselines),
    budget,
    samples,
  };
}

/** A run whose units have all ended well: rows as the engine writes them, without starting 10⁶ processes. */
async function finishUnits(world: World): Promise<{ ctx: JobContext; run: HistoryRunRow }> {
  const { db, folder } = world;
  const job = await makeJob(world, [{ type: "parallel", output_types: { measured: true } }]);
  const loaded = await loadJob(db, job.id);
  const key = await claimLease(db, "job", "bench");
  const dump = job.task_dumps[0];
  if (!loaded?.dataset || !key || !dump) throw new Error("the benchmark's job is not there");
  await mkdir(folder, { recursive: true });
  const ctx: JobContext = {
    db,
    log: silentLog,
    lease: { key, signal: new AbortController().signal, isFresh: () => true },
    executor: new LocalExecutor("python3"),
    host: { cpus: 2, memMb: 8_000 },
    wake: new Wake(),
    loaded: { ...loaded, dataset: loaded.dataset },
    workingDir: folder,
    workingDirUser: folder,
    room: newRoomWatch(null),
    jobLog: new JobLog(folder, "bench", silentLog),
  };
  const run = await selectRun(ctx, dump, {});
  await planRun(ctx, run);
  await db.execute(sql`
    UPDATE history_unit SET state = 'done', output = jsonb_build_object('image_list_updates', jsonb_build_array(
      jsonb_build_object('zarr_url', zarr_url, 'origin', NULL, 'types', '{}'::jsonb, 'attributes', '{"n_cells": 12}'::jsonb)),
      'image_list_removals', '[]'::jsonb)
    WHERE history_run_id = ${run.id}`);
  await db.execute(sql`ANALYZE history_unit`);
  return { ctx, run };
}

async function requireMerged(db: Db, datasetId: number, size: number): Promise<void> {
  const { merged } = one(
    await db.execute<{ merged: number }>(sql`
      SELECT count(*)::int4 AS merged FROM image
      WHERE dataset_id = ${datasetId} AND types @> '{"measured": true}' AND attributes @> '{"n_cells": 12}'`),
  );
  if (merged !== size) throw new Error(`only ${merged} of ${size} images were merged`);
}

function growth(smaller: BenchRow, larger: BenchRow): BenchRow {
  return {
    name: `${larger.name.replace(/^merge ([\d,]+).*/, "merge $1")}: time relative to a tenth of the images`,
    group: "images",
    value: larger.value / smaller.value,
    unit: "×",
    baseline:
      larger.baseline !== null && smaller.baseline !== null ? larger.baseline / smaller.baseline : null,
    budget: MAX_GROWTH,
    samples: larger.samples.map((sample) => sample / smaller.value),
  };
}

/**
 * Filtered by plate and by type, at the beginning and deep inside. Each plate is new and has to be counted; the
 * count of the whole list and of the type were asked before, as they are once per change of the list. Baseline: two
 * statements, the count of a plate and a page, without rights and rows turned into objects.
 */
async function benchPage(world: World, size: number): Promise<BenchRow> {
  const { db, dataset, user } = world;
  await db.execute(sql`
    INSERT INTO project_member (project_id, user_id, is_owner, is_verified, permissions)
    VALUES (${dataset.project_id}, ${user.id}, true, true, 'rwx')`);
  await db.execute(sql`VACUUM (ANALYZE) image`);
  const { hashed_password: _, ...person } = user;
  const ctx = { db, actor: { kind: "user", user: person } } as const;
  const samples: number[] = [];
  const baselines: number[] = [];
  for (let n = 0; n < PAGES; n += 1) {
    const plate = `P${(n * 37) % (size / 384 - 1)}`;
    const filters = [
      { attribute_filters: { plate: [plate] } },
      { attribute_filters: { plate: [plate] }, type_filters: { is_3D: false }, offset: 200 },
      { type_filters: { measured: true }, offset: n * 50 },
    ][n % 3];
    const input = { dataset_id: dataset.id, limit: 100, ...filters };
    if (n < 3) await listImages(ctx, input);
    baselines.push(1000 * (await seconds(() => countAndRead(db, dataset.id, input))));
    samples.push(1000 * (await seconds(() => listImages(ctx, input))));
  }
  return {
    name: `one page of a filtered list of ${count(size)} images, 95th percentile`,
    group: "images",
    value: percentile(samples, 0.95),
    unit: "ms",
    baseline: percentile(baselines, 0.95),
    budget: 30,
    samples,
  };
}

type Page = { attribute_filters?: { plate: string[] }; limit: number; offset?: number };

async function countAndRead(db: Db, datasetId: number, { attribute_filters, limit, offset = 0 }: Page) {
  const plate = attribute_filters ? JSON.stringify({ plate: attribute_filters.plate[0] }) : null;
  const matching = sql`FROM image WHERE dataset_id = ${datasetId} AND removed_at IS NULL AND
    ${plate === null ? sql`types @> '{"measured": true}'` : sql`attributes @> ${plate}::text::jsonb`}`;
  if (plate !== null) await db.execute(sql`SELECT count(*)::int4 ${matching}`);
  const order = plate === null ? sql`position` : sql`position + 0`;
  await db.execute(
    sql`SELECT id, zarr_url, origin, attributes, types ${matching} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`,
  );
}
