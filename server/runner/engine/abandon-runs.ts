/**
 * The driver failed in a way nobody foresaw. A job must not end while its workers live: they would go on writing,
 * hold slots for ever, and another job could begin on the same dataset.
 */
import type { Cause } from "@/server/contracts/job";
import type { HistoryRunRow } from "@/db/schema";
import { closeBatch, listOpenBatches, listUnendedAttempts, setUnknown } from "../store/batch";
import type { AttemptVerdict, OpenBatch } from "../store/batch";
import { failRun, getRun, listOpenRuns } from "../store/run";
import { listRunUnits, rejectUnits, stopPendingUnits } from "../store/unit";
import { write } from "./context";
import type { JobContext } from "./context";
import { ingest } from "./ingest";
import { logHasWarnings } from "./log-warnings";
import { closeMergedRun, mergeRun } from "./merge-run";
import { isTransient } from "./transient";
import { Pause } from "./unknown";
import { newWatch } from "./watch";

/** Between two looks at a worker that was told to end. */
const NAP_MS = 1_000;

/**
 * End everything of the job that is under way and give each unit a final state. What ended well is kept, unless its
 * results are what the driver failed on. Outputs that are stored are merged if that is possible.
 *
 * @throws What makes the job be left for another driver.
 */
export async function abandonRuns(ctx: JobContext, cause: Cause): Promise<void> {
  for (const run of await listOpenRuns(ctx.db, ctx.loaded.job.id)) {
    for (const batch of await listOpenBatches(ctx.db, run.id)) {
      if (batch.state !== "planned") {
        await endWorker(ctx, batch);
        await readRest(ctx, batch);
      }
      const unended = await listUnendedAttempts(ctx.db, batch.id);
      const verdicts: AttemptVerdict[] = [];
      for (const attempt of unended) {
        const outcome = attempt.state === "started" ? "interrupted" : "never_started";
        const hasWarnings = outcome === "interrupted" && (await logHasWarnings(ctx, batch, attempt));
        verdicts.push({ attempt, outcome, unit: { state: "failed", cause }, hasWarnings });
      }
      await write(ctx, (tx) => closeBatch(tx, batch, verdicts));
    }
    await closeRunSomehow(ctx, run, cause);
  }
}

async function endWorker(ctx: JobContext, batch: OpenBatch): Promise<void> {
  const pause = new Pause();
  let isTold = false;
  let said = batch.unknown_why;
  for (;;) {
    ctx.lease.signal.throwIfAborted();
    if (!pause.isOn && ctx.lease.isFresh()) {
      isTold ||= await tellToEnd(ctx, batch);
      await ctx.executor.look([batch]);
      const life = await ctx.executor.settle(batch);
      if (life.known && life.value.life !== "running") return;
      const why = life.known ? null : life.why;
      if (why !== said) await write(ctx, (tx) => setUnknown(tx, batch.id, why));
      said = why;
      if (life.known) pause.reset();
      else pause.extend();
    }
    await ctx.wake.wait(NAP_MS, ctx.lease.signal);
  }
}

async function tellToEnd(ctx: JobContext, batch: OpenBatch): Promise<boolean> {
  try {
    await ctx.executor.cancel(batch, "all");
    return true;
  } catch (err) {
    ctx.log.warn({ err, batch: batch.id }, "a worker cannot be told to stop; its end is waited for");
    return false;
  }
}

async function readRest(ctx: JobContext, batch: OpenBatch): Promise<void> {
  try {
    const { ingest: state, units } = await newWatch(ctx, batch);
    while (await ingest(ctx, batch, state, units, () => false));
  } catch (err) {
    if (isTransient(err, ctx)) throw err;
    ctx.log.warn({ err, batch: batch.id }, "the results of an abandoned batch cannot be used");
  }
}

async function closeRunSomehow(ctx: JobContext, run: HistoryRunRow, cause: Cause): Promise<void> {
  if (run.stage === "selected") return write(ctx, (tx) => failRun(tx, run.id, cause));
  await write(ctx, (tx) => stopPendingUnits(tx, run.id));
  try {
    if (run.stage !== "merged") await mergeRun(ctx, run, true);
    await closeMergedRun(ctx, run);
  } catch (err) {
    if (isTransient(err, ctx)) throw err;
    ctx.log.error({ err, runId: run.id }, "the outputs of an abandoned run cannot be merged");
    const { stage } = await getRun(ctx.db, run.id);
    // What did not come into the image list is not done.
    const units = stage === "merged" ? [] : await listRunUnits(ctx.db, run.id);
    await write(ctx, async (tx) => {
      await rejectUnits(
        tx,
        run.id,
        units.map((unit) => ({ unitId: unit.id, cause })),
      );
      await failRun(tx, run.id, cause);
    });
  }
}
