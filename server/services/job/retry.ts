import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Queryable } from "@/db/client";
import { RetryJobInput } from "@/server/contracts/continue";
import type { RetryPreview } from "@/server/contracts/continue";
import { isAppError, PreconditionError } from "@/server/contracts/errors";
import { requireRun } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { checkSubmission } from "@/server/services/job/check-submission";
import { planRetry } from "@/server/services/job/plan-retry";
import { queueJob, requireSubmission } from "@/server/services/job/queue-job";
import type { Found } from "@/server/services/job/queue-job";
import { stepsOf } from "@/server/services/workflow/get";

/**
 * Queues a job that repeats calls of a run which failed or were stopped, with the arguments they had. If no call
 * stays open, the tasks behind follow with what is missing of them, as far as the earlier job was to go.
 *
 * @throws As `submitJob`; PreconditionError if there is nothing to repeat, or the task is not there any more.
 */
export async function retryJob(ctx: ServiceContext, raw: RetryJobInput): Promise<{ job_id: number }> {
  const input = RetryJobInput.parse(raw);
  const { run, found } = await requireRetry(ctx, input.run_id);
  let rows = sql``;
  return queueJob(
    ctx,
    found,
    async (tx) => {
      const { plan, ...planned } = await planJob(tx, run, found, input);
      rows = plan.chosen;
      return planned;
    },
    async (tx, jobId) => {
      await tx.execute(sql`INSERT INTO retry_unit (job_id, unit_id) SELECT ${jobId}, c.id FROM (${rows}) c`);
    },
  );
}

/** What `retryJob` would do, and everything it would refuse. */
export async function previewRetry(ctx: ServiceContext, raw: RetryJobInput): Promise<RetryPreview> {
  const input = RetryJobInput.parse(raw);
  const { run, found } = await requireRetry(ctx, input.run_id);
  const { plan, submission, problems } = await planJob(ctx.db, run, found, input);
  const dump = run.workflow_task_dump;
  const { first_task_index, last_task_index } = submission.input;
  return {
    units: plan.units,
    left: plan.left,
    task: { order: plan.order ?? run.order, name: dump.alias ?? dump.task.name },
    tasks_after: submission.steps
      .slice(first_task_index + 1, last_task_index + 1)
      .map(({ row, task }) => row.alias ?? task.name),
    may_be_half_written: plan.mayBeHalfWritten,
    has_other_arguments: plan.hasOtherArguments,
    problems: problems.map(({ message }) => message),
  };
}

type Run = Awaited<ReturnType<typeof requireRun>>;

async function requireRetry(ctx: ServiceContext, runId: number): Promise<{ run: Run; found: Found }> {
  const run = await requireRun(ctx, runId, "execute");
  const { workflow_id, dataset_id } = run.job;
  if (workflow_id === null || dataset_id === null)
    throw new PreconditionError(
      `The ${workflow_id === null ? "workflow" : "dataset"} of job ${run.job_id} was deleted, so its calls cannot be repeated.`,
    );
  try {
    return { run, found: await requireSubmission(ctx, { workflow_id, dataset_id }) };
  } catch (err) {
    if (!isAppError(err, "NotFound")) throw err;
    throw new PreconditionError(
      `The ${err.entity.toLowerCase()} of job ${run.job_id} was deleted, so its calls cannot be repeated.`,
    );
  }
}

async function planJob(db: Queryable, run: Run, found: Found, input: z.output<typeof RetryJobInput>) {
  const steps = await stepsOf({ db }, found.workflow.id);
  const plan = await planRetry(db, run, input, steps);
  const first = plan.order ?? 0;
  // Images of calls that stay open must not reach the tasks behind.
  const last = plan.left > 0 ? first : Math.max(first, lastOf(run, steps));
  const submission = {
    ...found,
    steps: plan.steps,
    input: {
      first_task_index: first,
      last_task_index: last,
      attribute_filters: run.job.attribute_filters,
      type_filters: run.current_type_filters,
    },
  };
  const problems =
    plan.order === null ? plan.problems : [...plan.problems, ...(await checkSubmission(db, submission))];
  const continuation = {
    mode: "retry" as const,
    continues_job_id: run.job_id,
    retries_run_id: plan.rootId,
  };
  return { plan, submission, problems, continuation };
}

/** The last task that the earlier job was for, where it stands now. */
function lastOf(run: Run, steps: Awaited<ReturnType<typeof stepsOf>>): number {
  const ids = new Set(run.job.task_dumps.map(({ workflow_task }) => workflow_task.id));
  return Math.max(0, ...steps.filter(({ row }) => ids.has(row.id)).map(({ row }) => row.order));
}
