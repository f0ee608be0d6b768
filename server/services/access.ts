/**
 * Who may do what. Every verb starts with one of these; each returns the row it authorised.
 * Strangers are told that the object does not exist; members without the right are told which right
 * is missing and who can give it.
 */
import { and, eq, isNull } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import {
  datasets,
  historyRuns,
  historyUnits,
  jobs,
  profiles,
  projectMembers,
  projects,
  resources,
  users,
  workflows,
  workflowTasks,
} from "@/db/schema";
import type {
  DatasetRow,
  HistoryRunRow,
  HistoryUnitRow,
  JobRow,
  ProfileRow,
  ProjectRow,
  ResourceRow,
  WorkflowRow,
  WorkflowTaskRow,
} from "@/db/schema";
import type { Permissions } from "@/server/contracts/enums";
import { ForbiddenError, NotFoundError, UnauthenticatedError } from "@/server/contracts/errors";
import type { Can } from "@/server/contracts/project";
import type { Scope, SessionUser } from "@/server/services/context";

export type Right = "read" | "write" | "execute";

/** `can` is what the interface shows; the verbs check again. */
export type AuthorizedProject = ProjectRow & { permissions: Permissions; is_owner: boolean; can: Can };

const NEEDED: Readonly<Record<Right, { permission: string; words: string }>> = {
  read: { permission: "r", words: "read access (r)" },
  write: { permission: "w", words: "write access (rw)" },
  execute: { permission: "x", words: "the right to run jobs (rwx)" },
};

/** @throws UnauthenticatedError for the system actor too: the verb needs a person. */
export function requireUser(scope: Scope): SessionUser {
  if (scope.actor.kind !== "user") throw new UnauthenticatedError();
  return scope.actor.user;
}

/** @throws ForbiddenError until an administrator has verified the account. */
export function requireVerified(scope: Scope): SessionUser {
  const user = requireUser(scope);
  if (!user.is_verified)
    throw new ForbiddenError("Your account is not verified yet. Ask an administrator to verify it.");
  return user;
}

/** A verified user who may change things. @throws ForbiddenError for guests. */
export function requireWriter(scope: Scope): SessionUser {
  const user = requireVerified(scope);
  if (user.is_guest) throw new ForbiddenError("Guest accounts can only read.");
  return user;
}

/** The system actor passes: administration on the command line has no account. */
export function requireSuperuser(scope: Scope): void {
  if (scope.actor.kind === "system") return;
  if (!scope.actor.user.is_superuser) throw new ForbiddenError("Only administrators may do this.");
}

export type Compute = { user: SessionUser; profile: ProfileRow; resource: ResourceRow };

/** Profile and resource of a verified user. @throws ForbiddenError without a profile. */
export async function requireCompute(scope: Scope): Promise<Compute> {
  const user = requireVerified(scope);
  const rows = await scope.db
    .select({ profile: profiles, resource: resources })
    .from(profiles)
    .innerJoin(resources, eq(resources.id, profiles.resource_id))
    .where(eq(profiles.id, user.profile_id ?? 0));
  const found = maybeOne(rows);
  if (!found)
    throw new ForbiddenError("Your account has no compute profile. Ask an administrator to give you one.");
  return { user, ...found };
}

export async function requireProject(scope: Scope, id: number, right: Right): Promise<AuthorizedProject> {
  return authorize(scope, id, right, new NotFoundError("Project", id));
}

/** A dataset that was deleted does not exist. */
export async function requireDataset(
  scope: Scope,
  id: number,
  right: Right,
): Promise<DatasetRow & { project: AuthorizedProject }> {
  requireVerified(scope);
  const missing = new NotFoundError("Dataset", id);
  const found = await scope.db
    .select()
    .from(datasets)
    .where(and(eq(datasets.id, id), isNull(datasets.deleted_at)));
  const row = maybeOne(found);
  if (!row) throw missing;
  return { ...row, project: await authorize(scope, row.project_id, right, missing) };
}

export async function requireWorkflow(
  scope: Scope,
  id: number,
  right: Right,
): Promise<WorkflowRow & { project: AuthorizedProject }> {
  requireVerified(scope);
  const missing = new NotFoundError("Workflow", id);
  const row = maybeOne(await scope.db.select().from(workflows).where(eq(workflows.id, id)));
  if (!row) throw missing;
  return { ...row, project: await authorize(scope, row.project_id, right, missing) };
}

export async function requireWorkflowTask(
  scope: Scope,
  id: number,
  right: Right,
): Promise<WorkflowTaskRow & { workflow: WorkflowRow; project: AuthorizedProject }> {
  requireVerified(scope);
  const missing = new NotFoundError("Workflow task", id);
  const rows = await scope.db
    .select({ task: workflowTasks, workflow: workflows })
    .from(workflowTasks)
    .innerJoin(workflows, eq(workflows.id, workflowTasks.workflow_id))
    .where(eq(workflowTasks.id, id));
  const row = maybeOne(rows);
  if (!row) throw missing;
  const project = await authorize(scope, row.workflow.project_id, right, missing);
  return { ...row.task, workflow: row.workflow, project };
}

/** `project` is null when it was deleted: then only the person who submitted the job may read it. */
export type AuthorizedJob = JobRow & { project: AuthorizedProject | null };

export async function requireJob(scope: Scope, id: number, right: Right): Promise<AuthorizedJob> {
  requireVerified(scope);
  const missing = new NotFoundError("Job", id);
  const row = maybeOne(await scope.db.select().from(jobs).where(eq(jobs.id, id)));
  if (!row) throw missing;
  return authorizeJob(scope, row, right, missing);
}

/** A run goes with its dataset. */
export async function requireRun(
  scope: Scope,
  id: number,
  right: Right,
): Promise<HistoryRunRow & { job: AuthorizedJob }> {
  requireVerified(scope);
  const missing = new NotFoundError("Run", id);
  const rows = await scope.db
    .select({ run: historyRuns, job: jobs })
    .from(historyRuns)
    .innerJoin(jobs, eq(jobs.id, historyRuns.job_id))
    .where(eq(historyRuns.id, id));
  const row = maybeOne(rows);
  if (!row || row.job.dataset_id === null) throw missing;
  return { ...row.run, job: await authorizeJob(scope, row.job, right, missing) };
}

/** A unit goes with its dataset. */
export async function requireUnit(
  scope: Scope,
  id: number,
  right: Right,
): Promise<HistoryUnitRow & { run: HistoryRunRow; job: AuthorizedJob }> {
  requireVerified(scope);
  const missing = new NotFoundError("Unit", id);
  const rows = await scope.db
    .select({ unit: historyUnits, run: historyRuns, job: jobs })
    .from(historyUnits)
    .innerJoin(historyRuns, eq(historyRuns.id, historyUnits.history_run_id))
    .innerJoin(jobs, eq(jobs.id, historyRuns.job_id))
    .where(eq(historyUnits.id, id));
  const row = maybeOne(rows);
  if (!row || row.job.dataset_id === null) throw missing;
  return { ...row.unit, run: row.run, job: await authorizeJob(scope, row.job, right, missing) };
}

async function authorizeJob(
  scope: Scope,
  job: JobRow,
  right: Right,
  missing: NotFoundError,
): Promise<AuthorizedJob> {
  if (job.project_id !== null)
    return { ...job, project: await authorize(scope, job.project_id, right, missing) };
  const user = requireVerified(scope);
  if (job.user_id !== user.id) throw missing;
  if (right !== "read") throw new ForbiddenError(`The project of job ${job.id} was deleted.`);
  return { ...job, project: null };
}

async function authorize(
  scope: Scope,
  projectId: number,
  right: Right,
  missing: NotFoundError,
): Promise<AuthorizedProject> {
  const user = requireVerified(scope);
  const rows = await scope.db
    .select({
      project: projects,
      permissions: projectMembers.permissions,
      is_owner: projectMembers.is_owner,
    })
    .from(projects)
    .innerJoin(projectMembers, eq(projectMembers.project_id, projects.id))
    .where(
      and(
        eq(projects.id, projectId),
        eq(projectMembers.user_id, user.id),
        eq(projectMembers.is_verified, true),
      ),
    );
  const found = maybeOne(rows);
  if (!found) throw missing;
  const can = rightsOf(user, found.permissions);
  if (right !== "read" && user.is_guest) throw new ForbiddenError("Guest accounts can only read.");
  if (!found.permissions.includes(NEEDED[right].permission)) {
    const owner = await ownerEmail(scope, projectId);
    throw new ForbiddenError(
      `This needs ${NEEDED[right].words} to the project '${found.project.name}'. Its owner ${owner} can give it to you.`,
    );
  }
  if (right === "execute" && user.profile_id === null)
    throw new ForbiddenError("Your account has no compute profile. Ask an administrator to give you one.");
  return { ...found.project, permissions: found.permissions, is_owner: found.is_owner, can };
}

/** What a member may do: the rights of the project, less what the account itself forbids. */
export function rightsOf(user: SessionUser, permissions: Permissions): Can {
  return {
    write: !user.is_guest && permissions !== "r",
    execute: !user.is_guest && permissions === "rwx" && user.profile_id !== null,
  };
}

async function ownerEmail(scope: Scope, projectId: number): Promise<string> {
  const rows = await scope.db
    .select({ email: users.email })
    .from(projectMembers)
    .innerJoin(users, eq(users.id, projectMembers.user_id))
    .where(and(eq(projectMembers.project_id, projectId), eq(projectMembers.is_owner, true)));
  return maybeOne(rows)?.email ?? "(none)";
}
