import { and, eq, gt, sql } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import { workflowTasks } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { WorkflowTaskIdInput } from "@/server/contracts/workflow";
import { requireWorkflowTask } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { lockWorkflow, requireIdleWorkflow } from "@/server/services/workflow/lock";

/** @throws PreconditionError while a job runs the workflow. */
export async function removeWorkflowTask(
  ctx: ServiceContext,
  raw: z.input<typeof WorkflowTaskIdInput>,
): Promise<{ workflow_id: number }> {
  const { workflow_task_id } = WorkflowTaskIdInput.parse(raw);
  const { workflow } = await requireWorkflowTask(ctx, workflow_task_id, "write");
  return ctx.db.transaction(async (tx) => {
    await lockWorkflow(tx, workflow.id);
    await requireIdleWorkflow(tx, workflow.id, "A task cannot be removed");
    const rows = await tx
      .delete(workflowTasks)
      .where(eq(workflowTasks.id, workflow_task_id))
      .returning({ order: workflowTasks.order });
    const gone = maybeOne(rows);
    if (!gone) throw new NotFoundError("Workflow task", workflow_task_id);
    await tx
      .update(workflowTasks)
      .set({ order: sql`${workflowTasks.order} - 1` })
      .where(and(eq(workflowTasks.workflow_id, workflow.id), gt(workflowTasks.order, gone.order)));
    return { workflow_id: workflow.id };
  });
}
