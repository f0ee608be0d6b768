/**
 * Which images a workflow task has to work on when a job continues, and why (engine specification §13): one
 * expression for the preview, which asks for a chain of tasks before any of them runs, and for the runner,
 * which asks for one task when its turn has come.
 */
import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { imageConditions } from "@/db/image-filters";
import { hasArguments, hasVersion } from "@/db/run-family";
import type { TaskSettings } from "@/db/run-family";
import type { NeedReason, SkipReason } from "@/server/contracts/enums";
import type { ImageFilters } from "@/server/contracts/image";

export type NeedTask = TaskSettings & {
  readonly workflow_task_id: number;
  readonly workflow_id: number;
  /** Position in the workflow; tasks before it are the ones its input depends on. */
  readonly order: number;
  readonly filters: ImageFilters;
  /** One call for all images: if one needs it, all are handed over. */
  readonly is_single: boolean;
  /** Single calls only: failed items of the last run can be repeated alone. */
  readonly is_retryable: boolean;
  /** A converter before it runs in the same job and may make every image anew. */
  readonly follows_converter: boolean;
};

export type ImageNeed = {
  image_id: number;
  zarr_url: string;
  unit_id: number | null;
  reason: NeedReason | SkipReason;
};

/**
 * Common table expressions for a chain of tasks of one job, in order: for the n-th, `need_n` (image_id, position,
 * zarr_url, unit_id, reason) has every image that matches its filters, and `runs_n` (image_id) those that it
 * will get. Begins with WITH.
 */
export function imageNeeds(datasetId: number, tasks: readonly NeedTask[]): SQL {
  return sql`WITH ${sql.join(
    tasks.flatMap((task, n) => expressionsOf(datasetId, task, n)),
    sql`, `,
  )}`;
}

const name = (word: string, n: number): SQL => sql.raw(`${word}_${n}`);

function expressionsOf(datasetId: number, task: NeedTask, n: number): SQL[] {
  const isEarlier = sql`w.workflow_id = ${task.workflow_id} AND w."order" < ${task.order}`;
  const earlier = Array.from({ length: n }, (_, m) => sql`SELECT image_id FROM ${name("runs", m)}`);
  return [
    sql`${name("run", n)} AS (
      SELECT r.id, ${hasVersion(task)} AS same_version, ${hasArguments(task)} AS same_arguments FROM history_run r
      WHERE r.workflow_task_id = ${task.workflow_task_id} AND r.dataset_id = ${datasetId})`,
    // What the tasks before did with an image: their newest call, and whether one of them is not done.
    sql`${name("before", n)} AS (
      SELECT s.image_id, max(s.unit_id) FILTER (WHERE s.state = 'done') AS newest, bool_or(s.state <> 'done') AS is_broken
      FROM image_status s JOIN workflow_task w ON w.id = s.workflow_task_id JOIN image i ON i.id = s.image_id
      WHERE ${isEarlier} AND i.dataset_id = ${datasetId} GROUP BY s.image_id)`,
    // Converters have no input image that could carry their state: what they made is in their outputs.
    sql`${name("made", n)} AS (
      SELECT made.value ->> 'zarr_url' AS zarr_url, max(u.id) AS newest
      FROM workflow_task w JOIN task t ON t.id = w.task_id AND t.type IN ('converter_non_parallel', 'converter_compound')
      JOIN history_run r ON r.workflow_task_id = w.id AND r.dataset_id = ${datasetId}
      JOIN history_unit u ON u.history_run_id = r.id AND u.state = 'done' AND u.kind = 'unit'
      CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(u.output -> 'image_list_updates')
        WHEN 'array' THEN u.output -> 'image_list_updates' ELSE '[]' END) AS made(value)
      WHERE ${isEarlier} GROUP BY 1)`,
    sql`${name("waiting", n)} AS (${earlier.length > 0 ? sql.join(earlier, sql` UNION `) : sql`SELECT NULL::int8 AS image_id WHERE false`})`,
    sql`${name("need", n)} AS MATERIALIZED (
      SELECT image.id AS image_id, image.position, image.zarr_url, s.unit_id, CASE
        WHEN ${task.follows_converter} OR own_wait.image_id IS NOT NULL OR origin_wait.image_id IS NOT NULL THEN 'waits'
        WHEN own.is_broken OR parent.is_broken THEN 'earlier_failed'
        WHEN s.unit_id IS NULL THEN 'never_run'
        WHEN s.state = 'failed' AND u.cause ->> 'kind' = 'interrupted' THEN 'interrupted'
        WHEN s.state = 'failed' THEN 'failed'
        WHEN s.state <> 'done' THEN 'stopped'
        WHEN run.same_version IS NOT TRUE THEN 'version_changed'
        WHEN run.same_arguments IS NOT TRUE THEN 'arguments_changed'
        WHEN greatest(own.newest, parent.newest, made.newest) > s.unit_id THEN 'input_changed'
        ELSE 'done' END AS reason
      FROM image
      LEFT JOIN image_status s ON s.workflow_task_id = ${task.workflow_task_id} AND s.image_id = image.id
      LEFT JOIN history_unit u ON u.id = s.unit_id
      LEFT JOIN ${name("run", n)} run ON run.id = u.history_run_id
      LEFT JOIN image origin ON origin.dataset_id = ${datasetId} AND origin.zarr_url = image.origin
      LEFT JOIN ${name("before", n)} own ON own.image_id = image.id
      LEFT JOIN ${name("before", n)} parent ON parent.image_id = origin.id
      LEFT JOIN ${name("made", n)} made ON made.zarr_url = image.zarr_url
      LEFT JOIN ${name("waiting", n)} own_wait ON own_wait.image_id = image.id
      LEFT JOIN ${name("waiting", n)} origin_wait ON origin_wait.image_id = origin.id
      WHERE ${imageConditions(datasetId, task.filters)})`,
    sql`${name("runs", n)} AS (
      SELECT image_id FROM ${name("need", n)} WHERE reason NOT IN ('done', 'earlier_failed')
      ${task.is_single ? sql`OR (reason = 'done' AND EXISTS (SELECT 1 FROM ${name("need", n)} WHERE reason NOT IN ${skipped(task)}))` : sql``})`,
  ];
}

/** Reasons that do not make a single call begin anew with all images. */
const skipped = ({ is_retryable }: NeedTask): SQL =>
  is_retryable
    ? sql`('done', 'earlier_failed', 'failed', 'interrupted', 'stopped')`
    : sql`('done', 'earlier_failed')`;

/** Images per reason for each task of the chain: rows (task, reason, images), `task` counting from 0. */
export function countNeeds(datasetId: number, tasks: readonly NeedTask[]): SQL {
  const counts = tasks.map(
    (_, n) =>
      sql`SELECT ${n}::int AS task, reason, count(*)::int AS images FROM ${name("need", n)} GROUP BY reason`,
  );
  return sql`${imageNeeds(datasetId, tasks)} ${sql.join(counts, sql` UNION ALL `)}`;
}
