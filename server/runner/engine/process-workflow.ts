import type { HistoryRunRow } from "@/db/schema";
import type { TypeFilters } from "@/server/contracts/image";
import { badOutput, isTaskFault } from "@/server/domain/jobs/cause";
import { findStopRequest, setStopping } from "../store/job";
import { countImages, failRun, findRun, getRun } from "../store/run";
import { findFirstFailedUnit, findUnitLog, listRunUnits, rejectUnits } from "../store/unit";
import { write } from "./context";
import type { JobContext } from "./context";
import { driveUnits } from "./drive-units";
import { JobExecutionError, JobStoppedError, TaskExecutionError } from "./errors";
import { closeMergedRun, mergeRun } from "./merge-run";
import { planComputeStage, planRun } from "./plan-run";
import { runCall } from "./run-call";
import type { RunCall } from "./run-call";
import { refusal, selectRun } from "./select-run";
import { UnitFiles } from "./unit-files";

const TRACEBACK_BYTES = 64 * 1024;

/** What a job leaves behind, beside the images. */
export type DatasetMetadata = {
  /** Images in the list now. */
  num_images: number;
  /** Types in force after the last task; nothing of them is stored on the dataset. */
  type_filters: TypeFilters;
};

/**
 * Run the job's slice of its workflow on its dataset, one task after the other; a task starts when the outputs of
 * the one before are in the image list. Can be entered again after any interruption: each task goes on from the
 * stage its run has reached.
 *
 * The published parameters are frozen in `ctx.loaded.job`: the tasks `first_task_index` to `last_task_index`
 * (`task_dumps`), `worker_init`, the user's cache folder (`cache_dir`), `slurm_account`; the SLURM user is
 * `ctx.loaded.profile.username`. Local and remote working folder: `ctx.workingDir`, `ctx.workingDirUser`.
 *
 * @throws TaskExecutionError | JobExecutionError for the first failing unit in unit order; what ended well is kept.
 * @throws JobExecutionError before anything runs, if the resource is `local` and the two folders differ.
 * @throws JobStoppedError if a person stopped the job and everything has ended.
 * @throws LeaseLostError | AbortError if another runner drives the job now.
 */
export async function processWorkflow(ctx: JobContext): Promise<DatasetMetadata> {
  const { job, dataset } = ctx.loaded;
  if (ctx.executor.kind === "local" && ctx.workingDirUser !== ctx.workingDir)
    throw new JobExecutionError(
      `Jobs on a local resource have one working folder, not ${ctx.workingDir} and ${ctx.workingDirUser}.`,
    );
  let current = job.type_filters;
  for (const dump of job.task_dumps) {
    let run = await findRun(ctx.db, job.id, dump.workflow_task.order);
    if (!run && (await stopIsAsked(ctx))) throw new JobStoppedError();
    run ??= await selectRun(ctx, dump, current);
    if (run.stage !== "closed") run = await driveRun(ctx, run);
    if (run.state !== "done") await raise(ctx, run);
    current = { ...run.current_type_filters, ...dump.workflow_task.task.output_types };
  }
  return { num_images: await countImages(ctx.db, dataset.id), type_filters: current };
}

async function stopIsAsked(ctx: JobContext): Promise<boolean> {
  if ((await findStopRequest(ctx.db, ctx.loaded.job.id)) === null) return false;
  await write(ctx, (tx) => setStopping(tx, ctx.loaded.job.id));
  return true;
}

/** Take a run from whatever stage it is in to its end. */
async function driveRun(ctx: JobContext, begun: HistoryRunRow): Promise<HistoryRunRow> {
  let run = begun;
  let isStopped = false;
  if (run.stage === "selected") {
    // Both, before anything is planned: images must not look done because only their first call could be made.
    const { command_non_parallel, command_parallel } = run.workflow_task_dump.task;
    if (command_non_parallel !== null) await resourcesOf(ctx, run, "non_parallel");
    if (command_parallel !== null) await resourcesOf(ctx, run, "parallel");
    await planRun(ctx, run);
    run = await getRun(ctx.db, run.id);
  }
  if (run.stage === "init") {
    isStopped = await driveUnits(ctx, run, await resourcesOf(ctx, run, "non_parallel"));
    run = await getRun(ctx.db, run.id);
    if (run.num_done === 1) {
      const problem = isStopped ? null : await planComputeStage(ctx, run);
      if (problem !== null) await rejectInit(ctx, run, problem);
      run = await getRun(ctx.db, run.id);
    }
  }
  if (run.stage === "planned") {
    const part = run.workflow_task_dump.task.command_parallel === null ? "non_parallel" : "parallel";
    isStopped = await driveUnits(ctx, run, await resourcesOf(ctx, run, part));
  }
  if (run.stage === "init" || run.stage === "planned") await mergeRun(ctx, run, isStopped);
  const state = await closeMergedRun(ctx, run);
  run = await getRun(ctx.db, run.id);
  const name = run.workflow_task_dump.alias ?? run.workflow_task_dump.task.name;
  await ctx.jobLog.write(
    `END    ${run.order}-th task ('${name}'): ${state}, ${run.num_done} done, ${run.num_failed} failed`,
  );
  return run;
}

async function resourcesOf(
  ctx: JobContext,
  run: HistoryRunRow,
  part: "parallel" | "non_parallel",
): Promise<RunCall> {
  const dump = run.workflow_task_dump;
  const call = runCall(ctx.loaded, dump.task[`meta_${part}`], dump[`meta_${part}`]);
  if (call.ok) {
    // Once, when the run begins.
    if (run.stage === "selected")
      for (const warning of call.warnings)
        await ctx.jobLog.write(`Task '${dump.task.name}': ${warning}`, "WARNING");
    return call.call;
  }
  const cause = refusal(
    `The resources of task '${dump.task.name}' cannot be used: ${call.why}`,
    "Correct them in the workflow.",
  );
  await write(ctx, (tx) => failRun(tx, run.id, cause));
  throw new JobExecutionError(cause.text, cause);
}

async function rejectInit(ctx: JobContext, run: HistoryRunRow, why: string): Promise<void> {
  const unit = (await listRunUnits(ctx.db, run.id)).find(({ kind }) => kind === "init");
  if (unit) await write(ctx, (tx) => rejectUnits(tx, run.id, [{ unitId: unit.id, cause: badOutput(why) }]));
}

/** The first failing unit in unit order decides the job's error. */
async function raise(ctx: JobContext, run: HistoryRunRow): Promise<never> {
  if (run.state === "stopped") throw new JobStoppedError();
  const failed = await findFirstFailedUnit(ctx.db, run.id);
  if (!failed) throw new JobExecutionError(run.cause?.text ?? "The task could not be run.", run.cause);
  const place = await findUnitLog(ctx.db, failed.id);
  const traceback =
    place?.folder != null && place.log_offset !== null && place.log_bytes !== null
      ? await new UnitFiles(ctx, place.folder).readLogTail(
          [place.log_offset, place.log_bytes],
          TRACEBACK_BYTES,
        )
      : "";
  const { task } = run.workflow_task_dump;
  if (isTaskFault(failed.cause.kind))
    throw new TaskExecutionError(
      task.name,
      run.order,
      failed.cause,
      traceback || (failed.cause.evidence ?? ""),
    );
  throw new JobExecutionError(
    [failed.cause.text, failed.cause.evidence, traceback].filter(Boolean).join("\n"),
    failed.cause,
  );
}
