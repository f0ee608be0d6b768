import { eq } from "drizzle-orm";
import { one } from "@/db/rows";
import { resources } from "@/db/schema";
import { PreconditionError } from "@/server/contracts/errors";
import { requireDataset, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** Folders of this machine whose files a person may read through a dataset; absolute, symbolic links not followed. */
export type DataGrant = {
  /** The dataset's folder: paths are relative to it. */
  readonly zarr_dir: string;
  /** Where links in it may lead: the folders in which this person may make datasets anyway. */
  readonly allowed_dirs: readonly string[];
};

/**
 * What may be read of a dataset's images, as bytes.
 *
 * @throws NotFoundError for strangers.
 * @throws PreconditionError where this server cannot read the files at all; the sentence says where they are.
 */
export async function grantData(ctx: ServiceContext, input: { dataset_id: number }): Promise<DataGrant> {
  const dataset = await requireDataset(ctx, input.dataset_id, "read");
  const { zarr_dir } = dataset;
  if (!zarr_dir.startsWith("/"))
    throw new PreconditionError(
      `The images are in an object store (${zarr_dir}), which this server cannot read yet. Open the path with your own tools.`,
    );
  const resource = one(
    await ctx.db
      .select({ type: resources.type, name: resources.name })
      .from(resources)
      .where(eq(resources.id, dataset.project.resource_id)),
  );
  if (resource.type !== "local")
    throw new PreconditionError(
      `The images are on the cluster '${resource.name}', which this server cannot read yet. Open the path there.`,
    );
  return { zarr_dir, allowed_dirs: requireUser(ctx).project_dirs };
}
