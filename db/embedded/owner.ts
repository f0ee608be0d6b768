import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "@/db/embedded/processes";

/** One use of the server by one process. `identity` tells that process from a later one with the same pid. */
export type Use = { readonly pid: number; readonly identity: string | null; readonly token: string };

/** `owner` stops the server when it leaves, unless somebody in `others` takes over. */
type Owners = { owner: Use | null; others: Use[] };

const isAlive = (use: Use) => use.identity !== null && processIdentity(use.pid) === use.identity;

/**
 * Registers this process. Call under the lock.
 *
 * @param isStarter True if we started the server; else we own it only if its owner is dead.
 */
export function enter(home: string, isStarter: boolean): Use {
  const me: Use = { pid: process.pid, identity: processIdentity(process.pid), token: randomUUID() };
  const { owner, others } = readOwners(home);
  if (isStarter || owner === null) writeOwners(home, { owner: me, others });
  else writeOwners(home, { owner, others: [...others, me] });
  return me;
}

/**
 * Takes this process off the list. Call under the lock.
 *
 * @returns True if the caller must stop the server: it owned it, and no living process uses it any more.
 */
export function leave(home: string, me: Use): boolean {
  const { owner, others } = readOwners(home);
  const remaining = others.filter((use) => use.token !== me.token);
  if (owner !== null && owner.token !== me.token) {
    writeOwners(home, { owner, others: remaining });
    return false;
  }
  writeOwners(home, { owner: remaining[0] ?? null, others: remaining.slice(1) });
  return remaining.length === 0;
}

/** The dead are left out: a killed process cannot sign off. */
function readOwners(home: string): Owners {
  try {
    const { owner, others } = JSON.parse(readFileSync(join(home, "owner.json"), "utf8")) as Owners;
    return { owner: owner && isAlive(owner) ? owner : null, others: others.filter(isAlive) };
  } catch {
    return { owner: null, others: [] };
  }
}

function writeOwners(home: string, owners: Owners): void {
  const path = join(home, "owner.json");
  writeFileSync(`${path}.draft`, JSON.stringify(owners), { mode: 0o600 });
  renameSync(`${path}.draft`, path);
}
