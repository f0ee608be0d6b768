import { asc, desc, eq, inArray, sql } from "drizzle-orm";
import { taskGroups, tasks, users } from "@/db/schema";
import type { TaskGroupView } from "@/server/contracts/task";
import { compareVersions } from "@/server/domain/tasks/versions";
import { requireCompute } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { toTaskView } from "@/server/services/task/view";

/** Packages of the user's resource by name, newest version first; those being collected too, as not active. */
export async function listTaskGroups(ctx: ServiceContext): Promise<TaskGroupView[]> {
  const { resource } = await requireCompute(ctx);
  const groups = await ctx.db
    .select({ group: taskGroups, owner_email: users.email })
    .from(taskGroups)
    .innerJoin(users, eq(users.id, taskGroups.user_id))
    .where(eq(taskGroups.resource_id, resource.id))
    .orderBy(asc(taskGroups.pkg_name), desc(taskGroups.id));
  const ids = groups.map(({ group }) => group.id);
  const rows = await ctx.db
    .select({
      task: tasks,
      used_by: sql<number>`(SELECT count(*)::int FROM workflow_task w WHERE w.task_id = ${tasks.id})`,
    })
    .from(tasks)
    .where(inArray(tasks.task_group_id, ids))
    .orderBy(asc(tasks.id));
  const views = groups.map(({ group, owner_email }) => {
    const own = rows
      .filter(({ task }) => task.task_group_id === group.id)
      .map(({ task, used_by }) => ({ ...toTaskView({ task, group }), used_by }));
    return {
      id: group.id,
      pkg_name: group.pkg_name,
      version: group.version,
      origin: group.origin,
      python_version: group.python_version,
      active: group.active,
      owner_email,
      timestamp_created: group.timestamp_created,
      tasks: own,
      used_by: own.reduce((sum, task) => sum + task.used_by, 0),
    };
  });
  return views.sort(
    (a, b) => a.pkg_name.localeCompare(b.pkg_name, "en") || compareVersions(b.version, a.version),
  );
}
