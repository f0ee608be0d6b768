/** Rows for tests of the runner, inserted directly: services have tests of their own. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { pino } from "pino";
import type { Db } from "@/db/client";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { JobRow } from "@/db/schema";
import type { TaskDump } from "@/db/schema/job";
import type { TaskType } from "@/server/contracts/enums";
import type { Image } from "@/server/contracts/image";
import type { AttributeFilters, TypeFilters } from "@/server/contracts/image";
import { isFinal } from "@/server/domain/jobs/status";
import type { ServiceContext } from "@/server/services/context";

export const TINY_TASK = path.resolve("e2e/support/tiny-tasks/tiny.py");
export const silentLog = pino({ level: process.env["TEST_LOG_LEVEL"] ?? "silent" });

export type TinyTask = {
  name?: string;
  type: TaskType;
  args?: Record<string, unknown>;
  initArgs?: Record<string, unknown>;
  meta?: Record<string, unknown>;
  initMeta?: Record<string, unknown>;
  input_types?: Record<string, boolean>;
  output_types?: Record<string, boolean>;
  type_filters?: Record<string, boolean>;
  command?: string[];
};

export type World = {
  db: Db;
  folder: string;
  zarrDir: string;
  user: tables.UserRow;
  resource: tables.ResourceRow;
  dataset: tables.DatasetRow;
};

/** A user, a local resource, a project and an empty dataset, with real folders. */
export async function makeWorld(db: Db, runnerConfig: Record<string, unknown> = {}): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), "fractal-engine-"));
  const zarrDir = path.join(folder, "zarr");
  const document = {
    type: "local",
    name: `local ${folder}`,
    jobs_local_dir: path.join(folder, "jobs"),
    tasks_local_dir: path.join(folder, "tasks"),
    jobs_runner_config: runnerConfig,
    tasks_pixi_config: {},
    tasks_python_config: { default_version: "3.11", versions: { "3.11": "/usr/bin/python3" } },
  };
  const resource = one(
    await db
      .insert(tables.resources)
      .values({
        type: "local",
        name: document.name,
        document,
        jobs_local_dir: document.jobs_local_dir,
        tasks_local_dir: document.tasks_local_dir,
        jobs_poll_interval: 0,
      })
      .returning(),
  );
  const profile = one(
    await db
      .insert(tables.profiles)
      .values({ resource_id: resource.id, resource_type: "local", name: `profile ${folder}`, document: {} })
      .returning(),
  );
  const user = one(
    await db
      .insert(tables.users)
      .values({
        email: `${path.basename(folder)}@example.org`,
        is_verified: true,
        profile_id: profile.id,
        project_dirs: [folder],
      })
      .returning(),
  );
  const project = one(
    await db.insert(tables.projects).values({ name: "p", resource_id: resource.id }).returning(),
  );
  const dataset = one(
    await db
      .insert(tables.datasets)
      .values({ project_id: project.id, name: "d", zarr_dir: zarrDir })
      .returning(),
  );
  return { db, folder, zarrDir, user, resource, dataset };
}

export async function addTestImages(
  world: World,
  images: (Partial<Image> & { zarr_url: string })[],
): Promise<void> {
  await world.db
    .insert(tables.images)
    .values(images.map((image, position) => ({ dataset_id: world.dataset.id, position, ...image })));
}

/** A queued job with its lease, over tiny tasks. */
export async function makeJob(
  world: World,
  tasks: readonly TinyTask[],
  options: {
    type_filters?: TypeFilters;
    attribute_filters?: AttributeFilters;
    first?: number;
    last?: number;
  } = {},
): Promise<JobRow> {
  const { db, user, resource, dataset } = world;
  const group = one(
    await db
      .insert(tables.taskGroups)
      .values({
        user_id: user.id,
        resource_id: resource.id,
        origin: "other",
        pkg_name: `tiny-${crypto.randomUUID()}`,
        version: "1",
        active: true,
      })
      .returning(),
  );
  const workflow = one(
    await db
      .insert(tables.workflows)
      .values({ project_id: dataset.project_id, name: crypto.randomUUID() })
      .returning(),
  );
  const dumps: TaskDump[] = [];
  for (const [order, tiny] of tasks.entries()) {
    const command = tiny.command ?? ["python3", TINY_TASK];
    const hasInit = tiny.type !== "parallel";
    const hasParallel = tiny.type === "parallel" || tiny.type.endsWith("compound");
    const task = one(
      await db
        .insert(tables.tasks)
        .values({
          task_group_id: group.id,
          name: tiny.name ?? `Tiny ${order}`,
          type: tiny.type,
          version: "1",
          command_non_parallel: hasInit ? command : null,
          command_parallel: hasParallel ? command : null,
          input_types: tiny.input_types ?? {},
          output_types: tiny.output_types ?? {},
        })
        .returning(),
    );
    const isSingle = !hasParallel;
    const row = one(
      await db
        .insert(tables.workflowTasks)
        .values({
          workflow_id: workflow.id,
          order,
          task_id: task.id,
          args_non_parallel: tiny.initArgs ?? (isSingle ? (tiny.args ?? null) : null),
          args_parallel: hasParallel ? (tiny.args ?? null) : null,
          meta_non_parallel: tiny.initMeta ?? (isSingle ? (tiny.meta ?? null) : null),
          meta_parallel: hasParallel ? (tiny.meta ?? null) : null,
          type_filters: tiny.type_filters ?? {},
        })
        .returning(),
    );
    dumps.push({
      workflow_task: { ...row, task },
      task_group: { ...group },
    });
  }
  const { first = 0, last = tasks.length - 1 } = options;
  const stamp = "2026-01-01T00:00:00Z";
  const job = one(
    await db
      .insert(tables.jobs)
      .values({
        project_id: dataset.project_id,
        workflow_id: workflow.id,
        dataset_id: dataset.id,
        user_id: user.id,
        resource_id: resource.id,
        profile_id: user.profile_id ?? 0,
        user_email: user.email,
        project_dump: { id: dataset.project_id, name: "p", timestamp_created: stamp },
        workflow_dump: {
          id: workflow.id,
          name: workflow.name,
          project_id: dataset.project_id,
          timestamp_created: stamp,
        },
        dataset_dump: {
          id: dataset.id,
          name: "d",
          project_id: dataset.project_id,
          timestamp_created: stamp,
          zarr_dir: dataset.zarr_dir,
        },
        task_dumps: dumps.slice(first, last + 1),
        first_task_index: first,
        last_task_index: last,
        attribute_filters: options.attribute_filters ?? {},
        type_filters: options.type_filters ?? {},
        cache_dir: path.join(world.folder, "cache"),
      })
      .returning(),
  );
  await db.insert(tables.leases).values({ kind: "job", id: job.id });
  await db.execute(sql`SELECT pg_notify('fractal_runner', 'job')`);
  return job;
}

/** The user of the world as a member of its project who may submit jobs through the services. */
export async function actAsOwner(world: World): Promise<ServiceContext> {
  const { db, user, dataset } = world;
  await db.insert(tables.projectMembers).values({
    project_id: dataset.project_id,
    user_id: user.id,
    is_owner: true,
    is_verified: true,
    permissions: "rwx",
  });
  await db.execute(sql`
    UPDATE profile SET document = jsonb_build_object('resource_type', 'local', 'name', name) WHERE id = ${user.profile_id}`);
  return { db, actor: { kind: "user", user } };
}

const ofJob = (jobId: number) => sql`history_run_id IN (SELECT id FROM history_run WHERE job_id = ${jobId})`;

/** In the order in which they were planned. */
export const batchesOfJob = (db: Db, jobId: number) =>
  db.select().from(tables.batches).where(ofJob(jobId)).orderBy(tables.batches.id);

/** In unit order, of all runs of the job. */
export const unitsOfJob = (db: Db, jobId: number) =>
  db.select().from(tables.historyUnits).where(ofJob(jobId)).orderBy(tables.historyUnits.position);

export const endOfJob = (db: Db, jobId: number): Promise<JobRow> =>
  until(async () => {
    const job = one(await db.select().from(tables.jobs).where(eq(tables.jobs.id, jobId)));
    return isFinal(job.state) && job;
  });

/** Looks again and again until there is an answer. */
export async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
