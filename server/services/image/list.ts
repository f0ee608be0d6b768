import { and, eq, sql } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { images, imageStatuses, workflows, workflowTasks } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { ListImagesInput } from "@/server/contracts/image";
import type { ImagePage } from "@/server/contracts/image";
import { requireDataset } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { countImages, imageTotals, rememberPerVersion } from "@/server/services/image/counts";
import { matchingImages } from "@/server/services/image/filter";

/**
 * So many are faster found by their filters and then sorted, wherever they stand in the list. PostgreSQL cannot
 * know how many match; left to choose, it sometimes walks a list of 1,000,000 images in order to find one plate.
 * `+ 0` takes the index on the position away from it.
 */
const FEW = 20_000;

/** One page in list order. @throws NotFoundError for a workflow task of another project too. */
export async function listImages(ctx: ServiceContext, raw: ListImagesInput): Promise<ImagePage> {
  const input = ListImagesInput.parse(raw);
  const dataset = await requireDataset(ctx, input.dataset_id, "read");
  const taskId = input.workflow_task_id;
  if (taskId !== undefined) await requireTaskOfProject(ctx, taskId, dataset.project_id);

  const { type_filters, attribute_filters, search } = input;
  const matching = matchingImages(dataset.id, input, search);
  const key = `count:${JSON.stringify([type_filters, attribute_filters, search ?? ""])}`;
  const matchingCount = await rememberPerVersion(dataset, key, () => countImages(ctx, matching));
  const [items, totals] = await Promise.all([
    ctx.db
      .select({
        id: images.id,
        zarr_url: images.zarr_url,
        origin: images.origin,
        attributes: images.attributes,
        types: images.types,
        state: taskId === undefined ? sql<null>`NULL` : imageStatuses.state,
      })
      .from(images)
      .leftJoin(
        imageStatuses,
        and(eq(imageStatuses.image_id, images.id), eq(imageStatuses.workflow_task_id, taskId ?? 0)),
      )
      .where(matching)
      .orderBy(matchingCount <= FEW ? sql`${images.position} + 0` : images.position)
      .limit(input.limit)
      .offset(input.offset),
    imageTotals(ctx, [dataset]),
  ]);
  return { items, matching: matchingCount, total: totals.get(dataset.id) ?? 0 };
}

async function requireTaskOfProject(ctx: ServiceContext, taskId: number, projectId: number): Promise<void> {
  const rows = await ctx.db
    .select({ id: workflowTasks.id })
    .from(workflowTasks)
    .innerJoin(workflows, eq(workflows.id, workflowTasks.workflow_id))
    .where(and(eq(workflowTasks.id, taskId), eq(workflows.project_id, projectId)));
  if (!maybeOne(rows)) throw new NotFoundError("Workflow task", taskId);
}
