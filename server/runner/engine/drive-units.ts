/**
 * Runs the units of one run until none is live.
 *
 * Units that wait are gathered into batches, which are launched together as one submission; a batch goes
 *
 *     planned ──slots free──▶ launching ──worker spawned, job submitted──▶ launched ──ended──▶ closed
 *
 * Every arrow is one fenced transaction, and what happens between two of them is safe to repeat, so a new
 * driver goes on from the state it reads. A batch has ended when its `exit` line was ingested, or when the
 * executor says so for certain (engine specification §7); anything else is unknown and stays as it is.
 */
import path from "node:path";
import { changesState } from "@/server/domain/tasks/calls";
import { exceptionLine, interrupted, neverStarted } from "@/server/domain/jobs/cause";
import { decideRerun } from "@/server/domain/jobs/rerun";
import type { HistoryRunRow } from "@/db/schema";
import { NoAnswerError } from "../executors/executor";
import {
  acquireSlots,
  closeBatch,
  listOpenBatches,
  listUnendedAttempts,
  setLaunching,
  setUnknown,
} from "../store/batch";
import type { AttemptVerdict, OpenBatch, UnendedAttempt } from "../store/batch";
import { stopPendingUnits } from "../store/unit";
import { write } from "./context";
import type { JobContext } from "./context";
import { gatherWaitingUnits } from "./gather";
import { ingest } from "./ingest";
import { launchBatches } from "./launch-batches";
import type { Watched } from "./launch-batches";
import { logHasWarnings } from "./log-warnings";
import { hasRoom } from "./room";
import type { RunCall } from "./run-call";
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
export async function driveUnits(ctx: JobContext, run: HistoryRunRow, call: RunCall): Promise<boolean> {
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
    await ctx.executor.look(open.filter(({ state }) => state === "launched"));
    const submissions = new Map<number, Watched[]>();
    for (const batch of open) {
      const watch = watches.get(batch.id) ?? (await newWatch(ctx, batch));
      watches.set(batch.id, watch);
      const group = submissions.get(batch.submission_id) ?? [];
      group.push({ batch, watch });
      submissions.set(batch.submission_id, group);
    }
    let hasMoved = false;
    for (const group of submissions.values()) {
      hasMoved = (await stepSubmission(ctx, run, call, group, wish)) || hasMoved;
      mayWait ||= group.some(({ watch }) => watch.isClosed);
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

/** One step of the batches of one submission. @returns True if their state changed, so that the next look should come at once. */
async function stepSubmission(
  ctx: JobContext,
  run: HistoryRunRow,
  call: RunCall,
  group: readonly Watched[],
  wish: StopWish,
): Promise<boolean> {
  // Whoever may have been overtaken starts nothing, tells workers nothing, voids and reaps nothing.
  if (!ctx.lease.isFresh()) return false;
  let hasMoved = false;
  const planned: Watched[] = [];
  for (const watched of group) {
    const { batch, watch } = watched;
    if (batch.state === "launched") {
      // A worker can be told to stop although its results cannot be read.
      await passOn(ctx, batch, watch, wish);
      const step = () => follow(ctx, run, call, batch, watch, wish);
      hasMoved = (await unlessUnknown(ctx, [watched], step)) || hasMoved;
    } else if (batch.state === "planned") {
      // Chosen units stop without waiting for slots or room; the others are gathered again.
      if (wish.asksForAny(watch.units)) {
        await close(ctx, run, call, batch, watch, wish);
        hasMoved = true;
      } else planned.push(watched);
    }
  }
  if (planned.length > 0 && (await hasRoom(ctx))) hasMoved = (await intend(ctx, call, planned)) || hasMoved;
  const launching = group.filter(({ batch }) => batch.state === "launching");
  if (launching.length > 0) {
    const step = () => launchBatches(ctx, run, call, launching, wish);
    hasMoved = (await unlessUnknown(ctx, launching, step)) || hasMoved;
  }
  return hasMoved;
}

/** `planned → launching`, when there is a place for them. A scheduler has its own idea of that. */
async function intend(ctx: JobContext, call: RunCall, planned: readonly Watched[]): Promise<boolean> {
  const { id } = ctx.loaded.resource;
  if (call.scheduler === null) {
    let isIntended = false;
    for (const { batch } of planned)
      isIntended = (await write(ctx, (tx) => acquireSlots(tx, batch, id, ctx.host))) || isIntended;
    return isIntended;
  }
  const ids = planned.map(({ batch }) => batch.id);
  await write(ctx, (tx) => setLaunching(tx, ids));
  for (const { watch } of planned) watch.isIntended = true;
  return true;
}

/** What cannot be told leaves the batches as they are, for longer and longer pauses. */
async function unlessUnknown(
  ctx: JobContext,
  watched: readonly Watched[],
  step: () => Promise<boolean>,
): Promise<boolean> {
  if (watched.some(({ watch }) => watch.isUnreadable && watch.pause.isOn)) return false;
  try {
    return await step();
  } catch (err) {
    if (!(err instanceof UnknownError || err instanceof NoAnswerError)) throw err;
    for (const { batch, watch } of watched) {
      watch.isUnreadable = true;
      await keepUnknown(ctx, batch, watch, err.message);
    }
    return false;
  }
}

async function keepUnknown(ctx: JobContext, batch: OpenBatch, watch: Watch, why: string): Promise<void> {
  watch.pause.extend();
  if (batch.unknown_why === null) ctx.log.warn({ batch: batch.id, why }, "a batch cannot be looked at");
  if (batch.unknown_why !== why) await write(ctx, (tx) => setUnknown(tx, batch.id, why));
}

async function beKnown(ctx: JobContext, batch: OpenBatch, watch: Watch): Promise<void> {
  watch.pause.reset();
  watch.isUnreadable = false;
  if (batch.unknown_why !== null) await write(ctx, (tx) => setUnknown(tx, batch.id, null));
}

async function follow(
  ctx: JobContext,
  run: HistoryRunRow,
  call: RunCall,
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
  const isGone = handle !== null && !watch.isHandleOfAnother && !ctx.executor.mayLive(batch);
  const seemsGone = isGone || watch.workerExited || (handle === null && !watch.isSeenRunning);
  if (!seemsGone && performance.now() - watch.lookedAt < SETTLE_MS) return false;
  if (seemsGone && performance.now() - watch.lookedAt < NAP_MS.idle) return false;
  watch.lookedAt = performance.now();

  const settled = await ctx.executor.settle(batch);
  if (!settled.known) {
    await keepUnknown(ctx, batch, watch, settled.why);
    return false;
  }
  await beKnown(ctx, batch, watch);
  const { life, detail } = settled.value;
  watch.isSeenRunning = life === "running";
  if (watch.isSeenRunning) {
    // Of a doubled launch the other worker has the batch: what we know of ours says nothing.
    watch.isHandleOfAnother ||= isGone || watch.workerExited;
    watch.workerExited = false;
    return false;
  }
  // The last lines may have come between our read and the end of the worker.
  while (await ingest(ctx, batch, watch.ingest, watch.units, isStopAsked));
  watch.lastError = detail ?? watch.lastError;
  await close(ctx, run, call, batch, watch, wish, life === "machine_died");
  return true;
}

async function close(
  ctx: JobContext,
  run: HistoryRunRow,
  call: RunCall,
  batch: OpenBatch,
  watch: Watch,
  wish: StopWish,
  hasMachineDied = false,
): Promise<void> {
  const unended = await listUnendedAttempts(ctx.db, batch.id);
  const { input_types, output_types } = run.workflow_task_dump.task;
  const isStateChange = changesState(input_types, output_types);
  const hasNotBegun = unended.some(({ state }) => state === "planned");
  const whyNotBegun = watch.lastError ?? (hasNotBegun ? await readLastWords(ctx, batch) : null);
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
        ? interrupted(isStateChange, interruptions, watch.lastError)
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
