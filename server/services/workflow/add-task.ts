import { sql } from "drizzle-orm";
import type { z } from "zod";
import { one } from "@/db/rows";
import { workflowTasks } from "@/db/schema";
import { AddWorkflowTaskInput } from "@/server/contracts/workflow";
import { requireCompute, requireWorkflow } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { readTask, requireActive } from "@/server/services/task/view";
import { lockWorkflow } from "@/server/services/workflow/lock";
import { newSettings } from "@/server/services/workflow/task-values";

/** Appends; allowed while a job runs, which works on its own copy. */
export async function addWorkflowTask(
  ctx: ServiceContext,
  raw: z.input<typeof AddWorkflowTaskInput>,
): Promise<{ workflow_task_id: number }> {
  const { workflow_id, task_id, ...settings } = AddWorkflowTaskInput.parse(raw);
  const workflow = await requireWorkflow(ctx, workflow_id, "write");
  const { resource } = await requireCompute(ctx);
  const found = await readTask(ctx.db, task_id, resource.id);
  requireActive(found);
  const values = newSettings(found.task, settings);
  return ctx.db.transaction(async (tx) => {
    await lockWorkflow(tx, workflow.id);
    const order = sql<number>`(SELECT count(*) FROM workflow_task t WHERE t.workflow_id = ${workflow.id})`;
    const rows = await tx
      .insert(workflowTasks)
      .values({ ...values, workflow_id: workflow.id, task_id, order })
      .returning({ id: workflowTasks.id });
    return { workflow_task_id: one(rows).id };
  });
}
