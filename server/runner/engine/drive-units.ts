/**
 * Runs the units of one run until none is live.
 *
 * Units that wait are gathered into a batch; a batch goes
 *
 *     planned ──slots free──▶ launching ──worker spawned──▶ launched ──ended──▶ closed
 *
 * Every arrow is one fenced transaction, and what happens between two of them is safe to repeat, so a new
 * driver goes on from the state it reads. A batch has ended when its `exit` line was ingested, or when the
 * executor says so for certain (engine specification §7); anything else is unknown and stays as it is.
 */
import path from "node:path";
import { changesState, localSlots, taskFolderName } from "@/server/domain/tasks/calls";
import type { CallResources } from "@/server/domain/tasks/calls";
import { exceptionLine, interrupted, neverStarted } from "@/server/domain/jobs/cause";
import { decideRerun } from "@/server/domain/jobs/rerun";
import type { HistoryRunRow } from "@/db/schema";
import { JobsRunnerConfigLocal } from "@/server/contracts/resource";
import {
  acquireSlots,
  closeBatch,
  countUnplanned,
  insertBatch,
  listOpenBatches,
  listUnendedAttempts,
  setUnknown,
} from "../store/batch";
import type { AttemptVerdict, OpenBatch, UnendedAttempt } from "../store/batch";
import { stopPendingUnits } from "../store/unit";
import { write } from "./context";
import type { JobContext } from "./context";
import { ingest } from "./ingest";
import { launchBatch } from "./launch-batch";
import { logHasWarnings } from "./log-warnings";
import { hasRoom } from "./room";
import { StopWish, passOn } from "./stop-wish";
import { UnknownError } from "./unknown";
import { newWatch } from "./watch";
import type { Watch } from "./watch";

/** Naps between two looks: short while results come in, longer while nothing moves. */
const NAP_MS = { busy: 100, idle: 500 };
/** How often a batch that says nothing is looked at for certain. */
const SETTLE_MS = 15_000;
/** What people asked to stop is looked for this often. */
const STOP_CHECK_MS = 1_000;
const LAST_WORDS_BYTES = 4 * 1024;

/** @returns True if a person stopped the run, alone or with its job: what ended well is kept, the rest is stopped. */
export async function driveUnits(ctx: JobContext, run: HistoryRunRow, call: CallResources): Promise<boolean> {
  const watches = new Map<number, Watch>();
  let stopCheckedAt = -Infinity;
  const wish = new StopWish();
  // Units begin to wait when they are planned and when a batch closes, at no other time.
  let mayWait = true;
  for (;;) {
    ctx.lease.signal.throwIfAborted();
    if (performance.now() - stopCheckedAt > STOP_CHECK_MS) {
      stopCheckedAt = performance.now();
      if (await wish.read(ctx, run)) {
        mayWait = true;
        for (const watch of watches.values()) watch.pause.reset();
      }
    }
    if (mayWait) {
      if (wish.isAll) await write(ctx, (tx) => stopPendingUnits(tx, run.id));
      else await gatherWaitingUnits(ctx, run, call, wish);
      mayWait = false;
    }

    const open = await listOpenBatches(ctx.db, run.id);
    if (open.length === 0) return wish.isAll;
    let hasMoved = false;
    for (const batch of open) {
      const watch = watches.get(batch.id) ?? (await newWatch(ctx, batch));
      watches.set(batch.id, watch);
      hasMoved = (await tryStep(ctx, run, call, batch, watch, wish)) || hasMoved;
      mayWait ||= watch.isClosed;
    }
    if (!hasMoved)
      await ctx.wake.wait(
        open.some((b) => b.state === "launched" && !watches.get(b.id)?.pause.isOn)
          ? NAP_MS.busy
          : NAP_MS.idle,
        ctx.lease.signal,
      );
  }
}

async function gatherWaitingUnits(
  ctx: JobContext,
  run: HistoryRunRow,
  call: CallResources,
  wish: StopWish,
): Promise<void> {
  if (wish.units.size > 0) await write(ctx, (tx) => stopPendingUnits(tx, run.id, [...wish.units]));
  const waiting = await countUnplanned(ctx.db, run.id);
  if (waiting === 0) return;
  const config = JobsRunnerConfigLocal.parse(ctx.loaded.resource.document["jobs_runner_config"] ?? {});
  const slots = localSlots(
    call,
    config.parallel_tasks_per_job ?? null,
    waiting,
    ctx.host.cpus,
    ctx.host.memMb,
  );
  const taskFolder = path.join(ctx.workingDir, taskFolderName(run.order, run.workflow_task_dump.task.name));
  await write(ctx, (tx) =>
    insertBatch(tx, run.id, (submissionId) => path.join(taskFolder, `s${submissionId}`, "0"), {
      slots,
      cpus: call.cpus,
      mem_mb: call.memMb,
    }),
  );
}

/** As `stepBatch`, but what cannot be told leaves the batch as it is, for longer and longer pauses. */
async function tryStep(
  ctx: JobContext,
  run: HistoryRunRow,
  call: CallResources,
  batch: OpenBatch,
  watch: Watch,
  wish: StopWish,
): Promise<boolean> {
  // Whoever may have been overtaken starts nothing, tells workers nothing, voids and reaps nothing.
  if (!ctx.lease.isFresh()) return false;
  // A worker can be told to stop although its results cannot be read.
  if (batch.state === "launched") await passOn(ctx, batch, watch, wish);
  if (watch.isUnreadable && watch.pause.isOn) return false;
  try {
    return await stepBatch(ctx, run, call, batch, watch, wish);
  } catch (err) {
    if (!(err instanceof UnknownError)) throw err;
    watch.isUnreadable = true;
    await keepUnknown(ctx, batch, watch, err.message);
    return false;
  }
}

async function keepUnknown(ctx: JobContext, batch: OpenBatch, watch: Watch, why: string): Promise<void> {
  watch.pause.extend();
  if (batch.unknown_why === null) ctx.log.warn({ batch: batch.id, why }, "a batch cannot be looked at");
  await write(ctx, (tx) => setUnknown(tx, batch.id, why));
}

async function beKnown(ctx: JobContext, batch: OpenBatch, watch: Watch): Promise<void> {
  watch.pause.reset();
  watch.isUnreadable = false;
  if (batch.unknown_why !== null) await write(ctx, (tx) => setUnknown(tx, batch.id, null));
}

/** One step of one batch. @returns True if it changed its state, so that the next look should come at once. */
async function stepBatch(
  ctx: JobContext,
  run: HistoryRunRow,
  call: CallResources,
  batch: OpenBatch,
  watch: Watch,
  wish: StopWish,
): Promise<boolean> {
  switch (batch.state) {
    case "planned": {
      // Chosen units stop without waiting for slots or room; the others are gathered again.
      if (wish.asksForAny(watch.units)) {
        await close(ctx, run, call, batch, watch, wish);
        return true;
      }
      if (!(await hasRoom(ctx))) return false;
      return write(ctx, (tx) => acquireSlots(tx, batch, ctx.loaded.resource.id, ctx.host));
    }
    case "launching":
      return launchBatch(ctx, run, call, batch, watch, wish);
    case "launched":
      return follow(ctx, run, call, batch, watch, wish);
    case "closed":
      return false;
  }
}

async function follow(
  ctx: JobContext,
  run: HistoryRunRow,
  call: CallResources,
  batch: OpenBatch,
  watch: Watch,
  wish: StopWish,
): Promise<boolean> {
  const isStopAsked = (unitId: number) => wish.asksFor(unitId);
  const hasNews = await ingest(ctx, batch, watch.ingest, watch.units, isStopAsked);
  if (watch.ingest.hasExited) {
    await close(ctx, run, call, batch, watch, wish);
    return true;
  }
  if (hasNews || watch.isUnreadable) await beKnown(ctx, batch, watch);
  if (hasNews) {
    watch.lookedAt = performance.now();
    // Not at once again: one transaction for what a nap gathers is far cheaper than one per line.
    return false;
  }
  if (watch.pause.isOn) return false;
  const { handle } = batch;
  const isGone = handle !== null && !watch.isHandleOfAnother && !ctx.executor.mayLive(handle);
  const seemsGone = isGone || watch.workerExited || (handle === null && !watch.isSeenRunning);
  if (!seemsGone && performance.now() - watch.lookedAt < SETTLE_MS) return false;
  if (seemsGone && performance.now() - watch.lookedAt < NAP_MS.idle) return false;
  watch.lookedAt = performance.now();

  const life = await ctx.executor.settle(batch);
  if (!life.known) {
    await keepUnknown(ctx, batch, watch, life.why);
    return false;
  }
  await beKnown(ctx, batch, watch);
  watch.isSeenRunning = life.value === "running";
  if (watch.isSeenRunning) {
    // Of a doubled launch the other worker has the batch: what we know of ours says nothing.
    watch.isHandleOfAnother ||= isGone || watch.workerExited;
    watch.workerExited = false;
    return false;
  }
  // The last lines may have come between our read and the end of the worker.
  while (await ingest(ctx, batch, watch.ingest, watch.units, isStopAsked));
  await close(ctx, run, call, batch, watch, wish, life.value === "machine_died");
  return true;
}

async function close(
  ctx: JobContext,
  run: HistoryRunRow,
  call: CallResources,
  batch: OpenBatch,
  watch: Watch,
  wish: StopWish,
  hasMachineDied = false,
): Promise<void> {
  const unended = await listUnendedAttempts(ctx.db, batch.id);
  const { input_types, output_types } = run.workflow_task_dump.task;
  const isStateChange = changesState(input_types, output_types);
  const whyNotBegun = watch.lastError ?? (await readLastWords(ctx, batch));
  const judge = (attempt: UnendedAttempt): Omit<AttemptVerdict, "hasWarnings"> => {
    // A start line may be lost with the machine: what has no end may have begun.
    const hasStarted = attempt.state === "started" || hasMachineDied;
    const outcome = hasStarted ? "interrupted" : "never_started";
    const interruptions = attempt.interruptions + (outcome === "interrupted" ? 1 : 0);
    if (wish.asksFor(attempt.unit_id)) return { attempt, outcome, unit: { state: "stopped" } };
    const decision = decideRerun({
      outcome,
      kind: attempt.kind,
      isStateChange,
      interruptions,
      failedLaunches: attempt.failed_launches,
      rerunInterrupted: call.rerunInterrupted,
    });
    if (decision === "again") return { attempt, outcome, unit: { state: "pending" } };
    const cause =
      outcome === "interrupted"
        ? interrupted(isStateChange, interruptions)
        : neverStarted(attempt.failed_launches, whyNotBegun);
    return { attempt, outcome, unit: { state: "failed", cause } };
  };
  const verdicts: AttemptVerdict[] = [];
  for (const attempt of unended) {
    const verdict = judge(attempt);
    const hasEnded = verdict.outcome === "interrupted" && verdict.unit.state !== "pending";
    const hasWarnings = hasEnded && (await logHasWarnings(ctx, batch, attempt));
    verdicts.push({ ...verdict, hasWarnings });
  }
  await write(ctx, (tx) => closeBatch(tx, batch, verdicts));
  watch.isClosed = true;
  await ctx.executor.tidy(batch).catch((err: unknown) => {
    ctx.log.warn({ err, batch: batch.id }, "the folder of a closed batch cannot be tidied");
  });
}

/** What a worker said that did not come to its first line of results; null: nothing, or it cannot be read. */
async function readLastWords(ctx: JobContext, batch: OpenBatch): Promise<string | null> {
  const file = path.join(batch.folder, "worker.out");
  try {
    const size = (await ctx.executor.size(file)) ?? 0;
    const bytes = await ctx.executor.read(file, Math.max(0, size - LAST_WORDS_BYTES), LAST_WORDS_BYTES);
    return exceptionLine(bytes?.toString("utf8") ?? "");
  } catch {
    return null;
  }
}
