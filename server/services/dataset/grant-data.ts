import { and, eq } from "drizzle-orm";
import { one } from "@/db/rows";
import { projectMembers, resources, users } from "@/db/schema";
import { isInside } from "@/server/contracts/common";
import { PreconditionError } from "@/server/contracts/errors";
import { requireDataset, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** Folders of this machine whose files a person may read through a dataset; absolute, symbolic links not followed. */
export type DataGrant = {
  /** The dataset's folder: paths are relative to it. */
  readonly zarr_dir: string;
  /** Project folders above `zarr_dir`. If `zarr_dir` is a link, it may lead into one of these, or of `allowed_dirs`. */
  readonly home_dirs: readonly string[];
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
  return {
    zarr_dir,
    home_dirs: await homesOf(ctx, dataset),
    allowed_dirs: requireUser(ctx).project_dirs,
  };
}

/** Of the members, because one of them made it; none if that person has left the project. */
async function homesOf(
  ctx: ServiceContext,
  dataset: { project_id: number; zarr_dir: string },
): Promise<readonly string[]> {
  const members = await ctx.db
    .select({ project_dirs: users.project_dirs })
    .from(users)
    .innerJoin(projectMembers, eq(projectMembers.user_id, users.id))
    .where(and(eq(projectMembers.project_id, dataset.project_id), eq(projectMembers.is_verified, true)));
  return members
    .flatMap(({ project_dirs }) => project_dirs)
    .filter((folder) => isInside(dataset.zarr_dir, folder));
}
