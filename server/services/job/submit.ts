import { inArray, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { one } from "@/db/rows";
import { jobs, leases, taskGroups } from "@/db/schema";
import type { TaskDump } from "@/db/schema";
import { InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { SubmitJobInput } from "@/server/contracts/job";
import { requireCompute, requireDataset, requireWorkflow } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation, notify } from "@/server/services/database";
import { lockDataset } from "@/server/services/dataset/lock";
import { busyDataset, checkSubmission, rangeOf } from "@/server/services/job/check-submission";
import type { Submission, SubmissionProblem } from "@/server/services/job/check-submission";
import { findActiveJob } from "@/server/services/job/find-active";
import { stepsOf } from "@/server/services/workflow/get";
import type { Step } from "@/server/services/workflow/get";
import { lockWorkflow } from "@/server/services/workflow/lock";

/**
 * Queues a job; a runner takes it from there.
 *
 * @throws ForbiddenError without the right to run jobs in the project; InvalidInputError naming the field or
 *   the task's argument; PreconditionError if the surroundings are in the way (busy dataset, closed resource).
 */
export async function submitJob(ctx: ServiceContext, raw: SubmitJobInput): Promise<{ job_id: number }> {
  const input = SubmitJobInput.parse(raw);
  const found = await requireSubmission(ctx, input);
  try {
    return await ctx.db.transaction(async (tx) => {
      await lockWorkflow(tx, found.workflow.id);
      await lockDataset(tx, found.dataset.id);
      const submission = { ...found, input, steps: await stepsOf({ db: tx }, found.workflow.id) };
      const [problem] = await checkSubmission(tx, submission);
      if (problem) throw toError(problem);
      return { job_id: await insertJob(tx, submission) };
    });
  } catch (err) {
    if (!isUniqueViolation(err, "job_one_active_per_dataset")) throw err;
    const job = await findActiveJob(ctx.db, { dataset_id: found.dataset.id });
    throw toError(busyDataset(found.dataset, job ?? 0));
  }
}

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

function toError({ message, fields }: SubmissionProblem) {
  return Object.keys(fields).length > 0
    ? new InvalidInputError(message, fields)
    : new PreconditionError(message);
}

type Found = Awaited<ReturnType<typeof requireSubmission>>;

async function insertJob(tx: Tx, submission: Submission & Found): Promise<number> {
  const { compute, dataset, input, project, steps, workflow } = submission;
  const { user, profile, resource } = compute;
  const { first, last } = rangeOf(submission);
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
      cache_dir: `${user.project_dirs[0] ?? ""}/fractal/.fractal_cache`,
    })
    .returning({ id: jobs.id });
  const job = one(rows);
  await tx.insert(leases).values({ kind: "job", id: job.id });
  const groupIds = steps.slice(first, last + 1).map((step) => step.group.id);
  await tx
    .update(taskGroups)
    .set({ timestamp_last_used: sql`clock_timestamp()` })
    .where(inArray(taskGroups.id, groupIds));
  await notify(tx, "fractal_runner", "job");
  return job.id;
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
