/** What others notice while a dataset of a million images, with its history, is deleted. */
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { deleteDatasetRows } from "@/server/runner/lifecycle/delete-dataset-rows";
import { startLifecycle } from "@/server/runner/lifecycle/runner";
import { silentLog } from "@/server/runner/testing";
import { deleteDataset } from "@/server/services/dataset/delete";
import { editImage } from "@/server/services/image/edit";
import { listImages } from "@/server/services/image/list";
import { makeDataset, makeJob, makeRun, makeStudy } from "@/server/services/testing";
import type { Study } from "@/server/services/testing";
import { withDatabase } from "./database";
import { percentile, seconds } from "./measure";
import type { BenchRow, Benchmark } from "./measure";

const SIZE = 1_000_000;
const IMAGES_PER_UNIT = 10;
/** Requests of the other person without the deletion, for comparison. */
const QUIET_REQUESTS = 300;
const BETWEEN_MS = 20;
/** Shown with the longest. */
const KEPT = 20;

export const deletion: Benchmark = {
  name: "deletion of a dataset",
  group: "images",
  run: () =>
    withDatabase(async (db, url) => {
      const study = await makeStudy(db);
      const doomed = await makeDataset(db, study.project.id);
      await fill(db, study, doomed.id);
      return measure(db, url, study, doomed.id);
    }),
};

/** Images, and one run in which units of ten images each handled all of them. */
async function fill(db: Db, study: Study, datasetId: number): Promise<void> {
  const job = await makeJob(db, study, { dataset_id: datasetId, state: "done" });
  const run = await makeRun(db, study, job.id, { dataset_id: datasetId });
  const units = SIZE / IMAGES_PER_UNIT;
  for (const statement of [
    sql`INSERT INTO image (dataset_id, position, zarr_url, attributes)
      SELECT ${datasetId}, n, '/zarr/P' || n / 384 || '.zarr/' || n % 384, jsonb_build_object('well', 'W' || n % 384)
      FROM generate_series(0, ${SIZE - 1}::int4) n`,
    sql`INSERT INTO history_unit (history_run_id, kind, position, state, num_images, args)
      SELECT ${run.id}, 'unit', n, 'done', ${IMAGES_PER_UNIT}, '{}' FROM generate_series(0, ${units - 1}::int4) n`,
    sql`INSERT INTO run_image (history_run_id, position, image_id)
      SELECT ${run.id}, position, id FROM image WHERE dataset_id = ${datasetId}`,
    sql`INSERT INTO unit_image (unit_id, image_id)
      SELECT u.id, i.id FROM image i JOIN history_unit u ON u.position = i.position / ${IMAGES_PER_UNIT}
      WHERE i.dataset_id = ${datasetId} AND u.history_run_id = ${run.id}`,
    sql`INSERT INTO image_status (workflow_task_id, image_id, unit_id, state)
      SELECT ${study.step.id}, image_id, unit_id, 'done' FROM unit_image`,
  ])
    await db.execute(statement);
  await db.execute(sql`VACUUM (ANALYZE)`);
}

async function measure(db: Db, url: string, study: Study, datasetId: number): Promise<BenchRow[]> {
  const request = await otherPerson(study);
  const quiet: number[] = [];
  while (quiet.length < QUIET_REQUESTS) quiet.push(await request());

  const runner = await startLifecycle({
    databaseUrl: url,
    log: silentLog,
    drive: {
      job: () => Promise.resolve(),
      activity: () => Promise.resolve(),
      deletion: deleteDatasetRows,
    },
    answer: () => Promise.resolve(null),
  });
  const waits: number[] = [];
  let took = 0;
  try {
    took = await seconds(async () => {
      waits.push(1000 * (await seconds(() => deleteDataset(study.owner, { dataset_id: datasetId }))));
      while (await exists(db, datasetId)) waits.push(await request());
    });
  } finally {
    await runner.stop();
  }
  const longest = waits.sort((a, b) => b - a).slice(0, KEPT);
  process.stderr.write(
    `${waits.length} requests while it was deleted, 95th percentile ${percentile(waits, 0.95).toFixed(1)} ms\n`,
  );
  return [
    {
      name: "deletion of a dataset with 1,000,000 images without blocking others: longest wait of a reader or writer",
      group: "images",
      value: longest[0] ?? 0,
      unit: "ms",
      baseline: Math.max(...quiet),
      budget: 500,
      samples: longest,
    },
    {
      name: "rows of a dataset with 1,000,000 images and their history deleted",
      group: "images",
      value: took,
      unit: "s",
      baseline: null,
      budget: 600,
      samples: [took],
    },
  ];
}

/** By turns reads a page and edits an image of another dataset of the same project. @returns Milliseconds it waited. */
async function otherPerson({ owner, dataset }: Study): Promise<() => Promise<number>> {
  const page = await listImages(owner, { dataset_id: dataset.id, limit: 1 });
  const image_id = page.items[0]?.id ?? 0;
  let turn = 0;
  return async () => {
    turn += 1;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    const input = { dataset_id: dataset.id, image_id, attributes: { turn } };
    return (
      1000 *
      (await seconds(() =>
        turn % 2 === 0 ? listImages(owner, { dataset_id: dataset.id, limit: 100 }) : editImage(owner, input),
      ))
    );
  };
}

const exists = async (db: Db, datasetId: number) =>
  (await db.execute(sql`SELECT 1 FROM dataset WHERE id = ${datasetId}`)).length === 1;
