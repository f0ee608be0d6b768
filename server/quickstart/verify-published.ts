/** Are the results of the published tasks what they should be? Opened with the libraries of their package. */
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import type { ImageRow } from "@/server/contracts/image";
import type { WorkflowView } from "@/server/contracts/workflow";
import { childEnvironment } from "@/server/environments/commands";
import type { ServiceContext } from "@/server/services/context";
import type { Verified } from "./report";
import { listAllImages } from "./verify";

const SCRIPT = fileURLToPath(new URL("./inspect_outputs.py", import.meta.url));

const OpenedImages = z.array(
  z.object({
    zarr_url: z.string(),
    axes: z.string(),
    shape: z.array(z.number()),
    brightest: z.number(),
    maximum_of_planes: z.number().nullable(),
    labels: z.record(
      z.string(),
      z.object({ shape: z.array(z.number()), objects: z.number(), covered: z.number() }),
    ),
    tables: z.record(
      z.string(),
      z.object({
        rows: z.number(),
        columns: z.array(z.string()),
        is_finite: z.boolean(),
        fits_label: z.string().nullable(),
      }),
    ),
  }),
);
export type OpenedImage = z.infer<typeof OpenedImages>[number];

/** @param python Interpreter of an environment that has ngio; code of the package may run in it. */
export async function openImages(
  python: string,
  images: readonly Pick<ImageRow, "zarr_url" | "origin">[],
): Promise<OpenedImage[]> {
  const asked = images.map(({ zarr_url, origin }) => ({ zarr_url, origin }));
  const { stdout } = await execa(python, ["-I", SCRIPT], {
    env: childEnvironment(process.env, true),
    extendEnv: false,
    input: JSON.stringify(asked),
  });
  return OpenedImages.parse(JSON.parse(stdout));
}

/** Each stack of the image list has a projection with a label image and a table of its objects. */
export async function verifyPublished(
  ctx: ServiceContext,
  { datasetId, workflow, python }: { datasetId: number; workflow: WorkflowView; python: string },
): Promise<Verified & { summary: string }> {
  const listed = await listAllImages(ctx, datasetId);
  const stacks = listed.filter(({ types }) => types["is_3D"]);
  const projections = listed.filter(({ types }) => types["is_3D"] === false);
  const problems: string[] = [];
  if (stacks.length === 0) problems.push("The image list has no stack.");
  for (const { zarr_url } of stacks)
    if (projections.filter(({ origin }) => origin === zarr_url).length !== 1)
      problems.push(`${zarr_url} has no projection in the image list.`);
  const expected = expectedOf(workflow);
  const opened = await openOrExplain(python, projections, problems);
  for (const image of opened) problems.push(...problemsOf(image, expected));
  const objects = opened.reduce((sum, { labels }) => sum + (labels[expected.label]?.objects ?? 0), 0);
  const features = opened.flatMap(({ tables }) => tables[expected.table]?.columns.length ?? []);
  const shapes = [...new Set(opened.map(({ shape }) => shape.join(" × ")))].join(", ");
  return {
    count: listed.length,
    problems,
    summary: `${listed.length} images, projections of ${shapes} pixels, ${objects} objects with ${Math.max(0, ...features)} features each`,
  };
}

/** What the workflow says of its results. */
type Expected = { label: string; table: string; isMaximum: boolean };

function expectedOf({ tasks }: WorkflowView): Expected {
  const find = (key: string) => tasks.map(({ args_parallel }) => args_parallel?.[key]).find(isText) ?? "";
  return {
    label: find("output_label_name"),
    table: find("output_table_name"),
    isMaximum: tasks.some(({ args_non_parallel }) => args_non_parallel?.["method"] === MAXIMUM),
  };
}
const MAXIMUM = "Maximum intensity projection";
const isText = (value: unknown) => typeof value === "string";

async function openOrExplain(
  python: string,
  images: readonly ImageRow[],
  problems: string[],
): Promise<OpenedImage[]> {
  try {
    return await openImages(python, images);
  } catch (err) {
    const { stderr = String(err) } = err as { stderr?: string };
    problems.push(`The images cannot be opened with ngio: ${stderr.trimEnd().split("\n").at(-1)}.`);
    return [];
  }
}

/** A sentence per thing that is wrong with one projection. */
export function problemsOf(image: OpenedImage, { label, table, isMaximum }: Expected): string[] {
  const { zarr_url, axes, shape, brightest } = image;
  const problems: string[] = [];
  const z = axes.indexOf("z");
  if (z >= 0 && shape[z] !== 1) problems.push(`${zarr_url} has ${shape[z]} planes after the projection.`);
  if (brightest === 0) problems.push(`${zarr_url} is black.`);
  if (isMaximum && image.maximum_of_planes === null)
    problems.push(`${zarr_url} is not the maximum of its stack.`);
  const objects = image.labels[label];
  if (!objects) return [...problems, `${zarr_url} has no label image ${label}.`];
  const plane = shape.filter((_, axis) => axes[axis] !== "c");
  if (objects.shape.join() !== plane.join())
    problems.push(`The label image of ${zarr_url} has the shape ${objects.shape.join(" × ")}.`);
  if (objects.objects === 0) problems.push(`The label image of ${zarr_url} is empty.`);
  const features = image.tables[table];
  if (!features) return [...problems, `${zarr_url} has no table ${table}.`];
  if (features.fits_label !== label)
    problems.push(`The ${features.rows} rows of ${table} are not the objects of ${label} in ${zarr_url}.`);
  if (!features.is_finite || features.columns.length === 0)
    problems.push(`The table ${table} of ${zarr_url} lacks numbers.`);
  return problems;
}
