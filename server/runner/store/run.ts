/** SQL of a run up to its plan: which images, which calls. */
import { eq, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { imageConditions } from "@/db/image-filters";
import { maybeOne, one } from "@/db/rows";
import { familyOf } from "@/db/run-family";
import { historyRuns, historyUnits } from "@/db/schema";
import type { HistoryRunRow, JobRow } from "@/db/schema";
import type { TaskDump } from "@/db/schema/job";
import type { RunStage } from "@/server/contracts/enums";
import type { TypeFilters } from "@/server/contracts/image";
import type { Cause } from "@/server/contracts/job";
import { storableJson } from "@/server/domain/jobs/storable";
import { lockDataset } from "./merge";
import { stopPendingUnits } from "./unit";

/** Calls over more images than this point to the run's selection instead of one row per image. */
const MAX_UNIT_IMAGES = 1_000;

export async function findRun(db: Db, jobId: number, order: number): Promise<HistoryRunRow | null> {
  const rows = await db
    .select()
    .from(historyRuns)
    .where(sql`${historyRuns.job_id} = ${jobId} AND ${historyRuns.order} = ${order}`);
  return maybeOne(rows);
}

export async function getRun(db: Db, runId: number): Promise<HistoryRunRow> {
  return one(await db.select().from(historyRuns).where(eq(historyRuns.id, runId)));
}

/** Images in the list now. */
export async function countImages(db: Db, datasetId: number): Promise<number> {
  return count(
    db,
    sql`image WHERE ${imageConditions(datasetId, { type_filters: {}, attribute_filters: {} })}`,
  );
}

/**
 * Insert a run in stage `selected` with its frozen selection.
 *
 * @param effective  Type filters of this task; null for converters, which see no images.
 * @returns The run and the number of images it will work on.
 */
export async function insertRun(
  tx: Tx,
  job: JobRow & { dataset_id: number },
  dump: TaskDump,
  current: TypeFilters,
  effective: TypeFilters | null,
): Promise<{ run: HistoryRunRow; selected: number }> {
  const matching = (attributes: JobRow["attribute_filters"]) =>
    imageConditions(job.dataset_id, { type_filters: effective ?? {}, attribute_filters: attributes });
  const available = effective === null ? 0 : await count(tx, sql`image WHERE ${matching({})}`);
  const run = await insertRunRow(tx, job, dump, {
    current_type_filters: current,
    num_available_images: available,
  });
  if (effective === null) return { run, selected: 0 };
  const inserted = await tx.execute(sql`
    INSERT INTO run_image (history_run_id, position, image_id)
    SELECT ${run.id}, row_number() OVER (ORDER BY position) - 1, id FROM image
    WHERE ${matching(job.attribute_filters)}`);
  return { run, selected: inserted.count };
}

/** The row alone, in stage `selected` unless `part` says otherwise. */
export async function insertRunRow(
  tx: Tx,
  job: { id: number; dataset_id: number },
  dump: TaskDump,
  part: Pick<HistoryRunRow, "current_type_filters" | "num_available_images"> &
    Partial<Pick<HistoryRunRow, "retries_run_id" | "num_kept" | "num_left" | "stage" | "state">>,
): Promise<HistoryRunRow> {
  return one(
    await tx
      .insert(historyRuns)
      .values({
        job_id: job.id,
        dataset_id: job.dataset_id,
        // A workflow task that was deleted since submission still runs, without a link.
        workflow_task_id: sql`(SELECT id FROM workflow_task WHERE id = ${dump.workflow_task.id})`,
        order: dump.workflow_task.order,
        workflow_task_dump: dump.workflow_task,
        task_group_dump: dump.task_group,
        ...part,
      })
      .returning(),
  );
}

/** The calls of a parallel task: one per selected image, `rest` being the JSON text of the user's arguments. */
export async function planParallelUnits(tx: Tx, run: HistoryRunRow, rest: string): Promise<number> {
  const inserted = await tx.execute(sql`
    INSERT INTO history_unit (history_run_id, kind, position, zarr_url, num_images, args)
    SELECT ${run.id}, 'unit', ri.position, i.zarr_url, 1,
           '{"zarr_url":' || to_json(i.zarr_url)::text || ${rest}::text
    FROM run_image ri JOIN image i ON i.id = ri.image_id
    WHERE ri.history_run_id = ${run.id}`);
  await tx.execute(sql`
    INSERT INTO unit_image (unit_id, image_id)
    SELECT u.id, ri.image_id FROM history_unit u
    JOIN run_image ri ON ri.history_run_id = u.history_run_id AND ri.position = u.position
    WHERE u.history_run_id = ${run.id}`);
  await pointImagesAt(
    tx,
    run,
    sql`SELECT ri.image_id, u.id FROM run_image ri
        JOIN history_unit u ON u.history_run_id = ri.history_run_id AND u.position = ri.position
        WHERE ri.history_run_id = ${run.id}`,
  );
  return inserted.count;
}

/** The one call of a non-parallel task, or the init call of a compound task. */
export async function planSingleUnit(
  tx: Tx,
  run: HistoryRunRow,
  kind: "init" | "unit",
  args: string,
): Promise<void> {
  const numImages = await count(tx, sql`run_image WHERE history_run_id = ${run.id}`);
  const unit = one(
    await tx
      .insert(historyUnits)
      .values({
        history_run_id: run.id,
        kind,
        position: kind === "init" ? -1 : 0,
        num_images: numImages,
        args,
      })
      .returning({ id: historyUnits.id }),
  );
  if (numImages <= MAX_UNIT_IMAGES)
    await tx.execute(sql`
      INSERT INTO unit_image (unit_id, image_id)
      SELECT ${unit.id}, image_id FROM run_image WHERE history_run_id = ${run.id}`);
  await pointImagesAt(
    tx,
    run,
    sql`SELECT image_id, ${unit.id}::int8 FROM run_image WHERE history_run_id = ${run.id}`,
  );
}

/** The calls that the init call asked for. Their images may not exist yet, so nothing points at them. */
export async function planComputeUnits(
  tx: Tx,
  run: HistoryRunRow,
  items: readonly { zarr_url: string; args: string }[],
): Promise<void> {
  for (let from = 0; from < items.length; from += 10_000) {
    const chunk = items.slice(from, from + 10_000);
    await tx.execute(sql`
      INSERT INTO history_unit (history_run_id, kind, position, zarr_url, num_images, args)
      SELECT ${run.id}, 'unit', ${from}::int4 + o::int4 - 1, url, 1, args
      FROM unnest(${sql.param(chunk.map((item) => item.zarr_url))}::text[],
                  ${sql.param(chunk.map((item) => item.args))}::text[]) WITH ORDINALITY AS item(url, args, o)`);
  }
}

/**
 * `pairs` selects (image_id, unit_id): from now on these units are the latest of their images. One that was removed
 * from the list since it was selected has no state: added again, it starts without one.
 */
async function pointImagesAt(tx: Tx, run: HistoryRunRow, pairs: SQL): Promise<void> {
  if (run.workflow_task_id === null) return;
  await lockDataset(tx, run.dataset_id);
  await tx.execute(sql`
    INSERT INTO image_status (workflow_task_id, image_id, unit_id, state)
    SELECT ${run.workflow_task_id}, pair.image_id, pair.unit_id, 'pending' FROM (${pairs}) AS pair(image_id, unit_id)
    JOIN image i ON i.id = pair.image_id WHERE i.removed_at IS NULL
    ON CONFLICT (workflow_task_id, image_id) DO UPDATE SET unit_id = excluded.unit_id, state = excluded.state`);
}

/**
 * Move a run to its next stage.
 *
 * @throws Error if it is not in stage `from`: two drivers would be a bug of the lease.
 */
export async function setStage(tx: Tx, runId: number, from: RunStage, to: RunStage): Promise<void> {
  const updated = await tx.execute(
    sql`UPDATE history_run SET stage = ${to} WHERE id = ${runId} AND stage = ${from}`,
  );
  if (updated.count !== 1) throw new Error(`run ${runId} is not in stage ${from}`);
}

/** Count the planned units as waiting. */
export async function addPending(tx: Tx, runId: number, units: number): Promise<void> {
  await tx.execute(sql`UPDATE history_run SET num_pending = num_pending + ${units} WHERE id = ${runId}`);
}

/** End a run as a whole. Calls that were planned and never made are stopped, so that each has a final state. */
export async function failRun(tx: Tx, runId: number, cause: Cause): Promise<void> {
  await stopPendingUnits(tx, runId);
  await tx
    .update(historyRuns)
    .set({
      state: "failed",
      stage: "closed",
      cause: JSON.parse(storableJson(cause)) as Cause,
      timestamp_ended: sql`now()`,
    })
    .where(eq(historyRuns.id, runId));
}

/** Runs of a job that have not ended, oldest first; more than one would be a bug. */
export async function listOpenRuns(db: Db, jobId: number): Promise<HistoryRunRow[]> {
  return db
    .select()
    .from(historyRuns)
    .where(sql`${historyRuns.job_id} = ${jobId} AND ${historyRuns.stage} <> 'closed'`)
    .orderBy(historyRuns.order);
}

/** URLs of the selected images, in order. */
export async function listSelectedUrls(db: Db | Tx, runId: number): Promise<string[]> {
  const rows = await db.execute<{ zarr_url: string }>(sql`
    SELECT i.zarr_url FROM run_image ri JOIN image i ON i.id = ri.image_id
    WHERE ri.history_run_id = ${runId} ORDER BY ri.position`);
  return [...rows].map((row) => row.zarr_url);
}

/**
 * Output of the init call of a run, or of the run whose calls it repeats; null if it returned nothing.
 *
 * @throws Error if no init call is done.
 */
export async function getInitOutput(
  db: Db | Tx,
  run: Pick<HistoryRunRow, "id" | "retries_run_id">,
): Promise<unknown> {
  const rows = await db
    .select({ output: historyUnits.output })
    .from(historyUnits)
    .where(
      sql`${historyUnits.history_run_id} IN (${familyOf(run.retries_run_id ?? run.id)})
        AND ${historyUnits.kind} = 'init' AND ${historyUnits.state} = 'done'`,
    );
  const unit = maybeOne(rows);
  if (!unit) throw new Error(`the init call of run ${run.id} is not done`);
  return unit.output;
}

async function count(tx: Db | Tx, from: SQL): Promise<number> {
  return one(await tx.execute<{ n: number }>(sql`SELECT count(*) AS n FROM ${from}`)).n;
}
