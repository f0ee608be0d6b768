import { and, eq, inArray } from "drizzle-orm";
import type { z } from "zod";
import { taskGroups, tasks, workflowTasks } from "@/db/schema";
import { InvalidInputError, isAppError } from "@/server/contracts/errors";
import { ImportWorkflowInput } from "@/server/contracts/workflow";
import type { WorkflowFile } from "@/server/contracts/workflow";
import { normalizePackageName } from "@/server/domain/tasks/package-name";
import { compareVersions, isSameVersion } from "@/server/domain/tasks/versions";
import { requireCompute, requireProject } from "@/server/services/access";
import type { Compute } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import type { TaskWithGroup } from "@/server/services/task/view";
import { insertWorkflow } from "@/server/services/workflow/create";
import { newSettings } from "@/server/services/workflow/task-values";
import type { TaskSettings } from "@/server/services/workflow/task-values";

type FileTask = WorkflowFile["task_list"][number];

/**
 * Tasks are found by package, version and name among the active packages of the user's resource, the user's
 * own first; a file without version gets the newest. Nothing is made if one cannot be found.
 *
 * @throws InvalidInputError; `fields` names each task (`task_list.2`) with what is missing.
 */
export async function importWorkflow(
  ctx: ServiceContext,
  raw: z.input<typeof ImportWorkflowInput>,
): Promise<{ workflow_id: number }> {
  const { project_id, name, workflow: file } = ImportWorkflowInput.parse(raw);
  const project = await requireProject(ctx, project_id, "write");
  const compute = await requireCompute(ctx);
  const resolved = await resolveTasks(ctx, compute, file.task_list);
  const settings = resolved.map(({ task }, n) => settingsAt(n, task, file.task_list[n]));
  return ctx.db.transaction(async (tx) => {
    const workflow_id = await insertWorkflow(tx, {
      project_id: project.id,
      name: name ?? file.name,
      description: file.description,
    });
    const rows = resolved.map(({ task }, order) => ({
      workflow_id,
      order,
      task_id: task.id,
      ...(settings[order] as TaskSettings), // same length, made from the same list
    }));
    if (rows.length > 0) await tx.insert(workflowTasks).values(rows);
    return { workflow_id };
  });
}

async function resolveTasks(
  ctx: ServiceContext,
  { user, resource }: Compute,
  list: readonly FileTask[],
): Promise<TaskWithGroup[]> {
  const names = [...new Set(list.map(({ task }) => normalizePackageName(task.pkg_name)))];
  const installed = await ctx.db
    .select({ task: tasks, group: taskGroups })
    .from(tasks)
    .innerJoin(taskGroups, eq(taskGroups.id, tasks.task_group_id))
    .where(
      and(
        eq(taskGroups.resource_id, resource.id),
        eq(taskGroups.active, true),
        inArray(taskGroups.pkg_name, names),
      ),
    );
  installed.sort(
    (a, b) =>
      compareVersions(b.group.version, a.group.version) ||
      Number(b.group.user_id === user.id) - Number(a.group.user_id === user.id) ||
      a.task.id - b.task.id,
  );
  const missing: Record<string, string> = {};
  const found = list.map(({ task }, n) => {
    const match = findTask(task, installed);
    if (!match) missing[`task_list.${n}`] = whyMissing(task, installed);
    return match;
  });
  const reasons = [...new Set(Object.values(missing))];
  if (reasons.length > 0)
    throw new InvalidInputError(`Not every task of the workflow is installed. ${reasons.join(" ")}`, missing);
  return found.filter((match) => match !== undefined);
}

const isOfPackage = (wanted: FileTask["task"], { group }: TaskWithGroup) =>
  group.pkg_name === normalizePackageName(wanted.pkg_name);

function findTask(wanted: FileTask["task"], installed: readonly TaskWithGroup[]): TaskWithGroup | undefined {
  return installed.find(
    (candidate) =>
      isOfPackage(wanted, candidate) &&
      candidate.task.name === wanted.name &&
      (!wanted.version || isSameVersion(candidate.group.version, wanted.version)),
  );
}

function whyMissing(wanted: FileTask["task"], installed: readonly TaskWithGroup[]): string {
  const { version: asked } = wanted;
  const version = asked ? ` ${asked}` : "";
  const ofPackage = installed.filter((candidate) => isOfPackage(wanted, candidate));
  if (ofPackage.length === 0)
    return `The package ${wanted.pkg_name}${version} is not installed: collect it first.`;
  const versions = [...new Set(ofPackage.map(({ group }) => group.version))];
  if (asked && !versions.some((one) => isSameVersion(one, asked)))
    return `The package ${wanted.pkg_name} is not installed in version ${asked} (installed: ${versions.join(", ")}).`;
  return `The package ${wanted.pkg_name}${version} has no task called '${wanted.name}'.`;
}

/** @throws InvalidInputError whose fields say which task of the file they are about. */
function settingsAt(n: number, task: TaskWithGroup["task"], given: FileTask | undefined): TaskSettings {
  try {
    return newSettings(task, given ?? {});
  } catch (err) {
    if (!isAppError(err, "InvalidInput")) throw err;
    const fields = Object.entries(err.fields).map(([path, reason]): [string, string] => [
      `task_list.${n}.${path}`,
      reason,
    ]);
    throw new InvalidInputError(
      `Task ${n + 1} of the file, '${task.name}': ${err.message}`,
      Object.fromEntries(fields),
    );
  }
}
