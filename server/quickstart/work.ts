/** Project, workflow, dataset and job: found again on a second start, made on the first. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";
import type { JobState } from "@/server/contracts/enums";
import { WorkflowFile } from "@/server/contracts/workflow";
import type { WorkflowView } from "@/server/contracts/workflow";
import type { ServiceContext } from "@/server/services/context";
import { createDataset } from "@/server/services/dataset/create";
import { listDatasets } from "@/server/services/dataset/list";
import { listJobs } from "@/server/services/job/list";
import { submitJob } from "@/server/services/job/submit";
import { createProject } from "@/server/services/project/create";
import { listProjects } from "@/server/services/project/list";
import { getWorkflow } from "@/server/services/workflow/get";
import { importWorkflow } from "@/server/services/workflow/import";
import { listWorkflows } from "@/server/services/workflow/list";
import type { RawImages } from "./images";

const PROJECT = "Quickstart";
const CONVERT = "Convert TIFF Folder";
const PROJECT_Z = "Project Z";
const SEGMENT = "Segment Nuclei";

export async function ensureProject(ctx: ServiceContext): Promise<number> {
  const own = (await listProjects(ctx)).find(({ name, is_owner }) => name === PROJECT && is_owner);
  const description = "Made by npm run quickstart.";
  return own?.id ?? (await createProject(ctx, { name: PROJECT, description })).project_id;
}

/** One of `examples/workflows`. */
export function readWorkflowFile(root: string, name: string): WorkflowFile {
  const json: unknown = JSON.parse(readFileSync(path.join(root, "examples/workflows", name), "utf8"));
  return WorkflowFile.parse(json);
}

/** The workflow that reads this folder, as the user may have changed it since; else a new one from the file. */
export async function ensureWorkflow(
  ctx: ServiceContext,
  { projectId, file, folder }: { projectId: number; file: WorkflowFile; folder: string },
): Promise<WorkflowView> {
  const existing = await listWorkflows(ctx, { project_id: projectId });
  for (const { id } of existing) {
    const workflow = await getWorkflow(ctx, { workflow_id: id });
    if (workflow.tasks.some(({ args_non_parallel: args }) => args?.["images_folder"] === folder))
      return workflow;
  }
  const name = freeName(
    file.name,
    existing.map((row) => row.name),
  );
  const workflow = reading(file, folder);
  const { workflow_id } = await importWorkflow(ctx, { project_id: projectId, name, workflow });
  return getWorkflow(ctx, { workflow_id });
}

/** The same workflow, on the images of this folder. */
function reading(file: WorkflowFile, images_folder: string): WorkflowFile {
  const task_list = file.task_list.map((entry) =>
    entry.task.name === CONVERT
      ? { ...entry, args_non_parallel: { ...entry.args_non_parallel, images_folder } }
      : entry,
  );
  return { ...file, task_list };
}

/**
 * The file describes the simulated microscope. Of a folder of somebody's own we know only what its file names
 * say: no channel names, no pixel size; and a single plane cannot be projected.
 */
export function fitToImages(file: WorkflowFile, images: RawImages): WorkflowFile {
  const task_list = file.task_list
    .filter(({ task }) => images.planes > 1 || task.name !== PROJECT_Z)
    .map((entry) => {
      const { channel_names, channel_colors, pixel_size_um, z_spacing_um, ...others } =
        entry.args_non_parallel ?? {};
      const microscope = { channel_names, channel_colors, pixel_size_um, z_spacing_um };
      if (entry.task.name === CONVERT)
        return {
          ...entry,
          args_non_parallel: { ...others, ...(images.isSimulated ? defined(microscope) : {}) },
        };
      if (entry.task.name === SEGMENT && !images.isSimulated)
        return { ...entry, args_parallel: { ...entry.args_parallel, channel: "0" } };
      return entry;
    });
  const name = images.isSimulated ? file.name : `${file.name} (${path.basename(images.folder)})`;
  return { ...file, name, task_list };
}

const defined = <T>(record: Record<string, T | undefined>) =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined));

/** What to do about the workflow's job: watch one that is there, or the one that was just submitted. */
export type ChosenJob = { job_id: number; dataset_id: number; is: "new" | "under way" | "done before" };

/**
 * A job that runs is watched and a job that is done is verified; after a failed or stopped one, and after the
 * dataset was deleted, a new one runs on a fresh dataset.
 *
 * @param input.dataset Name of that dataset; a number is added if it is taken.
 */
export async function chooseJob(
  ctx: ServiceContext,
  { projectId, workflow, dataset: base }: { projectId: number; workflow: WorkflowView; dataset: string },
): Promise<ChosenJob> {
  const datasets = await listDatasets(ctx, { project_id: projectId });
  const [last] = await listJobs(ctx, { workflow_id: workflow.id, limit: 1 });
  const dataset = datasets.find(({ id }) => id === last?.dataset_id);
  if (last && dataset) {
    const { id: job_id, state } = last;
    if (isActive(state)) return { job_id, dataset_id: dataset.id, is: "under way" };
    if (state === "done") return { job_id, dataset_id: dataset.id, is: "done before" };
  }
  // Made by a quickstart that was killed before it could submit.
  const unused = last
    ? undefined
    : datasets.find((row) => row.name === base && !row.last_job && row.images === 0);
  const dataset_id = unused?.id ?? (await newDataset(ctx, projectId, base, datasets)).dataset_id;
  const { job_id } = await submitJob(ctx, { workflow_id: workflow.id, dataset_id });
  return { job_id, dataset_id, is: "new" };
}

export const isActive = (state: JobState) => ACTIVE_JOB_STATES.some((active) => active === state);

function newDataset(
  ctx: ServiceContext,
  projectId: number,
  base: string,
  others: readonly { name: string }[],
) {
  const name = freeName(
    base,
    others.map((row) => row.name),
  );
  return createDataset(ctx, { project_id: projectId, name });
}

/** Of letters that the name of a dataset may have. */
export function datasetName({ isSimulated, folder }: RawImages): string {
  if (isSimulated) return "Simulated plate";
  return (
    path
      .basename(folder)
      .replace(/[^A-Za-z0-9_. -]+/g, "_")
      .trim() || "Images"
  );
}

/** `base`, or `base 2`, `base 3`, … */
function freeName(base: string, taken: readonly string[]): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base} ${n}`;
    if (!taken.includes(name)) return name;
  }
}
