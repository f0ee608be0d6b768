import { eq } from "drizzle-orm";
import type { z } from "zod";
import { datasets } from "@/db/schema";
import { RenameDatasetInput } from "@/server/contracts/project";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

export async function renameDataset(
  ctx: ServiceContext,
  raw: z.input<typeof RenameDatasetInput>,
): Promise<{ dataset_id: number }> {
  const input = RenameDatasetInput.parse(raw);
  const dataset = await requireDataset(ctx, input.dataset_id, "write");
  await ctx.db.update(datasets).set({ name: input.name }).where(eq(datasets.id, dataset.id));
  return { dataset_id: dataset.id };
}
