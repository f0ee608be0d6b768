/** A run and the runs that repeat calls of it. Their calls are the same if they have the same position. */
import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";

/** Ids of the family. @param rootId Run that is no retry itself. */
export const familyOf = (rootId: number): SQL =>
  sql`SELECT id FROM history_run WHERE id = ${rootId} OR retries_run_id = ${rootId}`;

/**
 * Calls of a family that have ended and are done in none of its runs, each by its newest unit. A call whose image
 * was removed from the list is left out: its result would be dropped.
 *
 * Columns: those of `history_unit`.
 *
 * @param runId Only calls that are not done in this run, as they stand there; null: of the whole family.
 */
export function openCalls(rootId: number, runId: number | null): SQL {
  const family = familyOf(rootId);
  return sql`
    SELECT DISTINCT ON (u.position) u.* FROM history_unit u
    WHERE u.history_run_id ${runId === null ? sql`IN (${family})` : sql`= ${runId}`} AND u.state IN ('failed', 'stopped')
      AND NOT EXISTS (SELECT 1 FROM history_unit d
        WHERE d.history_run_id IN (${family}) AND d.position = u.position AND d.state = 'done')
      AND NOT EXISTS (SELECT 1 FROM image i JOIN history_run r ON r.dataset_id = i.dataset_id
        WHERE r.id = u.history_run_id AND i.zarr_url = u.zarr_url AND i.removed_at IS NOT NULL)
    ORDER BY u.position, u.id DESC`;
}

/** What a workflow task was or will be run with; equal settings give equal results. */
export type TaskSettings = {
  readonly pkg_name: string;
  readonly task_name: string;
  readonly task_version: string;
  readonly args_non_parallel: Record<string, unknown> | null;
  readonly args_parallel: Record<string, unknown> | null;
};

/** Condition on `history_run r`: it ran this version of the task. */
export const hasVersion = (task: TaskSettings): SQL => sql`(
  r.task_group_dump ->> 'pkg_name' = ${task.pkg_name}
  AND r.workflow_task_dump #>> '{task,name}' = ${task.task_name}
  AND r.workflow_task_dump #>> '{task,version}' = ${task.task_version})`;

/** Condition on `history_run r`: it ran with these arguments. No arguments and an empty map are the same. */
export const hasArguments = (task: TaskSettings): SQL => sql`(
  ${storedArguments("args_non_parallel")} = ${JSON.stringify(task.args_non_parallel ?? {})}::text::jsonb
  AND ${storedArguments("args_parallel")} = ${JSON.stringify(task.args_parallel ?? {})}::text::jsonb)`;

const storedArguments = (key: string): SQL =>
  sql`coalesce(nullif(r.workflow_task_dump -> ${sql.raw(`'${key}'`)}, 'null'::jsonb), '{}'::jsonb)`;

/**
 * The newest run of a workflow task on a dataset that had calls, or failed: one row or none.
 *
 * Columns: `root_id`, `state`, `same_version`, `same_arguments`, `is_init_done`, `has_items` (both of the family).
 */
export const latestRun = (datasetId: number, workflowTaskId: number, task: TaskSettings): SQL => sql`
  SELECT f.*,
    EXISTS (SELECT 1 FROM history_unit u JOIN history_run h ON h.id = u.history_run_id
      WHERE (h.id = f.root_id OR h.retries_run_id = f.root_id) AND u.kind = 'init' AND u.state = 'done') AS is_init_done,
    EXISTS (SELECT 1 FROM history_unit u JOIN history_run h ON h.id = u.history_run_id
      WHERE (h.id = f.root_id OR h.retries_run_id = f.root_id) AND u.kind = 'unit') AS has_items
  FROM (
    SELECT coalesce(r.retries_run_id, r.id) AS root_id, r.state, ${hasVersion(task)} AS same_version,
      ${hasArguments(task)} AS same_arguments
    FROM history_run r
    WHERE r.workflow_task_id = ${workflowTaskId} AND r.dataset_id = ${datasetId} AND r.stage = 'closed'
      AND (r.state <> 'done' OR r.num_done > 0)
    ORDER BY r.id DESC LIMIT 1) f`;

export type LatestRun = {
  root_id: number;
  state: string;
  same_version: boolean;
  same_arguments: boolean;
  is_init_done: boolean;
  has_items: boolean;
};
