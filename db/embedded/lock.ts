import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "@/db/embedded/processes";
import { DatabaseError } from "@/db/errors";

type Holder = { pid: number; identity: string | null; claim: string };

const WAIT_MS = 10 * 60_000; // longer than a server may take to recover after a crash
const POLL_MS = 50;

/**
 * Runs `work` in one process at a time. The lock of a dead process is taken over, so that a start killed
 * half-way blocks nobody.
 *
 * @param path The lock file; its folder exists.
 * @throws DatabaseError after ten minutes of waiting for a living holder.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const claim = randomUUID();
  const deadline = Date.now() + WAIT_MS;
  for (let holder = acquire(path, claim); holder; holder = acquire(path, claim)) {
    if (isDead(holder)) {
      removeStale(path, holder);
      continue;
    }
    if (Date.now() > deadline) {
      throw new DatabaseError(
        `Process ${holder.pid} has been starting or stopping the embedded PostgreSQL for more than ten minutes; ` +
          `stop it, then try again.`,
      );
    }
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if (readHolder(path)?.claim === claim) rmSync(path, { force: true });
  }
}

/** Null: the lock is ours. Otherwise whose it is. */
function acquire(path: string, claim: string): Holder | null {
  const draft = `${path}.${claim}`;
  const mine: Holder = { pid: process.pid, identity: processIdentity(process.pid), claim };
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    linkSync(draft, path); // unlike open(O_EXCL), never visible half-written
    return null;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
    return readHolder(path) ?? { pid: 0, identity: null, claim: "" };
  } finally {
    rmSync(draft, { force: true });
  }
}

const isDead = (holder: Holder) => holder.pid === 0 || processIdentity(holder.pid) !== holder.identity;

/** Two processes may judge the same lock stale; the slower one must not remove the faster one's new lock. */
function removeStale(path: string, stale: Holder): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    const taken = readHolder(aside);
    if (taken && taken.claim !== stale.claim) linkSync(aside, path);
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "EEXIST") throw err;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Null: released meanwhile, or not written by us. */
function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return null;
  }
}
