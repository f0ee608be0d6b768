/** Rows for tests of the verbs; each factory makes what it needs and nothing else. */
import { eq } from "drizzle-orm";
import type { Db } from "@/db/client";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { Cause } from "@/server/contracts/job";
import type { ImageAttributes, ImageTypes } from "@/server/contracts/image";
import type { JobState, Permissions, TaskType, UnitState } from "@/server/contracts/enums";
import type { ServiceContext } from "@/server/services/context";

let serial = 0;
const next = () => ++serial;

export const RESOURCE_DOCUMENT = {
  type: "local",
  jobs_local_dir: "/srv/jobs",
  tasks_local_dir: "/srv/tasks",
  jobs_runner_config: { parallel_tasks_per_job: 2 },
  tasks_python_config: { default_version: "3.12", versions: { "3.12": "/opt/python3.12/bin/python" } },
  tasks_pixi_config: {},
} as const;

export async function makeResource(db: Db, part: Partial<tables.ResourceRow> = {}) {
  const name = `resource ${next()}`;
  const rows = await db
    .insert(tables.resources)
    .values({
      type: "local",
      name,
      document: { ...RESOURCE_DOCUMENT, name },
      jobs_local_dir: RESOURCE_DOCUMENT.jobs_local_dir,
      tasks_local_dir: RESOURCE_DOCUMENT.tasks_local_dir,
      jobs_poll_interval: 5,
      ...part,
    })
    .returning();
  return one(rows);
}

export async function makeProfile(db: Db, resourceId: number) {
  const name = `profile ${next()}`;
  const document = { resource_type: "local", name };
  const values = { resource_id: resourceId, resource_type: "local" as const, name, document };
  return one(await db.insert(tables.profiles).values(values).returning());
}

/** A verified user who may run jobs, unless `part` says otherwise; `profile_id: null` takes compute away. */
export async function makeUser(
  db: Db,
  part: Partial<tables.UserRow> = {},
): Promise<ServiceContext & { user: tables.UserRow }> {
  const n = next();
  const profileId =
    part.profile_id === undefined ? (await makeProfile(db, (await makeResource(db)).id)).id : part.profile_id;
  const rows = await db
    .insert(tables.users)
    .values({
      email: `user${n}@example.org`,
      is_verified: true,
      project_dirs: [`/home/user${n}`],
      ...part,
      profile_id: profileId,
    })
    .returning();
  const user = one(rows);
  return { db, actor: { kind: "user", user }, user };
}

export type Owner = Awaited<ReturnType<typeof makeUser>>;

/** A colleague on the same resource. */
export function makeColleague(owner: Owner, part: Partial<tables.UserRow> = {}) {
  return makeUser(owner.db, { profile_id: owner.user.profile_id, ...part });
}

export async function makeProject(owner: Owner, part: Partial<tables.ProjectRow> = {}) {
  const { db, user } = owner;
  const profile = one(
    await db
      .select()
      .from(tables.profiles)
      .where(eq(tables.profiles.id, user.profile_id ?? 0)),
  );
  const values = { name: `project ${next()}`, resource_id: profile.resource_id, ...part };
  const project = one(await db.insert(tables.projects).values(values).returning());
  await db.insert(tables.projectMembers).values({
    project_id: project.id,
    user_id: user.id,
    is_owner: true,
    is_verified: true,
    permissions: "rwx",
  });
  return project;
}

export async function addMember(
  db: Db,
  projectId: number,
  member: Owner,
  permissions: Permissions,
  isVerified = true,
) {
  await db.insert(tables.projectMembers).values({
    project_id: projectId,
    user_id: member.user.id,
    is_owner: false,
    is_verified: isVerified,
    permissions,
  });
}

export async function makeDataset(db: Db, projectId: number, part: Partial<tables.DatasetRow> = {}) {
  const name = `dataset ${next()}`;
  const values = { project_id: projectId, name, zarr_dir: `/zarr/${name.replace(" ", "")}`, ...part };
  return one(await db.insert(tables.datasets).values(values).returning());
}

export type TestImage = { attributes?: ImageAttributes; types?: ImageTypes };

/** `{zarr_dir}/0`, `{zarr_dir}/1`, … in this order. */
export async function makeImages(dataset: tables.DatasetRow, db: Db, list: readonly TestImage[]) {
  const rows = list.map((image, position) => ({
    dataset_id: dataset.id,
    position,
    zarr_url: `${dataset.zarr_dir}/${position}`,
    ...image,
  }));
  return db.insert(tables.images).values(rows).returning();
}

export async function makeTaskGroup(owner: Owner, part: Partial<tables.TaskGroupRow> = {}) {
  const { db, user } = owner;
  const profile = one(
    await db
      .select()
      .from(tables.profiles)
      .where(eq(tables.profiles.id, user.profile_id ?? 0)),
  );
  const values = {
    user_id: user.id,
    resource_id: profile.resource_id,
    origin: "wheel-file" as const,
    pkg_name: `pkg-${next()}`,
    version: "1.0.0",
    active: true,
    ...part,
  };
  return one(await owner.db.insert(tables.taskGroups).values(values).returning());
}

/** A parallel task with a schema: `threshold` (a number, required) and `channels` (a list of texts). */
export const ARGS_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["zarr_url", "threshold"],
  properties: {
    zarr_url: { type: "string" },
    threshold: { type: "number" },
    channels: { type: "array", items: { type: "string" }, default: [] },
  },
};

export async function makeTask(
  db: Db,
  groupId: number,
  part: Partial<tables.TaskRow> & { type?: TaskType } = {},
) {
  const values = {
    task_group_id: groupId,
    name: `task ${next()}`,
    type: "parallel" as const,
    version: "1.0.0",
    command_parallel: ["/venv/bin/python", "/venv/task.py"],
    args_schema_parallel: ARGS_SCHEMA,
    ...part,
  };
  return one(await db.insert(tables.tasks).values(values).returning());
}

export async function makeWorkflow(db: Db, projectId: number) {
  const values = { project_id: projectId, name: `workflow ${next()}` };
  return one(await db.insert(tables.workflows).values(values).returning());
}

export async function makeWorkflowTask(
  db: Db,
  workflowId: number,
  taskId: number,
  part: Partial<tables.WorkflowTaskRow> = {},
) {
  const values = {
    workflow_id: workflowId,
    task_id: taskId,
    order: 0,
    args_parallel: { threshold: 1 },
    ...part,
  };
  return one(await db.insert(tables.workflowTasks).values(values).returning());
}

/** A project that is ready to run: one dataset with two images, one workflow with one parallel task. */
export async function makeStudy(db: Db) {
  const owner = await makeUser(db);
  const project = await makeProject(owner);
  const dataset = await makeDataset(db, project.id);
  const images = await makeImages(dataset, db, [
    { attributes: { well: "A1" } },
    { attributes: { well: "A2" } },
  ]);
  const group = await makeTaskGroup(owner);
  const task = await makeTask(db, group.id);
  const workflow = await makeWorkflow(db, project.id);
  const step = await makeWorkflowTask(db, workflow.id, task.id);
  return { owner, project, dataset, images, group, task, workflow, step };
}
export type Study = Awaited<ReturnType<typeof makeStudy>>;

export async function makeJob(db: Db, study: Study, part: Partial<tables.JobRow> = {}) {
  const { owner, project, dataset, workflow, task, group, step } = study;
  const dump = {
    id: project.id,
    name: project.name,
    timestamp_created: "2026-01-01T00:00:00Z",
    project_id: project.id,
  };
  const values = {
    project_id: project.id,
    workflow_id: workflow.id,
    dataset_id: dataset.id,
    user_id: owner.user.id,
    resource_id: group.resource_id,
    profile_id: owner.user.profile_id ?? 0,
    user_email: owner.user.email,
    project_dump: dump,
    workflow_dump: { ...dump, id: workflow.id, name: workflow.name },
    dataset_dump: { ...dump, id: dataset.id, name: dataset.name, zarr_dir: dataset.zarr_dir },
    task_dumps: [{ workflow_task: { ...step, task }, task_group: group }],
    first_task_index: 0,
    last_task_index: 0,
    attribute_filters: {},
    type_filters: {},
    cache_dir: "/cache",
    state: "running" as JobState,
    ...part,
  };
  return one(await db.insert(tables.jobs).values(values).returning());
}

export async function makeRun(db: Db, study: Study, jobId: number, part: Partial<tables.HistoryRunRow> = {}) {
  const values = {
    job_id: jobId,
    dataset_id: study.dataset.id,
    workflow_task_id: study.step.id,
    order: 0,
    workflow_task_dump: { ...study.step, task: study.task },
    task_group_dump: study.group,
    current_type_filters: {},
    num_available_images: 2,
    ...part,
  };
  return one(await db.insert(tables.historyRuns).values(values).returning());
}

export const makeCause = (evidence: string): Cause => ({
  kind: "task_error",
  title: "Task error",
  text: "The task ended with exit code 1.",
  evidence,
  next_step: "Read the log.",
});

/** Positions 0, 1, …; counters of the run are the test's business. */
export async function makeUnits(
  db: Db,
  runId: number,
  units: readonly { state: UnitState; cause?: Cause }[],
) {
  const rows = units.map((unit, position) => ({
    history_run_id: runId,
    kind: "unit" as const,
    position,
    zarr_url: `/zarr/${position}`,
    num_images: 1,
    args: "{}",
    ...unit,
  }));
  return db.insert(tables.historyUnits).values(rows).returning();
}

/** A runner that reported `seenSecondsAgo`. */
export async function makeRunner(db: Db, seenSecondsAgo = 0) {
  const seen_at = new Date(Date.now() - seenSecondsAgo * 1000).toISOString();
  await db
    .insert(tables.runners)
    .values({ owner: `runner ${next()}`, host: "h", pid_scope: "test", pid: 1, seen_at });
}
