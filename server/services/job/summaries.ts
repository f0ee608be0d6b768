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
    SELECT j.id, j.state, j.project_id, j.project_dump ->> 'name' AS project_name, j.workflow_id,
      j.workflow_dump ->> 'name' AS workflow_name, j.dataset_id, j.dataset_dump ->> 'name' AS dataset_name,
      j.user_email, j.first_task_index, j.last_task_index, j.start_timestamp, j.end_timestamp, j.cause,
      j.mode, j.continues_job_id,
      (SELECT max(c.id) FROM job c WHERE c.continues_job_id = j.id) AS continued_by_job_id,
      u.*, t.task_order, t.task_name
    FROM (SELECT j.* FROM ${page}) j
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(num_pending), 0)::int AS pending, coalesce(sum(num_running), 0)::int AS running,
        coalesce(sum(num_done), 0)::int AS done, coalesce(sum(num_failed), 0)::int AS failed,
        coalesce(sum(num_stopped), 0)::int AS stopped, coalesce(sum(num_warnings), 0)::int AS warnings
      FROM history_run h WHERE h.job_id = j.id AND j.dataset_id IS NOT NULL) u
    LEFT JOIN LATERAL (
      SELECT h."order" AS task_order,
        coalesce(h.workflow_task_dump ->> 'alias', h.workflow_task_dump #>> '{task,name}') AS task_name
      FROM history_run h WHERE h.job_id = j.id AND j.dataset_id IS NOT NULL ORDER BY h."order" DESC LIMIT 1) t ON true
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
