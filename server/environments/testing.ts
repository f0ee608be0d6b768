/** A world for tests of collections: a resource with the Python of this machine, a user, wheels made on the fly. */
import { createReadStream, existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { pino } from "pino";
import type { Db } from "@/db/client";
import { one } from "@/db/rows";
import { taskGroupActivities, taskGroups, tasks, uploads } from "@/db/schema";
import type { TaskGroupActivityRow } from "@/db/schema";
import type { CollectInput } from "@/server/contracts/task";
import { findPython } from "@/server/platform/python";
import { startRunner } from "@/server/runner";
import { systemContext } from "@/server/services/context";
import type { ServiceContext } from "@/server/services/context";
import { createProfile } from "@/server/services/profile/create";
import { createResource } from "@/server/services/resource/create";
import { collectPackage } from "@/server/services/task/collect";
import { storeUpload } from "@/server/services/upload/store";
import { createUser } from "@/server/services/user/create";
import { findUserContext } from "@/server/services/user/find-session";

export const silent = pino({ level: "silent" });

export type CollectWorld = {
  db: Db;
  databaseUrl: string;
  ctx: ServiceContext;
  userId: number;
  /** Everything of this world is below it. */
  work: string;
  dataDir: string;
  /** `3.11`. */
  python: string;
};

/** @param versions Other interpreters than that of this machine: `{ "3.11": "/gone" }`. */
export async function makeCollectWorld(
  t: { db: Db; url: string },
  part: { versions?: Record<string, string> } = {},
): Promise<CollectWorld> {
  const found = await findPython();
  const minor = found.version.split(".").slice(0, 2).join(".") as "3.11";
  const work = await mkdtemp(path.join(tmpdir(), "fractal-collect-"));
  const name = path.basename(work);
  const system = systemContext(t.db);
  const { resource_id } = await createResource(system, {
    type: "local",
    name,
    jobs_local_dir: `${work}/jobs`,
    jobs_runner_config: {},
    tasks_local_dir: `${work}/tasks`,
    tasks_python_config: { default_version: minor, versions: { [minor]: found.path, ...part.versions } },
    tasks_pixi_config: {},
  });
  const profile = { resource_type: "local", name } as const;
  const { profile_id } = await createProfile(system, { resource_id, document: profile });
  const email = `${name.toLowerCase()}@example.org`;
  await createUser(system, { email, password: "a long password", project_dirs: [work], profile_id });
  const ctx = await findUserContext(t.db, email);
  if (ctx?.actor.kind !== "user") throw new Error("no user");
  const { id: userId } = ctx.actor.user;
  return { db: t.db, databaseUrl: t.url, ctx, userId, work, dataDir: `${work}/data`, python: minor };
}

export const removeWorld = ({ work }: CollectWorld) => rm(work, { recursive: true, force: true });

export async function upload({ ctx, dataDir }: CollectWorld, wheel: string): Promise<string> {
  const file = { file_name: path.basename(wheel), source: createReadStream(wheel), bytes: null };
  return (await storeUpload(ctx, { dataDir, maxBytes: 1e8, maxUserBytes: 1e9 }, file)).upload_id;
}

/** @returns Id of the activity. */
export async function collectWheel(
  world: CollectWorld,
  wheel: string,
  part: Partial<CollectInput> = {},
): Promise<number> {
  const input = { ...part, origin: "wheel-file", upload_id: await upload(world, wheel) } as CollectInput;
  return (await collectPackage(world.ctx, input)).activity_id;
}

export const activityOf = async ({ db }: CollectWorld, id: number): Promise<TaskGroupActivityRow> =>
  one(await db.select().from(taskGroupActivities).where(eq(taskGroupActivities.id, id)));

export async function waitFor<T>(read: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await read();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** A runner until this activity has ended. */
export async function driveToEnd(world: CollectWorld, id: number): Promise<TaskGroupActivityRow> {
  const { databaseUrl, dataDir } = world;
  const runner = await startRunner({ databaseUrl, dataDir, log: silent });
  try {
    return await waitFor(async () => {
      const activity = await activityOf(world, id);
      return activity.timestamp_ended === null ? null : activity;
    });
  } finally {
    await runner.stop();
  }
}

/** What a failed collection must leave: no groups, no tasks, no upload, neither files nor folders. */
export async function leftOvers({ db, userId, work }: CollectWorld, tasksDir = path.join(work, "tasks")) {
  const groups = await db.select().from(taskGroups).where(eq(taskGroups.user_id, userId));
  const rows = await db
    .select({ name: tasks.name })
    .from(tasks)
    .where(sql`task_group_id NOT IN (SELECT id FROM task_group)`);
  const sent = await db
    .select({ file_name: uploads.file_name })
    .from(uploads)
    .where(eq(uploads.user_id, userId));
  const files = existsSync(tasksDir) ? await readdir(tasksDir, { recursive: true, withFileTypes: true }) : [];
  return { groups, tasks: rows, uploads: sent, files: files.map((entry) => entry.name) };
}
export const NOTHING = { groups: [], tasks: [], uploads: [], files: [] };
