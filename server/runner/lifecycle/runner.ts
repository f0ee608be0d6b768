/**
 * The long-lived part: finds work, holds its leases, answers calls, hands over when it is told to end.
 *
 * NOTIFY only shortens the wait: everything is also found by looking every two seconds.
 */
import { RUNNER_CALL_KINDS } from "@/server/contracts/enums";
import type { RunnerCallKind } from "@/server/contracts/enums";
import { closeDb, createDb } from "@/db/client";
import type { Db } from "@/db/client";
import { listen } from "@/db/listen";
import type { Logger } from "@/server/platform/logger";
import type { HeldLease } from "../engine/lease";
import { Wake } from "../engine/wake";
import { claimLease, releaseLease } from "../store/lease";
import type { DrivenKind, LeaseKey } from "../store/lease";
import { answerNextCall, ensureInstance, reportAlive, reportGone, sweep } from "../store/presence";
import type { TakenCall } from "../store/presence";
import { LeaseKeeper } from "./lease-keeper";
import { buryDeadNeighbours, identify } from "./neighbours";

const POLL_MS = 2_000;
const ALIVE_MS = 5_000;
const SWEEP_MS = 60_000;
/** Before a driver that gave up is tried again. */
const RETRY_SECONDS = 3;
/** Jobs and activities that one process drives at a time; what they start is bounded elsewhere. */
const MAX_DRIVEN = { job: 50, activity: 2, janitor: 1, deletion: 1 } as const satisfies Record<
  DrivenKind,
  number
>;
const DRIVEN_KINDS = ["job", "activity", "janitor", "deletion"] as const satisfies readonly DrivenKind[];
/** Calls that are answered at a time; a question that takes long must not hold up the others. */
const MAX_ANSWERED = { unit_log: 1, find_package: 2 } as const satisfies Record<RunnerCallKind, number>;

export type DriveDeps = { db: Db; log: Logger; lease: HeldLease; wake: Wake };
type Driver = (deps: DriveDeps, id: number) => Promise<void>;

export type RunnerOptions = {
  databaseUrl: string;
  log: Logger;
  /** Drive one claimed object to its end; rejects when it must be left for another driver. */
  drive: {
    job: Driver;
    activity: Driver;
    /** Puts the folder of an ended job away; absent: folders stay as they are. */
    janitor?: Driver;
    /** Deletes the rows of a deleted dataset; absent: they stay. */
    deletion?: Driver;
  };
  /** @param signal Aborted when the runner ends: nobody waits for what this starts any more. */
  answer(db: Db, call: TakenCall, signal: AbortSignal): Promise<unknown>;
  /** Deletes what nobody will need again; called every minute. */
  cleanUp?(db: Db): Promise<void>;
};

export type Runner = {
  /** Hands over without stopping the work of workers; resolves when every driver has let go. */
  stop(): Promise<void>;
};

export async function startLifecycle(options: RunnerOptions): Promise<Runner> {
  const { databaseUrl, log } = options;
  const self = identify();
  const { owner } = self;
  const db = createDb(databaseUrl, { max: 8 });
  const heartbeatDb = createDb(databaseUrl, { max: 1 });
  const keeper = new LeaseKeeper(heartbeatDb, log);
  const stopping = new AbortController();
  const wakeClaims = new Wake();
  const answering = RUNNER_CALL_KINDS.flatMap((kind) =>
    Array.from({ length: MAX_ANSWERED[kind] }, () => ({ kind, wake: new Wake() })),
  );
  const driven = new Map<LeaseKey, { wake: Wake; done: Promise<void> }>();

  await ensureInstance(db);
  await reportAlive(heartbeatDb, self);
  await buryDeadNeighbours(db, self, log);
  const listener = await listen(
    databaseUrl,
    ["fractal_runner", "fractal_call"],
    (channel) => {
      if (channel === "fractal_call") for (const { wake } of answering) wake.notify();
      else {
        wakeClaims.notify();
        for (const { wake } of driven.values()) wake.notify();
      }
    },
    () => wakeClaims.notify(),
  );

  /** Repeat until the end; an error costs one pause, never the loop. */
  async function loop(name: string, wake: Wake, step: () => Promise<boolean>): Promise<void> {
    while (!stopping.signal.aborted) {
      let isBusy = false;
      try {
        isBusy = await step();
      } catch (err) {
        log.warn({ err, loop: name }, "will try again");
      }
      if (!isBusy) await wake.wait(POLL_MS, stopping.signal);
    }
  }

  async function claimOne(kind: DrivenKind): Promise<boolean> {
    const driver = options.drive[kind];
    if (!driver) return false;
    const count = [...driven.keys()].filter((key) => key.kind === kind).length;
    if (count >= MAX_DRIVEN[kind]) return false;
    const key = await claimLease(db, kind, owner);
    if (!key) return false;
    if (stopping.signal.aborted) {
      // Claimed while we were told to end: nobody would abort this driver any more.
      await releaseLease(db, key, 0);
      return false;
    }
    const wake = new Wake();
    driven.set(key, { wake, done: drive(driver, key, wake) });
    return true;
  }

  async function drive(driver: Driver, key: LeaseKey, wake: Wake): Promise<void> {
    const lease = keeper.hold(key);
    const child = log.child({ [key.kind]: key.id });
    try {
      await driver({ db, log: child, lease, wake }, key.id);
    } catch (err) {
      if (!lease.signal.aborted) child.warn({ err }, "left for another driver");
      // What failed here may fail again: a pause keeps it from turning in circles.
      const pause = stopping.signal.aborted ? 0 : RETRY_SECONDS;
      await letGo(key, pause);
    } finally {
      keeper.release(key);
      driven.delete(key);
      wakeClaims.notify();
    }
  }

  /** As long as the database is away: an unreleased lease would keep the work back for a minute after it has come back. */
  async function letGo(key: LeaseKey, pauseSeconds: number): Promise<void> {
    const napping = new Wake();
    for (;;) {
      try {
        await releaseLease(db, key, pauseSeconds);
        return;
      } catch {
        if (stopping.signal.aborted) return;
        await napping.wait(RETRY_SECONDS * 1_000, stopping.signal);
      }
    }
  }

  const alive = setInterval(() => {
    reportAlive(heartbeatDb, self).catch((err: unknown) => {
      log.warn({ err }, "the database does not answer");
    });
  }, ALIVE_MS);
  const sweeper = setInterval(() => {
    Promise.all([sweep(db), buryDeadNeighbours(db, self, log), options.cleanUp?.(db)]).catch(
      (err: unknown) => {
        log.warn({ err }, "sweep failed");
      },
    );
  }, SWEEP_MS);
  const loops = [
    loop("claims", wakeClaims, async () => {
      let isBusy = false;
      for (const kind of DRIVEN_KINDS) isBusy = (await claimOne(kind)) || isBusy;
      return isBusy;
    }),
    ...answering.map(({ kind, wake }) =>
      loop("calls", wake, () =>
        answerNextCall(db, kind, (call) => options.answer(db, call, stopping.signal)),
      ),
    ),
  ];
  log.info({ owner }, "runner started");

  return {
    async stop() {
      stopping.abort();
      clearInterval(alive);
      clearInterval(sweeper);
      keeper.abortAll("shutting down");
      await listener.close().catch(() => undefined);
      await Promise.all(loops);
      await Promise.all([...driven.values()].map(({ done }) => done));
      keeper.stop();
      await reportGone(heartbeatDb, owner).catch(() => undefined);
      await Promise.all([closeDb(db), closeDb(heartbeatDb)]);
      log.info("runner stopped");
    },
  };
}
