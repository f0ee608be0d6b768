import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne, one } from "@/db/rows";
import { tasks, workflowTasks } from "@/db/schema";
import { ConflictError } from "@/server/contracts/errors";
import { UpdateWorkflowTaskInput } from "@/server/contracts/workflow";
import { requireWorkflowTask } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { applySettings } from "@/server/services/workflow/task-values";

/**
 * Allowed while a job runs, which works on its own copy.
 *
 * @returns The version to name in the next edit.
 * @throws ConflictError if somebody saved in between; InvalidInputError for settings that do not fit the task.
 */
export async function updateWorkflowTask(
  ctx: ServiceContext,
  raw: z.input<typeof UpdateWorkflowTaskInput>,
): Promise<{ workflow_task_id: number; version: number }> {
  const { workflow_task_id, version, ...settings } = UpdateWorkflowTaskInput.parse(raw);
  const row = await requireWorkflowTask(ctx, workflow_task_id, "write");
  const task = one(await ctx.db.select().from(tasks).where(eq(tasks.id, row.task_id)));
  const conflict = new ConflictError(
    `'${row.alias ?? task.name}' was changed by somebody else since you opened it. Reload to see the change, then save again.`,
  );
  if (row.version !== version) throw conflict;
  const rows = await ctx.db
    .update(workflowTasks)
    .set({ ...applySettings(task, row, settings), version: version + 1 })
    .where(and(eq(workflowTasks.id, row.id), eq(workflowTasks.version, version)))
    .returning({ version: workflowTasks.version });
  const saved = maybeOne(rows);
  if (!saved) throw conflict;
  return { workflow_task_id: row.id, version: saved.version };
}
