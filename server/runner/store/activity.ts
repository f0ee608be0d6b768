/** SQL of task-group activities as their driver sees them. */
import { eq, sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { resources, taskGroupActivities, taskGroups, tasks } from "@/db/schema";
import type { ResourceRow, TaskGroupActivityRow, TaskGroupRow, TaskRow } from "@/db/schema";
import { storableJson, storableText } from "@/server/domain/jobs/storable";

export type LoadedActivity = {
  activity: TaskGroupActivityRow;
  /** Null: the group is gone. */
  group: TaskGroupRow | null;
  resource: ResourceRow | null;
};

export async function loadActivity(db: Db, activityId: number): Promise<LoadedActivity | null> {
  const rows = await db
    .select({ activity: taskGroupActivities, group: taskGroups, resource: resources })
    .from(taskGroupActivities)
    .leftJoin(taskGroups, eq(taskGroups.id, taskGroupActivities.task_group_id))
    .leftJoin(resources, eq(resources.id, taskGroups.resource_id))
    .where(eq(taskGroupActivities.id, activityId));
  return maybeOne(rows);
}

export async function setOngoing(tx: Tx, activityId: number): Promise<void> {
  await tx
    .update(taskGroupActivities)
    .set({ status: "ongoing", log: "" })
    .where(eq(taskGroupActivities.id, activityId));
}

export async function setActivityLog(tx: Tx, activityId: number, log: string): Promise<void> {
  await tx
    .update(taskGroupActivities)
    .set({ log: storableText(log) })
    .where(eq(taskGroupActivities.id, activityId));
}

/** The last write of an activity. */
export async function endActivity(
  tx: Tx,
  activityId: number,
  end: { status: "OK" | "failed"; log: string },
): Promise<void> {
  await tx
    .update(taskGroupActivities)
    .set({ status: end.status, log: storableText(end.log), timestamp_ended: sql`clock_timestamp()` })
    .where(eq(taskGroupActivities.id, activityId));
}

/** A task without its place in the database. */
export type NewTask = Omit<TaskRow, "id" | "task_group_id">;

/** What a collection has found, and that the group may be used from now on. */
export async function activateGroup(
  tx: Tx,
  groupId: number,
  found: { tasks: readonly NewTask[]; env_info: string; archive_path: string },
): Promise<void> {
  // Through storableJson: a manifest may hold characters that PostgreSQL cannot.
  const rows = (JSON.parse(storableJson(found.tasks)) as NewTask[]).map((task) => ({
    ...task,
    task_group_id: groupId,
  }));
  if (rows.length > 0) await tx.insert(tasks).values(rows);
  await tx
    .update(taskGroups)
    .set({ env_info: storableText(found.env_info), archive_path: found.archive_path, active: true })
    .where(eq(taskGroups.id, groupId));
}

/** A group that was never active has no tasks, so nothing refers to it but its activity, which stays. */
export async function deleteGroup(tx: Tx, groupId: number): Promise<void> {
  await tx.delete(taskGroups).where(eq(taskGroups.id, groupId));
}
