import path from "node:path";
import type { HistoryRunRow } from "@/db/schema";
import { NoAnswerError } from "../executors/executor";
import type { Launch } from "../executors/executor";
import { setLaunched, streamAttempts } from "../store/batch";
import type { OpenBatch } from "../store/batch";
import { write } from "./context";
import type { JobContext } from "./context";
import type { RunCall } from "./run-call";
import { passOn } from "./stop-wish";
import type { StopWish } from "./stop-wish";
import { isTransient } from "./transient";
import { toUnknown } from "./unknown";
import type { Watch } from "./watch";

export type Watched = { batch: OpenBatch; watch: Watch };

/**
 * `launching → launched`, for all batches of a submission. Safe to repeat: a folder runs once.
 *
 * @param wish What was stopped meanwhile: if all, nothing is started, and the certain look that follows voids the folder.
 * @returns False if nothing may be started until a heartbeat confirms that the batches are still ours.
 * @throws UnknownError, NoAnswerError if it cannot be told whether they were launched; the question is to be asked again.
 */
export async function launchBatches(
  ctx: JobContext,
  run: HistoryRunRow,
  call: RunCall,
  watched: readonly Watched[],
  wish: StopWish,
): Promise<boolean> {
  const [first] = watched;
  if (!first) return true;
  const ids = watched.map(({ batch }) => batch.id);
  const launch: Launch = {
    tag: first.batch.tag,
    title: run.workflow_task_dump.task.name,
    batches: watched.map(({ batch }) => batch),
    folder: path.dirname(first.batch.folder),
    slots: first.batch.slots,
    slurm: call.scheduler?.unit ?? null,
    cacheDir: ctx.loaded.job.cache_dir,
  };
  const isIntended = watched.every(({ watch }) => watch.isIntended);
  for (const { watch } of watched) watch.isIntended = false;
  if (!isIntended) {
    // An earlier driver may have launched them, and died before it could say so.
    const found = await findLaunched(ctx, launch);
    if (found !== null) {
      await write(ctx, (tx) => setLaunched(tx, ids, found.handle));
      return true;
    }
  }
  if (wish.isAll) {
    await write(ctx, (tx) => setLaunched(tx, ids, null));
    return true;
  }
  let handle = null;
  try {
    for (const { batch } of watched) await ctx.executor.prepare(batch, contentOf(ctx, run, call, batch));
    // A hundred thousand lines later, another driver may have taken over; then it launches.
    if (!ctx.lease.isFresh()) return false;
    for (const { batch, watch } of watched) await passOn(ctx, batch, watch, wish);
    const launched = await ctx.executor.launch(launch, () => {
      first.watch.workerExited = true;
      first.watch.pause.reset();
      ctx.wake.notify();
    });
    if (!launched.known) throw new NoAnswerError(launched.why);
    handle = launched.value;
  } catch (err) {
    if (err instanceof NoAnswerError || isTransient(err, ctx)) throw err;
    // Nothing was started: the certain look that follows voids the folder, and the units wait again.
    for (const { watch } of watched) {
      watch.lastError = err instanceof Error ? err.message : String(err);
      watch.workerExited = true;
    }
    ctx.log.warn({ err, submission: first.batch.submission_id }, "no worker could be launched");
  }
  await write(ctx, (tx) => setLaunched(tx, ids, handle));
  for (const { watch } of watched) watch.lookedAt = performance.now();
  return true;
}

async function findLaunched(ctx: JobContext, launch: Launch) {
  const found = await ctx.executor.findLaunched(launch).catch((err: unknown) => {
    throw toUnknown(`Whether ${launch.folder} was begun cannot be told`, err);
  });
  if (!found.known) throw new NoAnswerError(found.why);
  return found.value;
}

function contentOf(ctx: JobContext, run: HistoryRunRow, call: RunCall, batch: OpenBatch) {
  const isUnderScheduler = call.scheduler !== null;
  return {
    header: {
      v: 1 as const,
      batch: batch.id,
      tag: batch.tag,
      slots: batch.slots,
      cpus: batch.cpus,
      mem_mb: batch.mem_mb,
      unit_limit_s: call.unitLimitSeconds,
      // Python writes to a file in blocks; without PYTHONUNBUFFERED, a running log would be empty for minutes.
      env: {
        FRACTAL_CACHE_DIR: ctx.loaded.job.cache_dir,
        PYTHONUNBUFFERED: "1",
        // SLURM's own number is that of all units of the batch.
        ...(isUnderScheduler && { SLURM_CPUS_PER_TASK: String(batch.cpus) }),
      },
      // What the script of a SLURM job has set up is meant for the units.
      clean_env: !isUnderScheduler,
    },
    units: unitLines(ctx, batch, run.workflow_task_dump.task),
  };
}

async function* unitLines(
  ctx: JobContext,
  batch: OpenBatch,
  task: HistoryRunRow["workflow_task_dump"]["task"],
) {
  const isCompound = task.command_non_parallel !== null && task.command_parallel !== null;
  for await (const attempts of streamAttempts(ctx.db, batch.id))
    yield attempts.map((attempt) => {
      const isInit = attempt.kind === "init";
      const argv = isInit || !task.command_parallel ? task.command_non_parallel : task.command_parallel;
      return {
        n: attempt.n,
        unit: attempt.unit_id,
        argv: argv ?? [],
        args: attempt.args,
        ...(isCompound && isInit ? { init: true } : {}),
      };
    });
}
