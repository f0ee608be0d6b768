import { eq } from "drizzle-orm";
import type { z } from "zod";
import { workflows } from "@/db/schema";
import { RenameWorkflowInput } from "@/server/contracts/workflow";
import { requireWorkflow } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { refuseTakenName } from "@/server/services/workflow/create";

export async function renameWorkflow(
  ctx: ServiceContext,
  raw: z.input<typeof RenameWorkflowInput>,
): Promise<{ workflow_id: number }> {
  const { workflow_id, name } = RenameWorkflowInput.parse(raw);
  const workflow = await requireWorkflow(ctx, workflow_id, "write");
  await refuseTakenName(name, () =>
    ctx.db.update(workflows).set({ name }).where(eq(workflows.id, workflow.id)),
  );
  return { workflow_id: workflow.id };
}
