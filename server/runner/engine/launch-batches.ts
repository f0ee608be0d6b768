import type { CallResources } from "@/server/domain/tasks/calls";
import type { HistoryRunRow } from "@/db/schema";
import { setLaunched, streamAttempts } from "../store/batch";
import type { OpenBatch } from "../store/batch";
import { write } from "./context";
import type { JobContext } from "./context";
import { passOn } from "./stop-wish";
import type { StopWish } from "./stop-wish";
import type { Watch } from "./watch";

/** Until a heartbeat confirms that nothing was taken over. */
const STALE_NAP_MS = 500;

/**
 * `launching → launched`. Safe to repeat: a folder runs once.
 *
 * @param wish What was stopped meanwhile: if all, nothing is started, and the certain look that follows voids the folder.
 */
export async function launchBatch(
  ctx: JobContext,
  run: HistoryRunRow,
  call: CallResources,
  batch: OpenBatch,
  watch: Watch,
  wish: StopWish,
): Promise<void> {
  if (wish.isAll || (await ctx.executor.hasBegun(batch))) {
    // Begun: an earlier driver launched it and died before it could say so.
    await write(ctx, (tx) => setLaunched(tx, batch.id, null));
    return;
  }
  if (!ctx.lease.isFresh()) {
    await ctx.wake.wait(STALE_NAP_MS, ctx.lease.signal);
    return;
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
    await passOn(ctx, batch, watch, wish);
    handle = await ctx.executor.launch(batch, () => {
      watch.workerExited = true;
      ctx.wake.notify();
    });
  } catch (err) {
    // Nothing was started: the certain look that follows voids the folder, and the units wait again.
    watch.lastError = err instanceof Error ? err.message : String(err);
    watch.workerExited = true;
    ctx.log.warn({ err, batch: batch.id }, "a worker could not be launched");
  }
  await write(ctx, (tx) => setLaunched(tx, batch.id, handle));
  watch.lookedAt = performance.now();
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
