/**
 * Puts the folder of an ended job away: one zip beside it, whose own directory is the index of what it holds.
 *
 *     folder ─▶ .zip.{token}.tmp ─ read back ─▶ .zip ─▶ folder removed ─▶ job.archived_at
 *
 * Killed anywhere, either the folder or the archive is whole, and the next pass goes on: the name `.zip` is given
 * only to an archive that was read back and is on the disk, and a folder is removed only beside one. Each pass
 * writes under a name of its own, so two of them, one overtaken, never write into one file.
 */
import { link, open, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { archiveOf } from "@/server/domain/jobs/archive";
import { isSameTree, listTree } from "@/server/platform/file-tree";
import type { TreeEntry } from "@/server/platform/file-tree";
import { errorSentence } from "@/server/platform/error-text";
import { checkZip, writeZip } from "@/server/platform/zip";
import type { HeldLease } from "../engine/lease";
import { isTransient } from "../engine/transient";
import { findUnarchived, setArchived, setArchiveProblem } from "../store/archive";
import { deleteLease, fenced, releaseLease } from "../store/lease";
import type { DriveDeps } from "./runner";

/** After a failed try; doubled each time. */
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3_600;
/** Logs above this size are stored as they are, so that a page in their middle costs no reading of what is before. */
const STORED_LOG_BYTES = 1024 * 1024;
const LOG = /(^|\/)(logs\.txt|\d+\.log)$/;

export type ArchiveStep = "writing" | "checked" | "renamed" | "removed";
type Options = {
  /** For tests that end the process there, or disturb it. */
  onStep?: (step: ArchiveStep) => void | Promise<void>;
};

/** The folder is not there, and the place where it was is: nobody will bring it back. */
class FolderGoneError extends Error {
  override readonly name = "FolderGoneError";
}

/**
 * One try. If it fails, the folder stays, the job says why, and the lease is let go until the next try.
 *
 * @throws LeaseLostError, AbortError, or a lost database connection: for another driver.
 */
export async function archiveJob(deps: DriveDeps, jobId: number, options: Options = {}): Promise<void> {
  const { db, lease, log } = deps;
  const job = await findUnarchived(db, jobId);
  if (!job) return fenced(db, lease.key, (tx) => deleteLease(tx, lease.key));
  try {
    if (job.open_batches > 0)
      throw new Error(`It is not proven that all of its workers have ended (${job.open_batches} not).`);
    const bytes = await putAway(deps, job.working_dir, options.onStep ?? (() => undefined));
    await fenced(db, lease.key, async (tx) => {
      await setArchived(tx, jobId, bytes);
      await deleteLease(tx, lease.key);
    });
    log.info({ jobId, bytes }, "job archived");
  } catch (err) {
    if (isTransient(err, deps)) throw err;
    const isGone = err instanceof FolderGoneError;
    const why = errorSentence(err);
    log.warn({ err, jobId }, "the folder of a job cannot be archived");
    await fenced(db, lease.key, async (tx) => {
      const problem = isGone
        ? why
        : `The folder could not be archived: ${why} It is kept as it is, and tried again by itself.`;
      await setArchiveProblem(tx, jobId, problem);
      await (isGone ? deleteLease(tx, lease.key) : releaseLease(tx, lease.key, pauseSeconds(lease)));
    });
  }
}

const pauseSeconds = ({ key }: HeldLease) =>
  Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.min(20, key.token - 1));

/**
 * Asks the database, not the signal: a process that slept through the loss of its lease has not heard of it yet.
 *
 * @throws LeaseLostError
 */
const confirm = ({ db, lease }: DriveDeps): Promise<void> => fenced(db, lease.key, () => Promise.resolve());

/** @returns Bytes of the archive. */
async function putAway(
  deps: DriveDeps,
  folder: string,
  onStep: NonNullable<Options["onStep"]>,
): Promise<number> {
  const { key, signal } = deps.lease;
  const zip = archiveOf(folder);
  await removeUnfinished(zip, key.token);
  const isThere = await exists(folder);
  if (await exists(zip)) {
    // A pass before this one got so far; what is left of the folder must be in it.
    if (isThere) await checkZip(zip, await listTree(folder), { exactly: false, signal });
  } else {
    if (!isThere) throw await explainAbsence(folder);
    await writeArchive(deps, folder, zip, onStep);
  }
  await onStep("renamed");
  signal.throwIfAborted();
  await confirm(deps);
  await rm(folder, { recursive: true, force: true });
  await syncFolder(path.dirname(folder));
  await onStep("removed");
  return (await stat(zip)).size;
}

async function writeArchive(
  deps: DriveDeps,
  folder: string,
  zip: string,
  onStep: NonNullable<Options["onStep"]>,
): Promise<void> {
  const { key, signal } = deps.lease;
  const entries = await listTree(folder);
  await requireRoom(path.dirname(folder), entries);
  const unfinished = `${zip}.${key.token}.tmp`;
  try {
    await onStep("writing");
    // Logs first: who looks for one finds it at the beginning of the directory.
    const inOrder = [...entries.filter(isLog), ...entries.filter((entry) => !isLog(entry))];
    const isStored = (entry: TreeEntry & { kind: "file" }) => isLog(entry) && entry.size > STORED_LOG_BYTES;
    await writeZip(folder, inOrder, unfinished, { isStored, signal });
    await checkZip(unfinished, entries, { exactly: true, signal });
    if (!isSameTree(entries, await listTree(folder))) throw new Error("Something still writes into it.");
    await onStep("checked");
    signal.throwIfAborted();
    await confirm(deps);
    await giveName(unfinished, zip);
    await syncFolder(path.dirname(zip));
  } catch (err) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw isFull(err) ? new Error(`The disk of ${path.dirname(folder)} is full.`) : err;
  }
}

const isLog = (entry: TreeEntry) => entry.kind === "file" && LOG.test(entry.name);

/** Jobs that run need the disk more than an archive does. @throws Error with the numbers. */
async function requireRoom(place: string, entries: readonly TreeEntry[]): Promise<void> {
  const needed = entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  if (needed > free)
    throw new Error(
      `The archive needs up to ${inMb(needed)} on the disk of ${place}, where ${inMb(free)} are free.`,
    );
}

const inMb = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
const codeOf = (err: unknown) => (err instanceof Error && "code" in err ? String(err.code) : "");
const isFull = (err: unknown) => ["ENOSPC", "EDQUOT"].includes(codeOf(err));

async function explainAbsence(folder: string): Promise<Error> {
  const place = path.dirname(folder);
  return (await exists(place))
    ? new FolderGoneError("The folder is not there: it could not be made, or somebody removed it.")
    : new Error(`${place} cannot be seen from here.`);
}

const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/**
 * Never over an archive that is there: it may be whole while its folder, of which this one was made, was half removed.
 *
 * @throws EEXIST
 */
async function giveName(unfinished: string, zip: string): Promise<void> {
  try {
    await link(unfinished, zip);
    await rm(unfinished);
  } catch (err) {
    // Some file systems have no links; there the lease, confirmed just now, has to do.
    if (!NO_LINKS.includes(codeOf(err))) throw err;
    await rename(unfinished, zip);
  }
}

/** What passes before this one, which were killed or overtaken, have left. */
async function removeUnfinished(zip: string, token: number): Promise<void> {
  const place = path.dirname(zip);
  const names = await readdir(place).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${path.basename(zip)}.`)) continue;
    const [, made] = /\.(\d+)\.tmp$/.exec(name) ?? [];
    if (made !== undefined && Number(made) < token) await rm(path.join(place, name), { force: true });
  }
}

/** A rename survives a loss of power only with the folder that names it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws what is neither yes nor no: a folder that cannot be looked at is not gone. */
async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (err) {
    if (codeOf(err) === "ENOENT") return false;
    throw err;
  }
}
