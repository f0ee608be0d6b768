import { and, eq, isNull, sql } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import { images } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { EditImageInput } from "@/server/contracts/image";
import type { ImageRow } from "@/server/contracts/image";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { lockDataset, raiseImagesVersion } from "@/server/services/dataset/lock";
import { imageColumns } from "@/server/services/image/columns";

/** Given maps replace the stored maps entirely; absent maps stay. Allowed while a job runs. */
export async function editImage(ctx: ServiceContext, raw: z.input<typeof EditImageInput>): Promise<ImageRow> {
  const input = EditImageInput.parse(raw);
  const dataset = await requireDataset(ctx, input.dataset_id, "write");
  return ctx.db.transaction(async (tx) => {
    await lockDataset(tx, dataset.id);
    const rows = await tx
      .update(images)
      .set({
        ...(input.attributes ? { attributes: input.attributes } : {}),
        ...(input.types ? { types: input.types } : {}),
        version: sql`${images.version} + 1`,
      })
      .where(and(eq(images.id, input.image_id), eq(images.dataset_id, dataset.id), isNull(images.removed_at)))
      .returning(imageColumns);
    const image = maybeOne(rows);
    if (!image) throw new NotFoundError("Image", input.image_id);
    await raiseImagesVersion(tx, dataset.id);
    return { ...image, state: null };
  });
}
