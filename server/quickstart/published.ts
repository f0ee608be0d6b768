/**
 * The second workflow of the quickstart: tasks of the published package fractal-tasks-core, unmodified, on real
 * images. Which version is verified stands in one place, examples/workflows/published-nuclei.json.
 */
import { eq } from "drizzle-orm";
import path from "node:path";
import { maybeOne } from "@/db/rows";
import { taskGroups } from "@/db/schema";
import type { WorkflowFile } from "@/server/contracts/workflow";
import type { ServiceContext } from "@/server/services/context";
import { ensurePublished, findGroup } from "./package";
import { ensureRealImages } from "./real-images";
import { reportJob } from "./report";
import type { Verdict } from "./report";
import { Skipped } from "./skipped";
import { dim, say, step } from "./terminal.mjs";
import { verifyPublished } from "./verify-published";
import { chooseJob, ensureWorkflow, readWorkflowFile } from "./work";

export const PUBLISHED_PACKAGE = "fractal-tasks-core";
const WORKFLOW_FILE = "published-nuclei.json";

type Place = {
  ctx: ServiceContext;
  projectId: number;
  root: string;
  dataDir: string;
  python: string;
  signal: AbortSignal;
};

/**
 * @param whySkipped Reason that is known already, or null.
 * @returns Code 0 also if it was skipped, which is said in one line.
 * @throws Refusal
 */
export async function runPublished(place: Place, whySkipped: string | null): Promise<Verdict> {
  say();
  try {
    if (whySkipped !== null) throw new Skipped(whySkipped);
    return await run(place);
  } catch (err) {
    if (!(err instanceof Skipped)) throw err;
    const sentence = `Published tasks on real images are skipped: ${err.message}`;
    say(dim(sentence));
    return { code: 0, sentence };
  }
}

async function run({ ctx, projectId, signal, ...place }: Place): Promise<Verdict> {
  const file = readWorkflowFile(place.root, WORKFLOW_FILE);
  const version = versionIn(file);
  await step("Collect the published tasks", async () => ({
    value: null,
    note: await ensurePublished({ ctx, signal }, { pkg_name: PUBLISHED_PACKAGE, version }),
  }));
  const folder = await step("Real microscope images", async () => {
    const value = await ensureRealImages({ ...place, signal });
    return { value, note: `nuclei of human cells; their source: ${path.dirname(value)}/SOURCE.txt` };
  });
  const { workflow, chosen } = await step("Workflow, dataset", async () => {
    const workflow = await ensureWorkflow(ctx, { projectId, file, folder });
    const chosen = await chooseJob(ctx, { projectId, workflow, dataset: "Real nuclei" });
    return { value: { workflow, chosen }, note: workflow.name };
  });
  const python = await findInterpreter(ctx, version);
  return reportJob(ctx, chosen, {
    signal,
    verify: () => verifyPublished(ctx, { datasetId: chosen.dataset_id, workflow, python }),
    praise: ({ summary }) => `Opened again with ngio: ${summary}.`,
  });
}

function versionIn(file: WorkflowFile): string {
  const version = file.task_list.find(({ task }) => task.pkg_name === PUBLISHED_PACKAGE)?.task.version;
  if (!version) throw new Error(`${WORKFLOW_FILE} names no version of ${PUBLISHED_PACKAGE}`);
  return version;
}

/** Of the environment that was collected; it has the libraries that open the outputs. */
async function findInterpreter(ctx: ServiceContext, version: string): Promise<string> {
  const group = await findGroup(ctx, { pkg_name: PUBLISHED_PACKAGE, version });
  const rows = await ctx.db
    .select({ venv_path: taskGroups.venv_path })
    .from(taskGroups)
    .where(eq(taskGroups.id, group?.id ?? 0));
  return path.join(maybeOne(rows)?.venv_path ?? "", "bin", "python");
}
