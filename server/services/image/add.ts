import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { one } from "@/db/rows";
import { images } from "@/db/schema";
import { isInside } from "@/server/contracts/common";
import { InvalidInputError } from "@/server/contracts/errors";
import { AddImageInput } from "@/server/contracts/image";
import type { ImageRow } from "@/server/contracts/image";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { lockDataset, raiseImagesVersion } from "@/server/services/dataset/lock";
import { imageColumns } from "@/server/services/image/columns";

/**
 * Adds to the end of the list; nothing on disk is looked at. An image that was removed earlier comes back
 * with its history and the given attributes and types.
 *
 * @throws InvalidInputError at `zarr_url`: outside the dataset's folder, equal to it, or already listed.
 */
export async function addImage(ctx: ServiceContext, raw: z.input<typeof AddImageInput>): Promise<ImageRow> {
  const input = AddImageInput.parse(raw);
  const { id, zarr_dir } = await requireDataset(ctx, input.dataset_id, "write");
  const refuse = (reason: string) => new InvalidInputError(reason, { zarr_url: reason });
  if (!isInside(input.zarr_url, zarr_dir))
    throw refuse(`Must be below the folder of the dataset, ${zarr_dir}.`);
  return ctx.db.transaction(async (tx) => {
    await lockDataset(tx, id);
    const [known] = await tx
      .select({ id: images.id, removed_at: images.removed_at })
      .from(images)
      .where(sql`${images.dataset_id} = ${id} AND ${images.zarr_url} = ${input.zarr_url}`);
    if (known && known.removed_at === null) throw refuse("This image is already in the dataset.");
    const values = {
      origin: null,
      attributes: input.attributes ?? {},
      types: input.types ?? {},
      position: sql<number>`(SELECT coalesce(max(i.position) + 1, 0) FROM image i WHERE i.dataset_id = ${id} AND i.removed_at IS NULL)`,
    };
    const rows = known
      ? await tx
          .update(images)
          .set({ ...values, removed_at: null, version: sql`${images.version} + 1` })
          .where(eq(images.id, known.id))
          .returning(imageColumns)
      : await tx
          .insert(images)
          .values({ ...values, dataset_id: id, zarr_url: input.zarr_url })
          .returning(imageColumns);
    await raiseImagesVersion(tx, id);
    return { ...one(rows), state: null };
  });
}
