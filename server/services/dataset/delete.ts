import { eq, sql } from "drizzle-orm";
import { datasets, jobs, leases } from "@/db/schema";
import { PreconditionError } from "@/server/contracts/errors";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { notify } from "@/server/services/database";
import { lockDataset } from "@/server/services/dataset/lock";
import { findActiveJob } from "@/server/services/job/find-active";

/**
 * The dataset is gone at once for everybody, and with it the history of its jobs; the jobs and all files stay. A
 * runner deletes the rows afterwards, so that nobody waits for a million images.
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
    await tx.update(jobs).set({ dataset_id: null }).where(eq(jobs.dataset_id, dataset.id));
    await tx.insert(leases).values({ kind: "deletion", id: dataset.id });
    await notify(tx, "fractal_runner", "deletion");
    return { dataset_id: dataset.id };
  });
}
