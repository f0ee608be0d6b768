import path from "node:path";
import type { HistoryRunRow } from "@/db/schema";
import { NoAnswerError } from "../executors/executor";
import type { Launch } from "../executors/executor";
import { setLaunched, setUnknown, streamAttempts } from "../store/batch";
import type { OpenBatch } from "../store/batch";
import { write } from "./context";
import type { JobContext } from "./context";
import type { RunCall } from "./run-call";
import { passOn } from "./stop-wish";
import type { StopWish } from "./stop-wish";
import type { Watch } from "./watch";

/** Until a heartbeat confirms that nothing was taken over. */
const STALE_NAP_MS = 500;

export type Watched = { batch: OpenBatch; watch: Watch };

/**
 * `launching → launched`, for all batches of a submission. Safe to repeat: a folder runs once.
 *
 * @param isIntended These batches were set to `launching` by this process just now, so nobody can have launched them.
 * @param wish What was stopped meanwhile: if all, nothing is started, and the certain look that follows voids the folder.
 * @returns False if it is not known whether they were launched; then the question is to be asked again.
 */
export async function launchBatches(
  ctx: JobContext,
  run: HistoryRunRow,
  call: RunCall,
  watched: readonly Watched[],
  isIntended: boolean,
  wish: StopWish,
): Promise<boolean> {
  const [first] = watched;
  if (!first) return true;
  const ids = watched.map(({ batch }) => batch.id);
  const say = async (why: string) => {
    if (first.batch.unknown_why === why) return;
    await write(ctx, async (tx) => {
      for (const id of ids) await setUnknown(tx, id, why);
    });
  };
  const launch: Launch = {
    tag: first.batch.tag,
    title: run.workflow_task_dump.task.name,
    batches: watched.map(({ batch }) => batch),
    folder: path.dirname(first.batch.folder),
    slots: first.batch.slots,
    slurm: call.scheduler?.unit ?? null,
    cacheDir: ctx.loaded.job.cache_dir,
  };
  if (!isIntended) {
    // An earlier driver may have launched them, and died before it could say so.
    const found = await ctx.executor.findLaunched(launch);
    if (!found.known) {
      await say(found.why);
      return false;
    }
    const { value } = found;
    if (value !== null) {
      await write(ctx, (tx) => setLaunched(tx, ids, value.handle));
      return true;
    }
  }
  if (wish.isAll) {
    await write(ctx, (tx) => setLaunched(tx, ids, null));
    return true;
  }
  if (!ctx.lease.isFresh()) {
    await ctx.wake.wait(STALE_NAP_MS, ctx.lease.signal);
    return true;
  }
  let handle = null;
  try {
    for (const { batch, watch } of watched) {
      await ctx.executor.prepare(batch, contentOf(ctx, run, call, batch));
      await passOn(ctx, batch, watch, wish);
    }
    const launched = await ctx.executor.launch(launch, () => {
      first.watch.workerExited = true;
      ctx.wake.notify();
    });
    if (!launched.known) {
      await say(launched.why);
      return false;
    }
    handle = launched.value;
  } catch (err) {
    if (err instanceof NoAnswerError) {
      await say(err.message);
      return false;
    }
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
