/** SQL of a run that continues an earlier one: which images or calls are missing (engine specification §13). */
import { sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { countNeeds, imageNeeds } from "@/db/image-needs";
import type { NeedTask } from "@/db/image-needs";
import { maybeOne, one } from "@/db/rows";
import { familyOf, latestRun, openCalls } from "@/db/run-family";
import type { LatestRun } from "@/db/run-family";
import type { HistoryRunRow, JobRow, TaskDump } from "@/db/schema";
import type { NeedReason, SkipReason } from "@/server/contracts/enums";
import type { TypeFilters } from "@/server/contracts/image";
import { lockDataset } from "./merge";
import { insertRunRow } from "./run";

/** Newest run of this workflow task on the dataset, compared with what runs now; null: it never ran. */
export async function findLatestRun(tx: Tx, datasetId: number, dump: TaskDump): Promise<LatestRun | null> {
  const rows = await tx.execute<LatestRun>(latestRun(datasetId, dump.workflow_task.id, settingsOf(dump)));
  return maybeOne([...rows]);
}

export const settingsOf = ({ workflow_task, task_group }: TaskDump) => ({
  pkg_name: task_group.pkg_name,
  task_name: workflow_task.task.name,
  task_version: workflow_task.task.version,
  args_non_parallel: workflow_task.args_non_parallel,
  args_parallel: workflow_task.args_parallel,
});

export type NeedCounts = ReadonlyMap<NeedReason | SkipReason, number>;

export async function countImageNeeds(tx: Tx, datasetId: number, task: NeedTask): Promise<NeedCounts> {
  const rows = await tx.execute<{ reason: NeedReason | SkipReason; images: number }>(
    countNeeds(datasetId, [task]),
  );
  return new Map([...rows].map(({ reason, images }) => [reason, images]));
}

/** A run in stage `selected` with the images that need it. */
export async function insertMissingRun(
  tx: Tx,
  job: JobRow & { dataset_id: number },
  dump: TaskDump,
  current: TypeFilters,
  task: NeedTask,
  counts: { available: number; left: number },
): Promise<HistoryRunRow> {
  const run = await insertRunRow(tx, job, dump, {
    current_type_filters: current,
    num_available_images: counts.available,
    num_left: counts.left,
  });
  await tx.execute(sql`
    ${imageNeeds(job.dataset_id, [task])}
    INSERT INTO run_image (history_run_id, position, image_id)
    SELECT ${run.id}, row_number() OVER (ORDER BY n.position) - 1, n.image_id
    FROM need_0 n JOIN runs_0 USING (image_id)`);
  if (!task.is_single)
    await tx.execute(sql`
      UPDATE history_run SET num_kept = (
        SELECT count(*) FROM image_status s JOIN image i ON i.id = s.image_id
        WHERE s.workflow_task_id = ${task.workflow_task_id} AND s.state = 'done'
          AND i.dataset_id = ${job.dataset_id} AND i.removed_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM run_image ri WHERE ri.history_run_id = ${run.id} AND ri.image_id = i.id))
      WHERE id = ${run.id}`);
  return run;
}

/** Calls done in the family of a run, counted once each. */
export async function countDoneCalls(tx: Tx, rootId: number): Promise<number> {
  return one(
    await tx.execute<{ n: number }>(sql`
      SELECT count(DISTINCT u.position) AS n FROM history_unit u
      WHERE u.history_run_id IN (${familyOf(rootId)}) AND u.kind = 'unit' AND u.state = 'done'`),
  ).n;
}

/** Choose every call of the family that is still open for this job to repeat. @returns How many. */
export async function chooseOpenCalls(tx: Tx, jobId: number, rootId: number): Promise<number> {
  const chosen = await tx.execute(sql`
    INSERT INTO retry_unit (job_id, unit_id) SELECT ${jobId}, open.id FROM (${openCalls(rootId, null)}) open`);
  return chosen.count;
}

/**
 * A run in stage `selected` that repeats the chosen calls of a family. A parallel task gets the images of these
 * calls, at their old positions; any other gets the selection of the first run.
 */
export async function insertRetryRun(
  tx: Tx,
  job: JobRow & { dataset_id: number },
  dump: TaskDump,
  current: TypeFilters,
  rootId: number,
): Promise<HistoryRunRow> {
  const { available, open } = one(
    await tx.execute<{ available: number; open: number }>(sql`
      SELECT num_available_images AS available, (SELECT count(*)::int FROM (${openCalls(rootId, null)}) o) AS open
      FROM history_run WHERE id = ${rootId}`),
  );
  const chosen = one(
    await tx.execute<{ n: number }>(sql`SELECT count(*) AS n FROM (${chosenUnits(job.id, rootId)}) c`),
  ).n;
  const run = await insertRunRow(tx, job, dump, {
    current_type_filters: current,
    num_available_images: available,
    retries_run_id: rootId,
    num_kept: await countDoneCalls(tx, rootId),
    num_left: Math.max(0, open - chosen),
  });
  const isParallel = dump.workflow_task.task.type === "parallel";
  await tx.execute(
    isParallel
      ? sql`INSERT INTO run_image (history_run_id, position, image_id)
            SELECT ${run.id}, c.position, ui.image_id FROM (${chosenUnits(job.id, rootId)}) c JOIN unit_image ui ON ui.unit_id = c.id`
      : sql`INSERT INTO run_image (history_run_id, position, image_id)
            SELECT ${run.id}, position, image_id FROM run_image WHERE history_run_id = ${rootId}`,
  );
  return run;
}

const chosenUnits = (jobId: number, rootId: number) => sql`
  SELECT u.* FROM retry_unit c JOIN history_unit u ON u.id = c.unit_id
  WHERE c.job_id = ${jobId} AND u.history_run_id IN (${familyOf(rootId)})`;

/**
 * Copy the chosen calls with their arguments, and make them the latest of their images.
 *
 * @returns How many, and whether the init call is among them.
 */
export async function planRetryUnits(
  tx: Tx,
  run: HistoryRunRow & { retries_run_id: number },
): Promise<{ units: number; hasInit: boolean }> {
  const copied = await tx.execute<{ kind: string; zarr_url: string | null }>(sql`
    INSERT INTO history_unit (history_run_id, kind, position, zarr_url, num_images, args)
    SELECT ${run.id}, c.kind, c.position, c.zarr_url, c.num_images, c.args
    FROM (${chosenUnits(run.job_id, run.retries_run_id)}) c ORDER BY c.position
    RETURNING kind, zarr_url`);
  await tx.execute(sql`
    INSERT INTO unit_image (unit_id, image_id)
    SELECT n.id, ui.image_id FROM (${chosenUnits(run.job_id, run.retries_run_id)}) c
    JOIN history_unit n ON n.history_run_id = ${run.id} AND n.position = c.position
    JOIN unit_image ui ON ui.unit_id = c.id`);
  const units = [...copied];
  if (run.workflow_task_id !== null && units.length > 0) {
    await lockDataset(tx, run.dataset_id);
    const overAll = units.every((unit) => unit.zarr_url === null);
    await tx.execute(sql`
      INSERT INTO image_status (workflow_task_id, image_id, unit_id, state)
      SELECT DISTINCT ON (ri.image_id) ${run.workflow_task_id}::int8, ri.image_id, n.id, 'pending'
      FROM run_image ri JOIN image i ON i.id = ri.image_id
      JOIN history_unit n ON n.history_run_id = ${run.id} ${overAll ? sql`` : sql`AND n.zarr_url = i.zarr_url`}
      WHERE ri.history_run_id = ${run.id} AND i.removed_at IS NULL
      ORDER BY ri.image_id, n.id DESC
      ON CONFLICT (workflow_task_id, image_id) DO UPDATE SET unit_id = excluded.unit_id, state = excluded.state`);
  }
  return { units: units.length, hasInit: units.some((unit) => unit.kind === "init") };
}

/** A run with nothing to do: closed at once, so that a driver that comes back does not ask again. */
export async function insertSkippedRun(
  tx: Tx,
  job: JobRow & { dataset_id: number },
  dump: TaskDump,
  current: TypeFilters,
  counts: { available: number; kept: number; left: number },
): Promise<HistoryRunRow> {
  const run = await insertRunRow(tx, job, dump, {
    current_type_filters: current,
    num_available_images: counts.available,
    num_kept: counts.kept,
    num_left: counts.left,
    stage: "closed",
    state: "done",
  });
  await tx.execute(sql`UPDATE history_run SET timestamp_ended = now() WHERE id = ${run.id}`);
  return run;
}

/** Images of the dataset for which the task is done. */
export async function countDoneImages(tx: Tx, datasetId: number, workflowTaskId: number): Promise<number> {
  return one(
    await tx.execute<{ n: number }>(sql`
      SELECT count(*) AS n FROM image_status s JOIN image i ON i.id = s.image_id
      WHERE s.workflow_task_id = ${workflowTaskId} AND s.state = 'done' AND i.dataset_id = ${datasetId} AND i.removed_at IS NULL`),
  ).n;
}
