import type { CallResources } from "@/server/domain/tasks/calls";
import type { HistoryRunRow } from "@/db/schema";
import { setLaunched, streamAttempts } from "../store/batch";
import type { OpenBatch } from "../store/batch";
import { write } from "./context";
import type { JobContext } from "./context";
import { passOn } from "./stop-wish";
import type { StopWish } from "./stop-wish";
import { isTransient } from "./transient";
import { toUnknown } from "./unknown";
import type { Watch } from "./watch";

/**
 * `launching → launched`. Safe to repeat: a folder runs once.
 *
 * @returns False if nothing may be started until a heartbeat confirms that the batch is still ours.
 * @throws UnknownError if it cannot be told whether it was launched before; nothing is started then.
 * @param wish What was stopped meanwhile: if all, nothing is started, and the certain look that follows voids the folder.
 */
export async function launchBatch(
  ctx: JobContext,
  run: HistoryRunRow,
  call: CallResources,
  batch: OpenBatch,
  watch: Watch,
  wish: StopWish,
): Promise<boolean> {
  if (wish.isAll || (await hasBegun(ctx, batch))) {
    // Begun: an earlier driver launched it and died before it could say so.
    await write(ctx, (tx) => setLaunched(tx, batch.id, null));
    return true;
  }
  const { job } = ctx.loaded;
  const { task } = run.workflow_task_dump;
  let handle = null;
  try {
    await ctx.executor.prepare(batch, {
      header: {
        v: 1,
        batch: batch.id,
        tag: batch.tag,
        slots: batch.slots,
        cpus: batch.cpus,
        mem_mb: batch.mem_mb,
        unit_limit_s: call.unitLimitSeconds,
        // Python writes to a file in blocks; without this, a running log would be empty for minutes.
        env: { FRACTAL_CACHE_DIR: job.cache_dir, PYTHONUNBUFFERED: "1" },
        clean_env: true,
      },
      units: unitLines(ctx, batch, task),
    });
    // A hundred thousand lines later, another driver may have taken over; then it launches.
    if (!ctx.lease.isFresh()) return false;
    await passOn(ctx, batch, watch, wish);
    handle = await ctx.executor.launch(batch, () => {
      watch.workerExited = true;
      watch.pause.reset();
      ctx.wake.notify();
    });
  } catch (err) {
    if (isTransient(err, ctx)) throw err;
    // Nothing was started: the certain look that follows voids the folder, and the units wait again.
    watch.lastError = err instanceof Error ? err.message : String(err);
    watch.workerExited = true;
    ctx.log.warn({ err, batch: batch.id }, "a worker could not be launched");
  }
  await write(ctx, (tx) => setLaunched(tx, batch.id, handle));
  watch.lookedAt = performance.now();
  return true;
}

async function hasBegun(ctx: JobContext, batch: OpenBatch): Promise<boolean> {
  try {
    return await ctx.executor.hasBegun(batch);
  } catch (err) {
    throw toUnknown(`Whether ${batch.folder} was begun cannot be told`, err);
  }
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
