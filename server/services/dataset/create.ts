import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { one } from "@/db/rows";
import { datasets, resources } from "@/db/schema";
import { isInside, normalizeAbsolutePath } from "@/server/contracts/common";
import { InvalidInputError } from "@/server/contracts/errors";
import { CreateDatasetInput } from "@/server/contracts/project";
import { sanitiseName } from "@/server/domain/workflow/names";
import { futureRealpath, isReallyBelow } from "@/server/platform/containment";
import { requireProject, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";

/**
 * Makes nothing on disk. The folder is fixed for good: renaming the project or the dataset keeps it.
 *
 * @throws InvalidInputError at `project_dir` for a folder that is not one of the user's.
 */
export async function createDataset(
  ctx: ServiceContext,
  raw: z.input<typeof CreateDatasetInput>,
): Promise<{ dataset_id: number; zarr_dir: string }> {
  const input = CreateDatasetInput.parse(raw);
  const project = await requireProject(ctx, input.project_id, "write");
  const user = requireUser(ctx);
  if (input.zarr_subfolder && !input.project_dir)
    throw new InvalidInputError("A subfolder needs a project folder.", {
      project_dir: "Required when a subfolder is given.",
    });
  const base = input.project_dir ?? user.project_dirs[0];
  if (base === undefined || !user.project_dirs.includes(base))
    throw new InvalidInputError("You may not create datasets in this folder.", {
      project_dir: `Must be one of your folders: ${user.project_dirs.join(", ")}.`,
    });
  const resource = one(
    await ctx.db
      .select({ type: resources.type })
      .from(resources)
      .where(eq(resources.id, project.resource_id)),
  );
  return ctx.db.transaction(async (tx) => {
    // The id is part of the path, so it is drawn before the row is written.
    const drawn = await rowsOf<{ id: number }>(
      tx,
      sql`SELECT nextval(pg_get_serial_sequence('dataset', 'id')) AS id`,
    );
    const { id } = one(drawn);
    const subfolder =
      input.zarr_subfolder ??
      `fractal/${project.id}_${sanitiseName(project.name)}/${id}_${sanitiseName(input.name)}`;
    const zarr_dir = normalizeAbsolutePath(`${base}/${subfolder}`);
    if (!isInside(zarr_dir, normalizeAbsolutePath(base)))
      throw new InvalidInputError("The folder of a dataset must lie below the project folder.", {
        zarr_subfolder: "Must be a path below the project folder.",
      });
    if (resource.type === "local") await requireNoWayOut(zarr_dir, user.project_dirs);
    await tx
      .insert(datasets)
      .overridingSystemValue()
      .values({ id, project_id: project.id, name: input.name, zarr_dir });
    return { dataset_id: id, zarr_dir };
  });
}

/** Early word of what reading the files would refuse (`server/http/data-file.ts`): a link may come later, too. */
async function requireNoWayOut(zarrDir: string, projectDirs: readonly string[]): Promise<void> {
  const real = await futureRealpath(zarrDir);
  if (real === zarrDir || (await isReallyBelow(real, projectDirs))) return;
  throw new InvalidInputError("A link on the way to this folder leads out of your project folders.", {
    zarr_subfolder: `A link leads to ${real}, which is in none of your project folders.`,
  });
}
