import { inArray, sql } from "drizzle-orm";
import type { Queryable, Tx } from "@/db/client";
import { one } from "@/db/rows";
import { jobs, leases, taskGroups } from "@/db/schema";
import type { JobRow, TaskDump } from "@/db/schema";
import { InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { requireCompute, requireDataset, requireWorkflow } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { cacheFolderOf } from "@/server/domain/jobs/cache-folder";
import { isUniqueViolation, notify } from "@/server/services/database";
import { lockDataset } from "@/server/services/dataset/lock";
import { busyDataset, rangeOf } from "@/server/services/job/check-submission";
import type { Submission, SubmissionProblem } from "@/server/services/job/check-submission";
import { findActiveJob } from "@/server/services/job/find-active";
import type { Step } from "@/server/services/workflow/get";
import { lockWorkflow } from "@/server/services/workflow/lock";

/** Dataset and workflow of one project, and where the user computes. */
export async function requireSubmission(
  ctx: ServiceContext,
  input: { dataset_id: number; workflow_id: number },
) {
  const dataset = await requireDataset(ctx, input.dataset_id, "execute");
  const workflow = await requireWorkflow(ctx, input.workflow_id, "execute");
  if (dataset.project_id !== workflow.project_id)
    throw new InvalidInputError("The dataset and the workflow belong to different projects.", {
      dataset_id: `Must be a dataset of the project '${workflow.project.name}'.`,
    });
  return { dataset, workflow, project: dataset.project, compute: await requireCompute(ctx) };
}

export type Found = Awaited<ReturnType<typeof requireSubmission>>;

/** What makes a job more than a first run. */
export type Continuation = Pick<JobRow, "mode" | "continues_job_id" | "retries_run_id">;
export const FIRST_RUN: Continuation = { mode: "run", continues_job_id: null, retries_run_id: null };

export type PlannedJob = {
  submission: Submission;
  problems: readonly SubmissionProblem[];
  continuation: Continuation;
};

/**
 * Queues a job if nothing is in its way.
 *
 * @param plan  Called with workflow and dataset locked: what it reads cannot change before the job is there.
 * @param after More rows of the job, in the same transaction.
 * @throws The first problem: InvalidInputError if a field is at fault, else PreconditionError.
 */
export async function queueJob(
  ctx: ServiceContext,
  found: Found,
  plan: (tx: Tx) => Promise<PlannedJob>,
  after: (tx: Tx, jobId: number) => Promise<void> = () => Promise.resolve(),
): Promise<{ job_id: number }> {
  try {
    return await ctx.db.transaction(async (tx) => {
      await lockWorkflow(tx, found.workflow.id);
      await lockDataset(tx, found.dataset.id);
      const { submission, problems, continuation } = await plan(tx);
      const [problem] = problems;
      if (problem) throw toError(problem);
      const job_id = await insertJob(tx, { ...submission, ...found }, continuation);
      await after(tx, job_id);
      await notify(tx, "fractal_runner", "job");
      return { job_id };
    });
  } catch (err) {
    if (!isUniqueViolation(err, "job_one_active_per_dataset")) throw err;
    const job = await findActiveJob(ctx.db, { dataset_id: found.dataset.id });
    throw toError(busyDataset(found.dataset, job ?? 0));
  }
}

function toError({ message, fields }: SubmissionProblem) {
  return Object.keys(fields).length > 0
    ? new InvalidInputError(message, fields)
    : new PreconditionError(message);
}

async function insertJob(
  tx: Queryable,
  job: Submission & Found,
  continuation: Continuation,
): Promise<number> {
  const { compute, dataset, input, project, steps, workflow } = job;
  const { user, profile, resource } = compute;
  const { first, last } = rangeOf(job);
  const dump = (row: { id: number; name: string; timestamp_created: string }) => ({
    id: row.id,
    name: row.name,
    timestamp_created: row.timestamp_created,
  });
  const rows = await tx
    .insert(jobs)
    .values({
      project_id: project.id,
      workflow_id: workflow.id,
      dataset_id: dataset.id,
      user_id: user.id,
      resource_id: resource.id,
      profile_id: profile.id,
      user_email: user.email,
      project_dump: dump(project),
      workflow_dump: { ...dump(workflow), project_id: project.id },
      dataset_dump: { ...dump(dataset), project_id: project.id, zarr_dir: dataset.zarr_dir },
      task_dumps: steps.slice(first, last + 1).map(taskDump),
      first_task_index: first,
      last_task_index: last,
      attribute_filters: input.attribute_filters,
      type_filters: input.type_filters,
      slurm_account: input.slurm_account ?? user.slurm_accounts[0] ?? null,
      worker_init: input.worker_init ?? null,
      cache_dir: cacheFolderOf(user.project_dirs[0] ?? "", profile.id),
      ...continuation,
    })
    .returning({ id: jobs.id });
  const { id } = one(rows);
  await tx.insert(leases).values({ kind: "job", id });
  const groupIds = steps.slice(first, last + 1).map((step) => step.group.id);
  await tx
    .update(taskGroups)
    .set({ timestamp_last_used: sql`clock_timestamp()` })
    .where(inArray(taskGroups.id, groupIds));
  return id;
}

/** What the runner needs; nothing that is edited later reaches a job. */
function taskDump({ row, task, group }: Step): TaskDump {
  const { version: _, task_id: __, ...workflowTask } = row;
  return {
    workflow_task: {
      ...workflowTask,
      task: {
        id: task.id,
        name: task.name,
        type: task.type,
        version: task.version,
        command_non_parallel: task.command_non_parallel,
        command_parallel: task.command_parallel,
        meta_non_parallel: task.meta_non_parallel,
        meta_parallel: task.meta_parallel,
        input_types: task.input_types,
        output_types: task.output_types,
      },
    },
    task_group: {
      id: group.id,
      origin: group.origin,
      pkg_name: group.pkg_name,
      version: group.version,
      python_version: group.python_version,
      path: group.path,
      venv_path: group.venv_path,
      archive_path: group.archive_path,
    },
  };
}
