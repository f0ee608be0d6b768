import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { JobState } from "@/server/contracts/enums";
import type { JobSummary, UnitCounts } from "@/server/contracts/job";
import { publishedStatus } from "@/server/domain/jobs/status";
import type { Scope } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { toInstant, toInstantOrNull } from "@/server/services/instant";

type Row = Omit<JobSummary, "status" | "units" | "current_task"> & {
  state: JobState;
  pending: number;
  running: number;
  done: number;
  failed: number;
  stopped: number;
  warnings: number;
  task_order: number | null;
  task_name: string | null;
};

/** @param counters Of one run, or summed. */
export function unitCounts(counters: Omit<UnitCounts, "total">): UnitCounts {
  const { pending, running, done, failed, stopped, warnings } = counters;
  const total = pending + running + done + failed + stopped;
  return { total, pending, running, done, failed, stopped, warnings };
}

/** @param page Everything after FROM, `job j` included: `j WHERE … ORDER BY … LIMIT …`. Counters come from runs, never from units; those of a deleted dataset are gone before their rows are. */
export async function jobSummaries(scope: Pick<Scope, "db">, page: SQL): Promise<JobSummary[]> {
  const query = sql`
    WITH page AS MATERIALIZED (
      SELECT j.id, j.state, j.project_id, j.project_dump ->> 'name' AS project_name, j.workflow_id,
        j.workflow_dump ->> 'name' AS workflow_name, j.dataset_id, j.dataset_dump ->> 'name' AS dataset_name,
        j.user_email, j.first_task_index, j.last_task_index, j.start_timestamp, j.end_timestamp, j.cause,
        j.mode, j.continues_job_id
      FROM ${page}),
    units AS (
      SELECT h.job_id, sum(num_pending)::int AS pending, sum(num_running)::int AS running, sum(num_done)::int AS done,
        sum(num_failed)::int AS failed, sum(num_stopped)::int AS stopped, sum(num_warnings)::int AS warnings,
        max(h."order") AS task_order
      FROM history_run h WHERE h.job_id IN (SELECT id FROM page WHERE dataset_id IS NOT NULL) GROUP BY h.job_id),
    continued AS (
      SELECT continues_job_id, max(id) AS by_id FROM job WHERE continues_job_id IN (SELECT id FROM page)
      GROUP BY continues_job_id)
    SELECT j.*, c.by_id AS continued_by_job_id, coalesce(u.pending, 0) AS pending, coalesce(u.running, 0) AS running,
      coalesce(u.done, 0) AS done, coalesce(u.failed, 0) AS failed, coalesce(u.stopped, 0) AS stopped,
      coalesce(u.warnings, 0) AS warnings, u.task_order,
      coalesce(t.workflow_task_dump ->> 'alias', t.workflow_task_dump #>> '{task,name}') AS task_name
    FROM page j LEFT JOIN units u ON u.job_id = j.id
      LEFT JOIN history_run t ON t.job_id = j.id AND t."order" = u.task_order
      LEFT JOIN continued c ON c.continues_job_id = j.id
    ORDER BY j.id DESC`;
  const rows = await rowsOf<Row>(scope.db, query);
  return rows.map((row) => {
    const { pending, running, done, failed, stopped, warnings, task_order, task_name, ...job } = row;
    return {
      ...job,
      status: publishedStatus(job.state),
      start_timestamp: toInstant(job.start_timestamp),
      end_timestamp: toInstantOrNull(job.end_timestamp),
      units: unitCounts({ pending, running, done, failed, stopped, warnings }),
      current_task: task_order === null ? null : { order: task_order, name: task_name ?? "" },
    };
  });
}
