/**
 * The driver of one task-group activity: state, log, outcome.
 *
 *     pending ─▶ ongoing ─▶ OK       tasks and active group, in the transaction that says OK
 *                      └──▶ failed   folder and group are gone; the log's first line says why
 *
 * It can be entered again after any interruption and then begins from a clean folder. Whatever happens ends in
 * one of the two final states, except the loss of the lease or of the database: then another driver goes on.
 */
import type { Db } from "@/db/client";
import { isDatabaseAway } from "../runner/store/away";
import { activateGroup, deleteGroup, endActivity, loadActivity } from "../runner/store/activity";
import { setActivityLog, setOngoing } from "../runner/store/activity";
import type { LoadedActivity } from "../runner/store/activity";
import { LeaseLostError, deleteLease, fenced } from "../runner/store/lease";
import type { LeaseKey } from "../runner/store/lease";
import type { Logger } from "../platform/logger";
import { ActivityLog } from "./activity-log";
import { collectWheel } from "./collect-wheel";
import type { Collected } from "./collect-wheel";
import { CollectionError } from "./collection-error";
import { removeFolder } from "./folder";

/** What the lifecycle gives to a driver, as far as it is needed here. */
export type ActivityDeps = {
  readonly db: Db;
  readonly log: Logger;
  readonly lease: {
    readonly key: LeaseKey;
    readonly signal: AbortSignal;
    isFresh(): boolean;
  };
};

/** @throws LeaseLostError, an abort, or a lost database connection: the activity is left for another driver. */
export async function runActivity(deps: ActivityDeps, activityId: number): Promise<void> {
  const loaded = await loadActivity(deps.db, activityId);
  if (!loaded) {
    deps.log.error({ activityId }, "the activity to drive does not exist");
    return;
  }
  const ending = new AbortController();
  const signal = AbortSignal.any([deps.lease.signal, ending.signal]);
  await fenced(deps.db, deps.lease.key, (tx) => setOngoing(tx, activityId));
  const log = new ActivityLog(
    (text) => fenced(deps.db, deps.lease.key, (tx) => setActivityLog(tx, activityId, text)),
    (err) => {
      deps.log.warn({ err }, "the log of the activity cannot be stored");
      if (err instanceof LeaseLostError) ending.abort(err);
    },
  );
  try {
    const collected = await collect(loaded, { log, signal, isFresh: () => deps.lease.isFresh() });
    await log.close();
    await succeed(deps, loaded, collected, log.text);
  } catch (err) {
    await log.close();
    if (isForAnother(err, signal)) throw err;
    if (!(err instanceof CollectionError)) deps.log.error({ err }, "the activity failed unexpectedly");
    await fail(deps, loaded, err, log.text);
  }
}

async function collect(
  { activity, group, resource }: LoadedActivity,
  deps: { log: ActivityLog; signal: AbortSignal; isFresh(): boolean },
): Promise<Collected> {
  if (!group || !resource) throw new CollectionError("The package was deleted before it was collected.");
  if (activity.action !== "collect" || group.origin !== "wheel-file" || resource.type !== "local")
    throw new CollectionError(
      `To ${activity.action} a package of origin ${group.origin} on a resource of type ${resource.type} is not possible yet.`,
    );
  // Before anything is removed or started: nobody else may be at work in the folder.
  if (!deps.isFresh()) throw new LeaseStaleError();
  return collectWheel({ group, resource }, deps);
}

/** The last confirmed heartbeat is too old to start something. */
class LeaseStaleError extends Error {
  override readonly name = "LeaseStaleError";
}

const isForAnother = (err: unknown, signal: AbortSignal) =>
  signal.aborted || err instanceof LeaseLostError || err instanceof LeaseStaleError || isDatabaseAway(err);

async function succeed(
  deps: ActivityDeps,
  { activity, group }: LoadedActivity,
  collected: Collected,
  log: string,
): Promise<void> {
  await fenced(deps.db, deps.lease.key, async (tx) => {
    if (group) await activateGroup(tx, group.id, collected);
    await endActivity(tx, activity.id, { status: "OK", log });
    await deleteLease(tx, deps.lease.key);
  });
  deps.log.info({ activityId: activity.id, package: activity.pkg_name }, "collected");
}

async function fail(
  deps: ActivityDeps,
  { activity, group }: LoadedActivity,
  err: unknown,
  log: string,
): Promise<void> {
  const why =
    err instanceof CollectionError
      ? err.message
      : `The platform itself failed: ${err instanceof Error ? err.message : String(err)}`;
  // The folder first: interrupted here, the next driver fails in the same way and cleans up again.
  const left = group?.path ? await cleanUp(group.path, group.id) : "";
  await fenced(deps.db, deps.lease.key, async (tx) => {
    await endActivity(tx, activity.id, { status: "failed", log: `${why}\n${left}\n${log}` });
    if (group) await deleteGroup(tx, group.id);
    await deleteLease(tx, deps.lease.key);
  });
  deps.log.info({ activityId: activity.id, package: activity.pkg_name, why }, "collection failed");
}

/** @returns A line for the log if something could not be removed, else "". */
async function cleanUp(folder: string, groupId: number): Promise<string> {
  try {
    await removeFolder(folder, groupId);
    return "";
  } catch (err) {
    return `The folder ${folder} could not be removed: ${(err as Error).message}\n`;
  }
}
