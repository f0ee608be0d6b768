/** SQL of task-group activities as their driver sees them. */
import { eq, inArray, sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { resources, taskGroupActivities, taskGroups, tasks, uploads } from "@/db/schema";
import type { ResourceRow, TaskGroupActivityRow, TaskGroupRow, TaskRow, UploadRow } from "@/db/schema";
import type { ActivityStep } from "@/server/contracts/task";
import { storableJson, storableText } from "@/server/domain/jobs/storable";

export type LoadedActivity = {
  activity: TaskGroupActivityRow;
  /** Null: the group is gone. */
  group: TaskGroupRow | null;
  resource: ResourceRow | null;
  upload: UploadRow | null;
};

export async function loadActivity(db: Db, activityId: number): Promise<LoadedActivity | null> {
  const rows = await db
    .select({ activity: taskGroupActivities, group: taskGroups, resource: resources, upload: uploads })
    .from(taskGroupActivities)
    .leftJoin(taskGroups, eq(taskGroups.id, taskGroupActivities.task_group_id))
    .leftJoin(resources, eq(resources.id, taskGroups.resource_id))
    .leftJoin(uploads, eq(uploads.id, taskGroups.upload_id))
    .where(eq(taskGroupActivities.id, activityId));
  return maybeOne(rows);
}

export async function loadResource(db: Db, resourceId: number): Promise<ResourceRow | null> {
  return maybeOne(await db.select().from(resources).where(eq(resources.id, resourceId)));
}

export async function setOngoing(tx: Tx, activityId: number, steps: ActivityStep[]): Promise<void> {
  await tx
    .update(taskGroupActivities)
    .set({ status: "ongoing", log: "", steps })
    .where(eq(taskGroupActivities.id, activityId));
}

export type Progress = { log: string; steps: ActivityStep[] };

const toColumns = ({ log, steps }: Progress) => ({
  log: storableText(log),
  steps: JSON.parse(storableJson(steps)) as ActivityStep[],
});

export async function setActivityProgress(tx: Tx, activityId: number, progress: Progress): Promise<void> {
  await tx.update(taskGroupActivities).set(toColumns(progress)).where(eq(taskGroupActivities.id, activityId));
}

/** The last write of an activity. */
export async function endActivity(
  tx: Tx,
  activityId: number,
  end: Progress & { status: "OK" | "failed" },
): Promise<void> {
  await tx
    .update(taskGroupActivities)
    .set({ status: end.status, ...toColumns(end), timestamp_ended: sql`clock_timestamp()` })
    .where(eq(taskGroupActivities.id, activityId));
}

/** A task without its place in the database. */
export type NewTask = Omit<TaskRow, "id" | "task_group_id">;

/**
 * What a collection has found, and that the group may be used from now on.
 *
 * @returns The upload that nobody needs any more; its row is gone, its file is not.
 */
export async function activateGroup(
  tx: Tx,
  groupId: number,
  found: { version: string; tasks: readonly NewTask[]; env_info: string; archive_path: string | null },
): Promise<string | null> {
  // Through storableJson: a manifest may hold characters that PostgreSQL cannot.
  const rows = (JSON.parse(storableJson(found.tasks)) as NewTask[]).map((task) => ({
    ...task,
    task_group_id: groupId,
  }));
  if (rows.length > 0) await tx.insert(tasks).values(rows);
  await tx
    .update(taskGroups)
    .set({
      version: found.version,
      env_info: storableText(found.env_info),
      archive_path: found.archive_path,
      active: true,
    })
    .where(eq(taskGroups.id, groupId));
  return freeUpload(tx, groupId);
}

/**
 * The collection of the group has ended, so it needs its upload no more.
 *
 * @returns Id of the upload whose row is gone, so that its file can go; null if there is none, or another group waits for it.
 */
export async function freeUpload(tx: Tx, groupId: number): Promise<string | null> {
  const removed = await tx.execute<{ id: string }>(sql`
    WITH used AS (SELECT upload_id FROM task_group WHERE id = ${groupId}),
         freed AS (UPDATE task_group SET upload_id = NULL WHERE id = ${groupId})
    SELECT upload_id AS id FROM used WHERE upload_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM task_group g WHERE g.upload_id = used.upload_id AND g.id <> ${groupId})`);
  const upload = maybeOne([...removed]);
  if (!upload) return null;
  await tx.delete(uploads).where(eq(uploads.id, upload.id));
  return upload.id;
}

/** Uploads that no collection waits for, a day after they came. @returns The ids of the rows it deleted. */
export async function deleteOldUploads(db: Db): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    DELETE FROM upload u WHERE sha256 IS NOT NULL AND timestamp_created < now() - interval '1 day'
      AND NOT EXISTS (SELECT FROM task_group g WHERE g.upload_id = u.id)
    RETURNING id`);
  return [...rows].map(({ id }) => id);
}

/** Uploads that began longer ago than this and are not complete: still on their way, or broken off. */
export async function listUnfinishedUploads(db: Db, seconds: number): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    SELECT id FROM upload WHERE sha256 IS NULL AND timestamp_created < now() - ${seconds} * interval '1 second'`);
  return [...rows].map(({ id }) => id);
}

/** One that broke off; one that is complete meanwhile stays. @returns Whether it is gone. */
export async function deleteUnfinishedUpload(db: Db, id: string): Promise<boolean> {
  const rows = await db.execute(sql`DELETE FROM upload WHERE id = ${id} AND sha256 IS NULL RETURNING id`);
  return rows.length > 0;
}

/** Those of these ids that still have a row. */
export async function findUploads(db: Db, ids: readonly string[]): Promise<string[]> {
  const rows = await db
    .select({ id: uploads.id })
    .from(uploads)
    .where(inArray(sql`${uploads.id}::text`, [...ids]));
  return rows.map(({ id }) => id);
}

/** A group that was never active has no tasks, so nothing refers to it but its activity, which stays. */
export async function deleteGroup(tx: Tx, groupId: number): Promise<void> {
  await tx.delete(taskGroups).where(eq(taskGroups.id, groupId));
}
