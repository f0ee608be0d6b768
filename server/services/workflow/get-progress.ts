import { sql } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import type { JobState } from "@/server/contracts/enums";
import { NotFoundError } from "@/server/contracts/errors";
import type { Cause } from "@/server/contracts/job";
import { WorkflowProgressInput } from "@/server/contracts/workflow";
import type { TaskProgress, WorkflowProgress } from "@/server/contracts/workflow";
import { jobSentence } from "@/server/domain/jobs/sentence";
import { requireDataset, requireWorkflow } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { imageTotals } from "@/server/services/image/counts";

type JobLine = {
  id: number;
  state: JobState;
  cause: Cause | null;
  first_task_index: number;
  last_task_index: number;
  order: number | null;
  done: number | null;
  total: number | null;
  failed: number;
};

/** Polled by the workflow page: three small queries, however many units there are. */
export async function getWorkflowProgress(
  ctx: ServiceContext,
  raw: z.input<typeof WorkflowProgressInput>,
): Promise<WorkflowProgress> {
  const input = WorkflowProgressInput.parse(raw);
  const workflow = await requireWorkflow(ctx, input.workflow_id, "read");
  const dataset = await requireDataset(ctx, input.dataset_id, "read");
  if (dataset.project_id !== workflow.project_id) throw new NotFoundError("Dataset", dataset.id);
  const [jobs, runs, totals] = await Promise.all([
    newestJob(ctx, workflow.id, dataset.id),
    latestRuns(ctx, workflow.id, dataset.id),
    imageTotals(ctx, [dataset]),
  ]);
  const job = maybeOne(jobs);
  return {
    job: job && { id: job.id, state: job.state, summary: jobSentence(job) },
    tasks: Object.fromEntries(runs.map(({ workflow_task_id, ...progress }) => [workflow_task_id, progress])),
    images: totals.get(dataset.id) ?? 0,
  };
}

function newestJob(ctx: ServiceContext, workflowId: number, datasetId: number): Promise<JobLine[]> {
  return rowsOf<JobLine>(
    ctx.db,
    sql`SELECT j.id, j.state, j.cause, j.first_task_index, j.last_task_index, h."order",
          h.num_done AS done, h.num_pending + h.num_running + h.num_done + h.num_failed + h.num_stopped AS total,
          (SELECT coalesce(sum(f.num_failed), 0)::int FROM history_run f WHERE f.job_id = j.id) AS failed
        FROM job j LEFT JOIN LATERAL (
          SELECT * FROM history_run r WHERE r.job_id = j.id ORDER BY r."order" DESC LIMIT 1) h ON true
        WHERE j.workflow_id = ${workflowId} AND j.dataset_id = ${datasetId} ORDER BY j.id DESC LIMIT 1`,
  );
}

/** What a continuing run kept counts as done, calls that a retry did not choose as failed. */
function latestRuns(ctx: ServiceContext, workflowId: number, datasetId: number) {
  return rowsOf<TaskProgress & { workflow_task_id: number }>(
    ctx.db,
    sql`SELECT t.id AS workflow_task_id, r.id AS run_id, r.job_id, r.state,
          r.num_pending + r.num_running + r.num_done + r.num_failed + r.num_stopped + r.num_kept + l.num_left AS total,
          r.num_done + r.num_kept AS done, r.num_failed + l.num_left AS failed, r.num_running AS running, r.num_pending AS pending,
          r.num_stopped AS stopped, r.num_warnings AS warnings
        FROM workflow_task t JOIN LATERAL (
          SELECT * FROM history_run h WHERE h.workflow_task_id = t.id AND h.dataset_id = ${datasetId}
          ORDER BY h.id DESC LIMIT 1) r ON true
        CROSS JOIN LATERAL (SELECT CASE WHEN r.retries_run_id IS NULL THEN 0 ELSE r.num_left END AS num_left) l
        WHERE t.workflow_id = ${workflowId}`,
  );
}
