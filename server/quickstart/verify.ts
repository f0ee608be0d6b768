/** Is everything there that should be? On disk and in the image list. */
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { JobView } from "@/server/contracts/job";
import type { ImageRow } from "@/server/contracts/image";
import type { WorkflowView } from "@/server/contracts/workflow";
import type { ServiceContext } from "@/server/services/context";
import { getDataset } from "@/server/services/dataset/get";
import { listImages } from "@/server/services/image/list";
import type { RawImages } from "./images";

const PAGE = 500;

/** @returns Number of images, and a sentence per thing that is wrong. */
export async function verifyImages(
  ctx: ServiceContext,
  {
    job,
    datasetId,
    workflow,
    images,
  }: { job: JobView; datasetId: number; workflow: WorkflowView; images: RawImages },
): Promise<{ count: number; problems: string[] }> {
  const { zarr_dir } = await getDataset(ctx, { dataset_id: datasetId });
  const listed = new Map((await listAllImages(ctx, datasetId)).map((image) => [image.zarr_url, image]));
  const expected = expectedImages(zarr_dir, { tasks: job.tasks.map(({ name }) => name), workflow, images });
  const problems: string[] = [];
  for (const url of expected) {
    const image = listed.get(url);
    if (!image) problems.push(`${url} is not in the image list.`);
    const onDisk = await problemOnDisk(url, image);
    if (onDisk) problems.push(onDisk);
  }
  for (const url of listed.keys())
    if (!expected.includes(url)) problems.push(`${url} is in the list unexpectedly.`);
  return { count: expected.length, problems };
}

/** One per field, and its projection if there were planes to project. */
export function expectedImages(
  zarrDir: string,
  {
    tasks,
    workflow,
    images,
  }: { tasks: readonly string[]; workflow: Pick<WorkflowView, "tasks">; images: RawImages },
): string[] {
  const args = workflow.tasks.map(({ args_non_parallel }) => args_non_parallel?.["plate_name"]);
  const plate = args.find((name) => typeof name === "string") ?? "plate";
  const hasProjection = tasks.includes("Project Z") && images.planes > 1;
  return [`${plate}.zarr`, ...(hasProjection ? [`${plate}_mip.zarr`] : [])].flatMap((folder) =>
    images.wells.flatMap(({ path: well, fields }) =>
      Array.from({ length: fields }, (_, field) => `${zarrDir}/${folder}/${well}/${field}`),
    ),
  );
}

/** In pages; the quickstart's datasets are small. */
export async function listAllImages(ctx: ServiceContext, dataset_id: number): Promise<ImageRow[]> {
  const found: ImageRow[] = [];
  for (;;) {
    const page = await listImages(ctx, { dataset_id, offset: found.length, limit: PAGE });
    found.push(...page.items);
    if (page.items.length < PAGE) return found;
  }
}

const Multiscales = z.object({
  multiscales: z.array(z.object({ datasets: z.array(z.object({ path: z.string() })).min(1) })).min(1),
});
const ArrayMetadata = z.object({ shape: z.array(z.int().positive()).min(2), dtype: z.string() });

/** Image, and label image if the list says that there is one. */
async function problemOnDisk(url: string, image: ImageRow | undefined): Promise<string | null> {
  const problem = await problemOfPyramid(url);
  if (problem !== null || !image?.types["segmented"]) return problem;
  return problemOfPyramid(path.join(url, "labels", "nuclei"));
}

/** Metadata of every level can be read, and every level has pixels. */
async function problemOfPyramid(folder: string): Promise<string | null> {
  try {
    const { multiscales } = Multiscales.parse(await readJson(path.join(folder, ".zattrs")));
    for (const { path: level } of multiscales.flatMap(({ datasets }) => datasets)) {
      const array = path.join(folder, level);
      ArrayMetadata.parse(await readJson(path.join(array, ".zarray")));
      const entries = (await readdir(array)).filter((name) => !name.startsWith("."));
      if (entries.length === 0) return `${array} has no pixels.`;
    }
    return null;
  } catch (err) {
    return `${folder} cannot be read as OME-Zarr: ${(err as Error).message.split("\n")[0]}.`;
  }
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, "utf8"));
