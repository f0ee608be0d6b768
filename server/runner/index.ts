/**
 * The runner: wires the layers below.
 *
 * Glossary. *Job*: one submission of a workflow on a dataset. *Run*: one executed workflow task of a job.
 * *Unit*: one call of a task's command. *Attempt*: one try of a unit. *Batch*: attempts under one worker, in one
 * folder, once. *Submission*: one launch of batches. *Executor*: where batches run. *Lease*: the right to drive.
 */
import { availableParallelism, totalmem } from "node:os";
import type { Db } from "@/db/client";
import { runActivity } from "@/server/environments/run-activity";
import { TasksPythonConfig } from "@/server/contracts/resource";
import type { DiskRule } from "@/server/domain/jobs/disk-rule";
import type { Logger } from "@/server/platform/logger";
import type { Host } from "./engine/context";
import { submitWorkflow } from "./engine/submit-workflow";
import type { Executor } from "./executors/executor";
import { LocalExecutor } from "./executors/local";
import { archiveJob } from "./lifecycle/archive";
import { answerCall } from "./lifecycle/calls";
import { deleteDatasetRows } from "./lifecycle/delete-dataset-rows";
import { removeOldArchives } from "./lifecycle/old-archives";
import { removeOldUploads } from "./lifecycle/uploads";
import { startLifecycle } from "./lifecycle/runner";
import type { DriveDeps, Runner } from "./lifecycle/runner";
import { loadResource } from "./store/activity";
import { loadJob } from "./store/job";

export type { Runner };

const HOST = { cpus: availableParallelism(), memMb: Math.floor(totalmem() / 1e6) };

/** Start the runner of this process; it works until `stop`. */
export function startRunner(options: {
  databaseUrl: string;
  /** Where the web part puts uploads. */
  dataDir: string;
  /** Archives of jobs are deleted so many days after the end of the job; absent: never. */
  jobLogDays?: number | undefined;
  /** What the disks must have free for new work to begin; absent: nothing. */
  minFree?: DiskRule;
  log: Logger;
}): Promise<Runner> {
  const { dataDir, jobLogDays, minFree, ...others } = options;
  return startLifecycle({
    ...others,
    drive: {
      job: (deps, id) => driveJob(deps, id, { ...HOST, ...(minFree && { minFree }) }),
      activity: (deps, id) => runActivity({ ...deps, dataDir }, id),
      janitor: archiveJob,
      deletion: deleteDatasetRows,
    },
    answer: (db, call, signal) => answerCall(db, () => new LocalExecutor("python3"), call, signal),
    cleanUp: async (db) => {
      await removeOldUploads(db, dataDir);
      if (jobLogDays !== undefined) await removeOldArchives(db, jobLogDays, options.log);
    },
  });
}

async function driveJob(deps: DriveDeps, jobId: number, host: Host): Promise<void> {
  const loaded = await loadJob(deps.db, jobId);
  if (!loaded) return;
  await submitWorkflow({ ...deps, host, executor: executorFor(deps.db, loaded.resource) }, jobId);
}

/** @throws Error for a resource type that has no executor yet. */
function executorFor(db: Db, resource: { id: number; type: string; name: string }): Executor {
  if (resource.type !== "local")
    throw new Error(`resource ${resource.name} is of type ${resource.type}, which cannot run jobs yet`);
  return new LocalExecutor(() => interpreterOf(db, resource.id));
}

async function interpreterOf(db: Db, resourceId: number): Promise<string> {
  const resource = await loadResource(db, resourceId);
  const python = TasksPythonConfig.parse(resource?.document["tasks_python_config"]);
  return python.versions[python.default_version] ?? "python3";
}
