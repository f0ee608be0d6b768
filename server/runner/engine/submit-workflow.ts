/**
 * The driver of one job: checks, folders, log, outcome.
 *
 *     queued ─▶ running ─▶ done | failed
 *        └────────┴──stop asked──▶ stopping ─▶ stopped
 *
 * It can be entered again after any interruption. Whatever happens ends in one of the three final states, except
 * the loss of the lease or of the database: then nothing is written and another driver goes on.
 */
import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { JobRow } from "@/db/schema";
import type { Cause } from "@/server/contracts/job";
import { internalError } from "@/server/domain/jobs/cause";
import { errorText } from "@/server/platform/error-text";
import { NoAnswerError } from "../executors/executor";
import { deleteLease } from "../store/lease";
import { endJob, loadJob, setJobLog, setRunning } from "../store/job";
import type { LoadedJob } from "../store/job";
import { abandonRuns } from "./abandon-runs";
import { write } from "./context";
import type { EngineContext, JobContext } from "./context";
import { JobExecutionError, JobStoppedError, TaskExecutionError } from "./errors";
import { JobLog } from "./job-log";
import { isTransient } from "./transient";
import { newRoomWatch } from "./room";
import { processWorkflow } from "./process-workflow";

/** Characters of an error that nobody foresaw. */
const MAX_ERROR_TEXT = 16_384;

type Outcome = { state: "done" | "failed" | "stopped"; log: string; cause: Cause | null };

/**
 * Drive one job to its end.
 *
 * @throws LeaseLostError, AbortError, or a lost database connection: the job is as it was, for another driver.
 */
export async function submitWorkflow(ctx: EngineContext, jobId: number): Promise<void> {
  const loaded = await loadJob(ctx.db, jobId);
  if (!loaded) {
    ctx.log.error({ jobId }, "the job to drive does not exist");
    return;
  }
  const outcome = await runToOutcome(ctx, loaded);
  // First the texts, then the state: a text that cannot be stored must not keep the job from ending.
  await write(ctx, (tx) => setJobLog(tx, jobId, outcome.log, outcome.cause)).catch((err: unknown) => {
    if (isTransient(err, ctx)) throw err;
    ctx.log.error({ err, jobId }, "the log of the job cannot be stored");
  });
  await write(ctx, async (tx) => {
    await endJob(tx, jobId, outcome.state);
    await deleteLease(tx, ctx.lease.key);
  });
  ctx.log.info({ jobId, state: outcome.state }, "job ended");
}

async function runToOutcome(ctx: EngineContext, loaded: LoadedJob): Promise<Outcome> {
  const { job, dataset, workflow } = loaded;
  if (!dataset || !workflow)
    return failed(
      `Cannot fetch dataset ${job.dataset_id ?? "(deleted)"} and/or workflow ${job.workflow_id ?? "(deleted)"} (as part of job ${job.id}).`,
      null,
    );
  const workingDir = job.working_dir ?? workingDirOf(job, loaded.resource.jobs_local_dir);
  // Over sudo the user of the profile may write only where the person's own files are.
  const base = ctx.executor.kind === "slurm_sudo" ? job.cache_dir : null;
  const workingDirUser = job.working_dir_user ?? (base === null ? workingDir : workingDirOf(job, base));
  const jobLog = new JobLog(workingDir, `WF${workflow.id}_job${job.id}`, ctx.log);
  const jobCtx: JobContext = {
    ...ctx,
    loaded: { ...loaded, dataset },
    workingDir,
    workingDirUser,
    jobLog,
    room: newRoomWatch(job.held_up),
  };
  const problem = await prepareFolders(jobCtx);
  if (problem) {
    // A driver before this one may have begun, when the folders could still be made.
    await abandonRuns(jobCtx, problem.cause ?? internalError(problem.log));
    return problem;
  }
  try {
    await writeHeader(jobCtx, loaded);
    const after = await processWorkflow(jobCtx);
    await jobLog.write(
      `Images in the list: ${after.num_images}, type_filters=${JSON.stringify(after.type_filters)}`,
    );
    return { state: "done", log: await jobLog.read(), cause: null };
  } catch (err) {
    if (isTransient(err, ctx)) throw err;
    if (err instanceof JobStoppedError) return { state: "stopped", log: await jobLog.read(), cause: null };
    const outcome = describe(job, err);
    await jobLog.write(outcome.log, "ERROR");
    if (!(err instanceof TaskExecutionError || err instanceof JobExecutionError)) {
      ctx.log.error({ err, jobId: job.id }, "the driver failed");
      await abandonRuns(jobCtx, outcome.cause ?? internalError(outcome.log));
    }
    return outcome;
  }
}

/** The three error kinds of a job, with their published prefixes. */
function describe(job: JobRow, err: unknown): Outcome {
  if (err instanceof TaskExecutionError)
    return failed(
      `TASK ERROR: Task name: ${err.taskName}, position in Workflow: ${err.order}\nTRACEBACK:\n${err.traceback}`,
      err.failure,
    );
  if (err instanceof JobExecutionError)
    return failed(
      `JOB ERROR in Fractal job ${job.id}:\nTRACEBACK:\n${err.name}\n\n${err.message}`,
      err.failure,
    );
  const text = errorText(err).slice(0, MAX_ERROR_TEXT);
  return failed(
    `UNKNOWN ERROR in Fractal job ${job.id}\nTRACEBACK:\n${text}`,
    internalError(text.split("\n")[0] ?? ""),
  );
}

const failed = (log: string, cause: Cause | null): Outcome => ({
  state: "failed",
  log,
  cause: cause ?? {
    kind: "not_started",
    title: "Not started",
    text: log,
    evidence: null,
    next_step: "Tell your administrator the number of the job.",
  },
});

/**
 * Make the job's folder and the cache folder of the user.
 *
 * The path is stored before the folder is made: a driver that finds it stored goes on in the same folder.
 *
 * @returns How the job ends if that cannot be done, for instance because the folder exists and is not this job's.
 */
async function prepareFolders(ctx: JobContext): Promise<Outcome | null> {
  const { workingDir, loaded } = ctx;
  const { job } = loaded;
  try {
    if (job.working_dir === null && (await exists(workingDir)))
      throw new Error(`Workflow dir ${workingDir} already exists.`);
    if (job.state === "queued")
      await write(ctx, (tx) => setRunning(tx, job.id, workingDir, ctx.workingDirUser));
    await mkdir(workingDir, { recursive: true });
  } catch (err) {
    if (isTransient(err, ctx) || mayPass(err, job)) throw err;
    return failed(
      `${nameOf(err)} error while creating local job folder. Original error: ${textOf(err)}`,
      null,
    );
  }
  try {
    await ctx.executor.makeFolder(job.cache_dir);
    return null;
  } catch (err) {
    if (err instanceof NoAnswerError || mayPass(err, job)) throw err;
    return failed(
      `${nameOf(err)} error while creating the cache folder of the tasks. Original error: ${textOf(err)}`,
      {
        kind: "not_started",
        title: "Not started",
        text: `Tasks keep their cache in your first project folder, and ${job.cache_dir} cannot be made there.`,
        evidence: textOf(err),
        next_step:
          "Ask your administrator to make the project folder writable for jobs, or to give you another one; then choose Continue.",
      },
    );
  }
}

/** What a network disk says for a while, and a full one. Work that runs already is not ended for that: it is tried again. */
const PASSING = ["EIO", "ESTALE", "ETIMEDOUT", "ENOTCONN", "EHOSTDOWN", "EHOSTUNREACH", "ENOSPC", "EDQUOT"];
const mayPass = (err: unknown, job: JobRow) =>
  job.state !== "queued" && PASSING.includes((err as NodeJS.ErrnoException).code ?? "");

const nameOf = (err: unknown) => (err instanceof Error ? err.name : "Unknown");
const textOf = (err: unknown) => (err instanceof Error ? err.message : String(err));

function workingDirOf(job: JobRow, base: string): string {
  const pad = (id: number | null) => String(id ?? 0).padStart(7, "0");
  const [day = "", time = ""] = job.start_timestamp.split("T");
  const stamp = `${day.replaceAll("-", "")}_${time.slice(0, 8).replaceAll(":", "")}`;
  const name = `proj_v2_${pad(job.project_id)}_wf_${pad(job.workflow_id)}_job_${pad(job.id)}_${stamp}`;
  return path.join(base, day.slice(0, 7), name);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function writeHeader(ctx: JobContext, { job, resource, profile }: LoadedJob): Promise<void> {
  // A driver before this one may have died before it wrote anything.
  if (await ctx.jobLog.exists()) {
    await ctx.jobLog.write("Continued after an interruption of the server");
    return;
  }
  for (const line of [
    `Start execution of job ${job.id}`,
    `Resource: ${resource.name} (${resource.type}), profile: ${profile.name}`,
    `User: ${job.user_email}`,
    `Working folder: ${ctx.workingDir}`,
    `Tasks ${job.first_task_index} to ${job.last_task_index} of workflow '${job.workflow_dump.name}' on dataset '${job.dataset_dump.name}'`,
  ])
    await ctx.jobLog.write(line);
}
