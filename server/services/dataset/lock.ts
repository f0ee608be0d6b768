import { and, eq, isNull, sql } from "drizzle-orm";
import type { Queryable } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { datasets } from "@/db/schema";
import type { DatasetRow } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";

/** The lock that every writer of an image list takes, the runner's merge included; held until commit. */
export async function lockDataset(tx: Queryable, id: number): Promise<DatasetRow> {
  const rows = await tx
    .select()
    .from(datasets)
    .where(and(eq(datasets.id, id), isNull(datasets.deleted_at)))
    .for("no key update");
  const dataset = maybeOne(rows);
  if (!dataset) throw new NotFoundError("Dataset", id);
  return dataset;
}

/** Counts beside filters are cached under this number. */
export async function raiseImagesVersion(tx: Queryable, id: number): Promise<void> {
  await tx
    .update(datasets)
    .set({ images_version: sql`${datasets.images_version} + 1` })
    .where(eq(datasets.id, id));
}
