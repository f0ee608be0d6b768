/**
 * A script does what a person does in the browser: project, dataset and workflow, a job, its progress, its images.
 *
 *     export FRACTAL_URL=http://localhost:3000 FRACTAL_TOKEN=fractal_…
 *     npx tsx examples/scripts/run-workflow.ts --images FOLDER
 *
 * The token needs the scopes read, write and run (My profile → New token). Exit code 0: the job is done.
 * Everything typed here comes from one import of a type: inputs, answers and the names of the calls.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TRPCClientError, createTRPCClient, httpLink } from "@trpc/client";
import type { inferRouterInputs } from "@trpc/server";
import type { AppRouter } from "../../server/api/root";

const { FRACTAL_URL = "http://localhost:3000", FRACTAL_TOKEN } = process.env;
const { values: options } = parseArgs({
  options: {
    /** A workflow file as the browser exports it. */
    workflow: {
      type: "string",
      default: fileURLToPath(new URL("../workflows/nuclei.json", import.meta.url)),
    },
    /** Folder of TIFF files on the server, for the workflow's first task. */
    images: { type: "string" },
    project: {
      type: "string",
      default: `Script ${new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-")}`,
    },
  },
});

const api = createTRPCClient<AppRouter>({
  links: [
    httpLink({
      url: `${FRACTAL_URL}/api/trpc`,
      headers: { authorization: `Bearer ${FRACTAL_TOKEN ?? ""}` },
    }),
  ],
});

type WorkflowFile = inferRouterInputs<AppRouter>["workflow"]["import"]["workflow"];

async function main(): Promise<number> {
  if (FRACTAL_TOKEN === undefined)
    throw new Error("Set FRACTAL_TOKEN to an API token (My profile → New token).");
  const user = await api.user.me.query();
  console.log(`${user.email} on ${user.profile?.resource_name ?? "no resource"}`);

  const { project_id } = await api.project.create.mutate({ name: options.project });
  const { dataset_id, zarr_dir } = await api.dataset.create.mutate({ project_id, name: "Images" });
  const { workflow_id } = await api.workflow.import.mutate({ project_id, workflow: readWorkflow() });
  console.log(`project ${project_id}, workflow ${workflow_id}, dataset ${dataset_id} in ${zarr_dir}`);

  const { job_id } = await api.job.submit.mutate({ workflow_id, dataset_id });
  console.log(`job ${job_id}: ${FRACTAL_URL}/jobs/${job_id}`);
  const job = await waitForEnd(job_id);
  if (job.state !== "done") {
    console.error(job.cause ? `${job.cause.title}. ${job.cause.text}\n${job.cause.next_step}` : job.log);
    return 1;
  }

  const { items, total } = await api.image.list.query({ dataset_id, limit: 500 });
  for (const image of items)
    console.log(image.zarr_url, JSON.stringify({ ...image.attributes, ...image.types }));
  console.log(`${total} images`);
  return 0;
}

function readWorkflow(): WorkflowFile {
  const file = JSON.parse(readFileSync(options.workflow, "utf8")) as WorkflowFile;
  const [first] = file.task_list;
  if (options.images !== undefined && first !== undefined)
    first.args_non_parallel = { ...first.args_non_parallel, images_folder: options.images };
  return file;
}

/** Prints a line whenever something moved. */
async function waitForEnd(job_id: number) {
  for (let shown = ""; ; await sleep(1_000)) {
    const job = await api.job.get.query({ job_id });
    const { units, current_task, state } = job;
    const line = `${state}, task ${(current_task?.order ?? 0) + 1} of ${job.tasks.length}: ${units.done} done, ${units.failed} failed of ${units.total} units`;
    if (line !== shown) console.log(line);
    shown = line;
    if (job.end_timestamp !== null) return job;
  }
}

main().then(
  (code) => (process.exitCode = code),
  (err: unknown) => {
    // The server's sentence says what is wrong and what to do.
    console.error(err instanceof TRPCClientError || err instanceof Error ? err.message : err);
    process.exitCode = 1;
  },
);
