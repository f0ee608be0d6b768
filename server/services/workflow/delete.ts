import { eq } from "drizzle-orm";
import { workflows } from "@/db/schema";
import { requireWorkflow } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { lockWorkflow, requireIdleWorkflow } from "@/server/services/workflow/lock";

/** Its jobs stay, with what they recorded. @throws PreconditionError while a job runs it. */
export async function deleteWorkflow(
  ctx: ServiceContext,
  input: { workflow_id: number },
): Promise<{ workflow_id: number }> {
  const workflow = await requireWorkflow(ctx, input.workflow_id, "write");
  return ctx.db.transaction(async (tx) => {
    await lockWorkflow(tx, workflow.id);
    await requireIdleWorkflow(tx, workflow.id, "The workflow cannot be deleted");
    await tx.delete(workflows).where(eq(workflows.id, workflow.id));
    return { workflow_id: workflow.id };
  });
}
