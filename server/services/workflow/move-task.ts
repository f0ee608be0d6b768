import { asc, eq } from "drizzle-orm";
import type { z } from "zod";
import { workflowTasks } from "@/db/schema";
import { MoveWorkflowTaskInput } from "@/server/contracts/workflow";
import { requireWorkflowTask } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { lockWorkflow, requireIdleWorkflow } from "@/server/services/workflow/lock";

/**
 * @param raw `order` is the position afterwards; beyond the end means the end.
 * @throws PreconditionError while a job runs the workflow.
 */
export async function moveWorkflowTask(
  ctx: ServiceContext,
  raw: z.input<typeof MoveWorkflowTaskInput>,
): Promise<{ workflow_id: number }> {
  const { workflow_task_id, order } = MoveWorkflowTaskInput.parse(raw);
  const { workflow } = await requireWorkflowTask(ctx, workflow_task_id, "write");
  return ctx.db.transaction(async (tx) => {
    await lockWorkflow(tx, workflow.id);
    await requireIdleWorkflow(tx, workflow.id, "Tasks cannot be reordered");
    const rows = await tx
      .select({ id: workflowTasks.id, order: workflowTasks.order })
      .from(workflowTasks)
      .where(eq(workflowTasks.workflow_id, workflow.id))
      .orderBy(asc(workflowTasks.order));
    const others = rows.filter((row) => row.id !== workflow_task_id);
    const moved = rows.filter((row) => row.id === workflow_task_id);
    const next = [...others.slice(0, order), ...moved, ...others.slice(order)];
    for (const [position, row] of next.entries()) {
      if (row.order === position) continue;
      await tx.update(workflowTasks).set({ order: position }).where(eq(workflowTasks.id, row.id));
    }
    return { workflow_id: workflow.id };
  });
}
