import type { Queryable } from "@/db/client";
import type { ProfileRow, ResourceRow } from "@/db/schema";
import { AbsolutePath } from "@/server/contracts/common";
import { findProblems } from "@/server/contracts/problems";
import { ProfileCreate } from "@/server/contracts/profile";
import { ResourceCreate } from "@/server/contracts/resource";
import type { ImageFilters } from "@/server/contracts/image";
import type { SubmitJobInput } from "@/server/contracts/job";
import { isAppError } from "@/server/contracts/errors";
import type { z } from "zod";
import { effectiveResource } from "@/server/domain/resources/effective";
import { packUnits } from "@/server/domain/slurm/batching";
import { slurmUnitConfig } from "@/server/domain/slurm/unit-config";
import { requireTypeFilters } from "@/server/domain/workflow/type-flow";
import type { Compute } from "@/server/services/access";
import { findActiveJob } from "@/server/services/job/find-active";
import type { Step } from "@/server/services/workflow/get";
import { argumentProblems, nameOf, resourceProblems } from "@/server/services/workflow/task-values";

/** Why a job may not be submitted. `fields` is empty where no field of the request is at fault. */
export type SubmissionProblem = { message: string; fields: Readonly<Record<string, string>> };

export type Submission = {
  input: Omit<z.output<typeof SubmitJobInput>, "workflow_id" | "dataset_id" | keyof ImageFilters> &
    ImageFilters;
  project: { resource_id: number };
  dataset: { id: number; name: string };
  workflow: { id: number; name: string };
  /** All workflow tasks, in order. */
  steps: readonly Step[];
  compute: Compute;
};

/** First and last position, with the defaults; not checked. */
export function rangeOf({ input, steps }: Pick<Submission, "input" | "steps">) {
  return { first: input.first_task_index ?? 0, last: input.last_task_index ?? steps.length - 1 };
}

/**
 * The checks of the runner specification §2.1, in its order, then the arguments. The first one is the
 * refusal of `submitJob`; the preview shows them all.
 */
export async function checkSubmission(db: Queryable, submission: Submission): Promise<SubmissionProblem[]> {
  const { compute, project } = submission;
  const problems: SubmissionProblem[] = [];
  if (project.resource_id !== compute.resource.id)
    problems.push(at(null, "The project belongs to another resource than your compute profile."));
  problems.push(...rangeProblems(submission));
  const { first, last } = rangeOf(submission);
  const selected = submission.steps.slice(first, last + 1);
  for (const step of selected) problems.push(...taskProblems(step, compute));
  problems.push(...documentProblems(compute.resource, compute.profile));
  if (compute.resource.type === "slurm_ssh") problems.push(noExecutor(compute.resource));
  if (compute.resource.prevent_new_submissions)
    problems.push(
      at(null, `The resource '${compute.resource.name}' does not accept new jobs at the moment.`),
    );
  problems.push(...projectFolderProblems(compute));
  problems.push(...accountProblems(submission));
  const busy = await findActiveJob(db, { dataset_id: submission.dataset.id });
  if (busy !== null) problems.push(busyDataset(submission.dataset, busy));
  for (const step of selected) problems.push(...settingsProblems(step), ...slurmProblems(step, submission));
  return problems;
}

/** Refused here, because a job that nothing can run would wait for ever. */
const noExecutor = ({ name, type }: ResourceRow): SubmissionProblem =>
  at(
    null,
    `Jobs on ${type} resources cannot run yet, and your profile belongs to one: '${name}'. Ask an administrator for a profile on another resource.`,
  );

export const busyDataset = (dataset: { name: string }, job: number): SubmissionProblem =>
  at(null, `Dataset '${dataset.name}' is already in use by job ${job}.`);

export function at(field: string | null, message: string): SubmissionProblem {
  return { message, fields: field === null ? {} : { [field]: message } };
}

function rangeProblems({ input, steps, workflow }: Submission): SubmissionProblem[] {
  if (steps.length === 0) return [at("workflow_id", `The workflow '${workflow.name}' has no tasks.`)];
  const outside = (["first_task_index", "last_task_index"] as const).filter(
    (field) => (input[field] ?? 0) >= steps.length,
  );
  return outside.map((field) => at(field, `The workflow has the tasks 0 to ${steps.length - 1}.`));
}

const titleOf = ({ row, task }: Step) => row.alias ?? task.name;

function taskProblems(step: Step, compute: Compute): SubmissionProblem[] {
  const { group, row, task } = step;
  const field = `tasks.${row.order}`;
  const title = titleOf(step);
  if (group.resource_id !== compute.resource.id)
    return [at(field, `The task '${title}' is installed on another resource than yours.`)];
  if (!group.active)
    return [at(field, `The task '${title}' is not active (${group.pkg_name} ${group.version}).`)];
  try {
    requireTypeFilters(task.input_types, row.type_filters);
    return [];
  } catch (err) {
    if (!isAppError(err, "InvalidInput")) throw err;
    return [at(field, `The type filters of the task '${title}' contradict it. ${err.message}`)];
  }
}

function documentProblems(resource: ResourceRow, profile: ProfileRow): SubmissionProblem[] {
  const checked = [
    { what: `resource '${resource.name}'`, found: findProblems(ResourceCreate, resource.document) },
    { what: `profile '${profile.name}'`, found: findProblems(ProfileCreate, profile.document) },
  ];
  return checked.flatMap(({ what, found: [problem] }) => {
    if (!problem) return [];
    const where = problem.path.join(".");
    return [
      at(null, `The ${what} is not valid: ${where} ${problem.reason} Ask an administrator to correct it.`),
    ];
  });
}

/** Tasks keep their cache there. Whether it can be written only the machine knows that runs the job. */
function projectFolderProblems({ user }: Compute): SubmissionProblem[] {
  const [dir] = user.project_dirs;
  if (AbsolutePath.safeParse(dir).success) return [];
  const why = dir === undefined ? "you have none" : `'${dir}' is not a folder on a disk`;
  return [
    at(
      null,
      `Tasks keep their cache in your first project folder, and ${why}. Ask an administrator to correct the project folders of your account.`,
    ),
  ];
}

function accountProblems({ input, compute }: Submission): SubmissionProblem[] {
  const { slurm_accounts } = compute.user;
  if (input.slurm_account === undefined || slurm_accounts.includes(input.slurm_account)) return [];
  const yours = slurm_accounts.length > 0 ? `yours: ${slurm_accounts.join(", ")}` : "you have none";
  return [at("slurm_account", `'${input.slurm_account}' is not one of your SLURM accounts (${yours}).`)];
}

/** What the resource's settings and the task's make together; of a wrong document that is said already. */
function slurmProblems(step: Step, { input, compute }: Submission): SubmissionProblem[] {
  const { row, task } = step;
  const parsed = ResourceCreate.safeParse(compute.resource.document);
  if (!parsed.success || parsed.data.type === "local") return [];
  const resource = effectiveResource(parsed.data);
  if (resource.type === "local") return [];
  const job = { account: input.slurm_account ?? null, workerInit: input.worker_init ?? null };
  return (["non_parallel", "parallel"] as const).flatMap((part) => {
    if (task[`command_${part}`] === null) return [];
    const meta = { ...task[`meta_${part}`], ...row[`meta_${part}`] };
    const unit = slurmUnitConfig(resource, meta, job);
    const judged = unit.ok
      ? packUnits(1, unit.config.cpus, unit.config.memMb, resource.batching, unit.config)
      : unit;
    if (judged.ok) return [];
    const message = `Task ${row.order + 1} '${titleOf(step)}': ${judged.why}`;
    return [{ message, fields: { [`tasks.${row.order}.meta_${part}`]: judged.why } }];
  });
}

function settingsProblems(step: Step): SubmissionProblem[] {
  const { row, task } = step;
  const say = (path: string, message: string, reason: string) => ({
    message,
    fields: { [`tasks.${row.order}.${path}`]: reason },
  });
  const title = `Task ${row.order + 1} '${titleOf(step)}'`;
  const meta = Object.entries(resourceProblems(task, row));
  const args = Object.entries(argumentProblems(task, row, "complete"));
  return [
    ...meta.map(([path, reason]) => say(path, `${title}: ${reason}`, reason)),
    ...args.map(([path, reason]) => say(path, `${title}, argument ${nameOf(task, path)}: ${reason}`, reason)),
  ];
}
