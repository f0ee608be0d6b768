import { eq } from "drizzle-orm";
import type { Queryable } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { taskGroups, tasks } from "@/db/schema";
import type { TaskGroupRow, TaskRow } from "@/db/schema";
import { NotFoundError, PreconditionError } from "@/server/contracts/errors";
import type { TaskView } from "@/server/contracts/task";

/** A task and the package version it belongs to. */
export type TaskWithGroup = { task: TaskRow; group: TaskGroupRow };

export function toTaskView({ task, group }: TaskWithGroup): TaskView {
  // The commands stay on the server: they are paths of the host.
  const { command_non_parallel: _, command_parallel: __, ...shown } = task;
  return { ...shown, pkg_name: group.pkg_name, is_active: group.active };
}

/**
 * A task that somebody with this resource may read: packages belong to a resource and are shared by the
 * people who compute on it.
 *
 * @throws NotFoundError for tasks of other resources too.
 */
export async function readTask(db: Queryable, id: number, resourceId: number): Promise<TaskWithGroup> {
  const rows = await db
    .select({ task: tasks, group: taskGroups })
    .from(tasks)
    .innerJoin(taskGroups, eq(taskGroups.id, tasks.task_group_id))
    .where(eq(tasks.id, id));
  const found = maybeOne(rows);
  if (found?.group.resource_id !== resourceId) throw new NotFoundError("Task", id);
  return found;
}

/** @throws PreconditionError with the way out. */
export function requireActive({ task, group }: TaskWithGroup): void {
  if (!group.active)
    throw new PreconditionError(
      `The task '${task.name}' is not active: ${group.pkg_name} ${group.version} is not installed completely. ` +
        "Wait for its collection, or choose another version.",
    );
}
