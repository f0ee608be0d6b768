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
import { activateGroup, deleteGroup, endActivity, freeUpload, loadActivity } from "../runner/store/activity";
import { setActivityProgress, setOngoing } from "../runner/store/activity";
import type { LoadedActivity } from "../runner/store/activity";
import { LeaseLostError, deleteLease, fenced } from "../runner/store/lease";
import type { LeaseKey } from "../runner/store/lease";
import type { Logger } from "../platform/logger";
import type { ActivityStep } from "@/server/contracts/task";
import { COLLECTION_STEPS, collectionTitles } from "@/server/domain/tasks/collection-steps";
import type { CollectionStep } from "@/server/domain/tasks/collection-steps";
import { removeUpload, uploadPath } from "@/server/platform/uploads";
import { ActivityLog } from "./activity-log";
import { collect } from "./collect";
import type { Collected, CollectionDeps } from "./collect";
import { CollectionError } from "./collection-error";
import { hostError, removeEmptyParents, removeFolder } from "./folder";
import { Steps } from "./steps";

/** What the lifecycle gives to a driver, as far as it is needed here. */
export type ActivityDeps = {
  readonly db: Db;
  /** Where uploads lie. */
  readonly dataDir: string;
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
  const steps = new Steps(
    loaded.group ? collectionTitles(loaded.group) : NO_STEPS,
    (title, state, seconds) => {
      log.say(state === "running" ? title : `${state === "done" ? "Done in" : "Failed after"} ${seconds} s`);
    },
  );
  await fenced(deps.db, deps.lease.key, (tx) => setOngoing(tx, activityId, steps.list));
  const log = new ActivityLog(
    (text) =>
      fenced(deps.db, deps.lease.key, (tx) =>
        setActivityProgress(tx, activityId, { log: text, steps: steps.list }),
      ),
    (err) => {
      deps.log.warn({ err }, "the log of the activity cannot be stored");
      if (err instanceof LeaseLostError) ending.abort(err);
    },
  );
  let usedUp: string | null;
  try {
    const collected = await start(deps, loaded, { log, steps, signal });
    await log.close();
    usedUp = await succeed(deps, loaded, collected, { log: log.text, steps: steps.list });
  } catch (thrown) {
    await log.close();
    if (isForAnother(thrown, signal)) throw thrown;
    const err = hostError(thrown, loaded.group?.path ?? "the environment");
    if (!(err instanceof CollectionError)) deps.log.error({ err }, "the activity failed unexpectedly");
    usedUp = await fail(deps, loaded, err, { log: log.text, steps: steps.list });
  }
  // Outside: the activity has ended, and what comes now must not end it a second time, in another way.
  if (usedUp !== null) await discardUpload(deps, usedUp);
}

/** Best effort: the janitor looks for files without a row, also for what a kill has left here. */
async function discardUpload({ dataDir, log }: ActivityDeps, uploadId: string): Promise<void> {
  try {
    await removeUpload(dataDir, uploadId);
  } catch (err) {
    log.warn({ err, uploadId }, "a file that is used up cannot be removed");
  }
}

const NO_STEPS = Object.fromEntries(COLLECTION_STEPS.map((key) => [key, null])) as Record<
  CollectionStep,
  null
>;

async function start(
  { dataDir, lease }: ActivityDeps,
  { activity, group, resource, upload }: LoadedActivity,
  deps: CollectionDeps,
): Promise<Collected> {
  if (!group || !resource) throw new CollectionError("The package was deleted before it was collected.");
  const isCollectable = group.origin === "wheel-file" || group.origin === "pypi";
  if (activity.action !== "collect" || !isCollectable || resource.type !== "local")
    throw new CollectionError(
      `To ${activity.action} a package of origin ${group.origin} on a resource of type ${resource.type} is not possible yet.`,
    );
  if (group.origin === "wheel-file" && !upload)
    throw new CollectionError("The wheel is not there any more. Send the file again.");
  // Before anything is removed or started: nobody else may be at work in the folder.
  if (!lease.isFresh()) throw new LeaseStaleError();
  const wheel = upload && { file: uploadPath(dataDir, upload.id), file_name: upload.file_name };
  return collect({ group, resource, upload: wheel }, deps);
}

/** The last confirmed heartbeat is too old to start something. */
class LeaseStaleError extends Error {
  override readonly name = "LeaseStaleError";
}

const isForAnother = (err: unknown, signal: AbortSignal) =>
  signal.aborted || err instanceof LeaseLostError || err instanceof LeaseStaleError || isDatabaseAway(err);

type Progress = { log: string; steps: ActivityStep[] };

/** @returns The upload whose row is gone, or null. */
async function succeed(
  deps: ActivityDeps,
  { activity, group }: LoadedActivity,
  collected: Collected,
  progress: Progress,
): Promise<string | null> {
  const usedUp = await fenced(deps.db, deps.lease.key, async (tx) => {
    const uploadId = group && (await activateGroup(tx, group.id, collected));
    await endActivity(tx, activity.id, { status: "OK", ...progress });
    await deleteLease(tx, deps.lease.key);
    return uploadId;
  });
  deps.log.info({ activityId: activity.id, package: activity.pkg_name }, "collected");
  return usedUp;
}

/** @returns The upload whose row is gone, or null. @throws LeaseLostError before anything is removed. */
async function fail(
  deps: ActivityDeps,
  { activity, group }: LoadedActivity,
  err: unknown,
  { log, steps }: Progress,
): Promise<string | null> {
  const why =
    err instanceof CollectionError
      ? err.message
      : `The platform itself failed: ${err instanceof Error ? err.message : String(err)}`;
  // Whoever took over works in the folder, or has ended the activity and left it to be used.
  await fenced(deps.db, deps.lease.key, () => Promise.resolve());
  // The folder first: interrupted here, the next driver fails in the same way and cleans up again.
  const left = group?.path ? await cleanUp(group.path, group.id) : "";
  const usedUp = await fenced(deps.db, deps.lease.key, async (tx) => {
    const uploadId = group && (await freeUpload(tx, group.id));
    await endActivity(tx, activity.id, { status: "failed", log: `${why}\n${left}\n${log}`, steps });
    if (group) await deleteGroup(tx, group.id);
    await deleteLease(tx, deps.lease.key);
    return uploadId;
  });
  deps.log.info({ activityId: activity.id, package: activity.pkg_name, why }, "collection failed");
  return usedUp;
}

/** @returns A line for the log if something could not be removed, else "". */
async function cleanUp(folder: string, groupId: number): Promise<string> {
  try {
    await removeFolder(folder, groupId);
    await removeEmptyParents(folder);
    return "";
  } catch (err) {
    return `The folder ${folder} could not be removed: ${(err as Error).message}\n`;
  }
}
