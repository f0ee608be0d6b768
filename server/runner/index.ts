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
import { ResourceCreate, TasksPythonConfig } from "@/server/contracts/resource";
import type { DiskRule } from "@/server/domain/jobs/disk-rule";
import { effectiveResource } from "@/server/domain/resources/effective";
import type { Logger } from "@/server/platform/logger";
import type { Host } from "./engine/context";
import { submitWorkflow } from "./engine/submit-workflow";
import type { Executor } from "./executors/executor";
import { LocalExecutor } from "./executors/local";
import { SlurmExecutor } from "./executors/slurm";
import { SlurmPoller } from "./executors/slurm-poller";
import { archiveJob } from "./lifecycle/archive";
import { answerCall } from "./lifecycle/calls";
import { deleteDatasetRows } from "./lifecycle/delete-dataset-rows";
import { removeOldArchives } from "./lifecycle/old-archives";
import { removeOldUploads } from "./lifecycle/uploads";
import { startLifecycle } from "./lifecycle/runner";
import type { DriveDeps, Runner } from "./lifecycle/runner";
import { loadResource } from "./store/activity";
import { loadJob } from "./store/job";
import { SudoTransport } from "./transports/sudo";

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
    answer: (db, call, signal) => answerCall(db, (place) => readerFor(db, place), call, signal),
    cleanUp: async (db) => {
      await removeOldUploads(db, dataDir);
      if (jobLogDays !== undefined) await removeOldArchives(db, jobLogDays, options.log);
    },
  });
}

async function driveJob(deps: DriveDeps, jobId: number, host: Host): Promise<void> {
  const loaded = await loadJob(deps.db, jobId);
  if (!loaded) return;
  await submitWorkflow(
    { ...deps, host, executor: executorFor(deps.db, loaded.resource, loaded.profile.username) },
    jobId,
  );
}

type ResourceOf = { id: number; type: string; name: string; document: Record<string, unknown> };

/** One for each resource: however many jobs run there, the scheduler is asked once per interval. */
const pollers = new Map<string, SlurmPoller>();

function pollerOf(id: number, intervalMs: number): SlurmPoller {
  const key = `${id} ${intervalMs}`;
  const poller = pollers.get(key) ?? new SlurmPoller(new SudoTransport(null), intervalMs);
  pollers.set(key, poller);
  return poller;
}

/** @param username Account of the profile; null on `local`. @throws Error for a type that has no executor yet. */
function executorFor(db: Db, resource: ResourceOf, username: string | null): Executor {
  if (resource.type === "local") return new LocalExecutor(() => interpreterOf(db, resource.id));
  const effective = effectiveResource(ResourceCreate.parse(resource.document));
  if (effective.type !== "slurm_sudo" || username === null)
    throw new Error(`resource ${resource.name} is of type ${resource.type}, which cannot run jobs yet`);
  const intervalMs = effective.jobs_poll_interval * 1_000;
  const poller = pollerOf(resource.id, intervalMs);
  return new SlurmExecutor({
    ...{ kind: "slurm_sudo", transport: new SudoTransport(username), user: username, poller, intervalMs },
    ...{ python: effective.python_worker, exports: effective.user_local_exports },
  });
}

async function interpreterOf(db: Db, resourceId: number): Promise<string> {
  const resource = await loadResource(db, resourceId);
  const python = TasksPythonConfig.parse(resource?.document["tasks_python_config"]);
  return python.versions[python.default_version] ?? "python3";
}

/** For a log that somebody reads: no interpreter is started for it. */
const readerFor = (
  db: Db,
  { resource, username }: { resource: ResourceOf; username: string | null },
): Executor =>
  resource.type === "local" ? new LocalExecutor("python3") : executorFor(db, resource, username);
