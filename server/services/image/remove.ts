import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { images, imageStatuses } from "@/db/schema";
import { RemoveImagesInput } from "@/server/contracts/image";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { lockDataset, raiseImagesVersion } from "@/server/services/dataset/lock";

/**
 * Takes images off the list; files stay on disk and history stays readable. Ids that are not on the list
 * are passed over, so a repeated request is harmless.
 */
export async function removeImages(
  ctx: ServiceContext,
  raw: z.input<typeof RemoveImagesInput>,
): Promise<{ removed: number }> {
  const input = RemoveImagesInput.parse(raw);
  const dataset = await requireDataset(ctx, input.dataset_id, "write");
  return ctx.db.transaction(async (tx) => {
    await lockDataset(tx, dataset.id);
    const rows = await tx
      .update(images)
      .set({ removed_at: sql`clock_timestamp()`, version: sql`${images.version} + 1` })
      .where(
        and(
          eq(images.dataset_id, dataset.id),
          inArray(images.id, input.image_ids),
          isNull(images.removed_at),
        ),
      )
      .returning({ id: images.id });
    if (rows.length === 0) return { removed: 0 };
    // An image that is added again starts without a state.
    const ids = rows.map((row) => row.id);
    await tx.delete(imageStatuses).where(inArray(imageStatuses.image_id, ids));
    await raiseImagesVersion(tx, dataset.id);
    return { removed: rows.length };
  });
}
