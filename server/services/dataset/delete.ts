import { eq, sql } from "drizzle-orm";
import { datasets } from "@/db/schema";
import { PreconditionError } from "@/server/contracts/errors";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { lockDataset } from "@/server/services/dataset/lock";
import { findActiveJob } from "@/server/services/job/find-active";

/**
 * The dataset is gone at once for everybody; its rows and its files stay.
 *
 * @throws PreconditionError while a job works on it.
 */
export async function deleteDataset(
  ctx: ServiceContext,
  input: { dataset_id: number },
): Promise<{ dataset_id: number }> {
  const dataset = await requireDataset(ctx, input.dataset_id, "write");
  return ctx.db.transaction(async (tx) => {
    await lockDataset(tx, dataset.id);
    const job = await findActiveJob(tx, { dataset_id: dataset.id });
    if (job !== null)
      throw new PreconditionError(
        `Job ${job} works on the dataset '${dataset.name}'. Wait for its end, or stop it first.`,
      );
    await tx
      .update(datasets)
      .set({ deleted_at: sql`clock_timestamp()` })
      .where(eq(datasets.id, dataset.id));
    return { dataset_id: dataset.id };
  });
}
