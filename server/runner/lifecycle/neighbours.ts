/**
 * A killed runner holds its leases for up to a minute. Where its process id can be looked at and does not
 * exist, it is certainly dead, and the work goes on at once; where it cannot be told, the lease decides.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Db } from "@/db/client";
import type { Logger } from "@/server/platform/logger";
import { bury, listNeighbours } from "../store/presence";
import type { RunnerIdentity } from "../store/presence";

export function identify(): RunnerIdentity {
  const host = hostname();
  return {
    owner: `${host}-${process.pid}-${randomBytes(3).toString("hex")}`,
    host,
    pid_scope: pidScope(host),
    pid: process.pid,
  };
}

/** Containers may share a host name, so on Linux the scope is the boot and the pid namespace. */
function pidScope(host: string): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return host;
  }
}

export async function buryDeadNeighbours(db: Db, self: RunnerIdentity, log: Logger): Promise<void> {
  for (const { owner, pid } of await listNeighbours(db, self)) {
    if (isAlive(pid)) continue;
    log.info({ owner }, "a runner of this machine has died; its work goes on here");
    await bury(db, owner);
  }
}

/** A reused process id counts as alive: then the lease decides. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return (err as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
