import { readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { SERVER_USER } from "@/db/embedded/cluster";
import type { Place } from "@/db/embedded/place";
import { processCommand, processIdentity } from "@/db/embedded/processes";
import { DatabaseError } from "@/db/errors";

/** What PostgreSQL writes of itself into postmaster.pid. `port` is 0 in a file cut short. */
export type Postmaster = { readonly pid: number; readonly port: number };

/** "silent": nobody listens there (yet). "starting": it says that it is starting, recovering or stopping. */
export type Answer = "ours" | "foreign" | "starting" | "silent";

const POLL_MS = 50;
const RECOVERY_MS = 5 * 60_000; // replaying the write-ahead log after a crash
const SILENCE_MS = 30_000;
const STOP_MS = 60_000;

export function readPostmaster(data: string): Postmaster | null {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    const pid = Number.parseInt(lines[0] ?? "", 10);
    return pid > 0 ? { pid, port: Number.parseInt(lines[3] ?? "", 10) || 0 } : null;
  } catch {
    return null;
  }
}

/** The server named by the file, if it may be alive. Changes nothing. */
export function findPostmaster(data: string): Postmaster | null {
  const found = readPostmaster(data);
  if (!found) return null;
  const command = processIdentity(found.pid) === null ? "" : processCommand(found.pid);
  return command === null || /postgres|postmaster/.test(command) ? found : null;
}

/**
 * Clears up after a server that died; call under the lock. PostgreSQL would do this itself, but it takes any living process with
 * the old pid for a server: a zombie, or an unrelated program after a reboot or a container restart.
 *
 * @returns The pid in the file if it may be a living server, otherwise null and the file is gone.
 */
export function livingPostmaster(data: string): Postmaster | null {
  const found = findPostmaster(data);
  if (!found && readPostmaster(data)) rmSync(join(data, "postmaster.pid"), { force: true });
  return found;
}

export function serverUrl(port: number, password: string, database: string): string {
  return `postgres://${SERVER_USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** Asks the server on that port whether it knows our password and works on our folder. Never throws. */
export async function ask(port: number, password: string, data: string): Promise<Answer> {
  const url = serverUrl(port, password, "postgres");
  const client = postgres(url, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => undefined });
  try {
    const [row] = await client<{ data_directory: string }[]>`SHOW data_directory`;
    return row && realpathSync(row.data_directory) === realpathSync(data) ? "ours" : "foreign";
  } catch (err) {
    const { code } = err as { code?: string };
    if (code === "57P03") return "starting";
    const isSilent = [
      "ECONNREFUSED",
      "ECONNRESET",
      "CONNECT_TIMEOUT",
      "CONNECTION_CLOSED",
      "ENOENT",
    ].includes(code ?? "");
    return isSilent ? "silent" : "foreign";
  } finally {
    await client.end({ timeout: 1 });
  }
}

/**
 * Waits for a living server in our folder to answer.
 *
 * @returns Its port, or null if it ended meanwhile.
 * @throws DatabaseError when it is not ours: another password, another folder, or silent for 30 s.
 */
export async function adoptable(place: Place, password: string): Promise<number | null> {
  const begin = Date.now();
  for (;;) {
    const found = livingPostmaster(place.data);
    if (!found) return null;
    const answer = found.port === 0 ? "silent" : await ask(found.port, password, place.data);
    if (answer === "ours") return found.port;
    const waitedMs = Date.now() - begin;
    if (answer === "foreign" || waitedMs > (answer === "starting" ? RECOVERY_MS : SILENCE_MS)) {
      const why = answer === "foreign" ? "does not accept our password" : "does not answer";
      throw new DatabaseError(
        `The database folder ${place.data} is in use by process ${found.pid} (port ${found.port}), which ${why}; ` +
          `stop that program, or set FRACTAL_DATA_DIR to another folder.`,
      );
    }
    await sleep(POLL_MS);
  }
}

/**
 * Waits until a server that we just started is ready.
 *
 * @param hasExited Tells whether our child has ended.
 * @returns False if it ended before it was ready.
 */
export async function waitUntilReady(
  place: Place,
  port: number,
  password: string,
  hasExited: () => boolean,
): Promise<boolean> {
  const deadline = Date.now() + RECOVERY_MS;
  while (!hasExited() && Date.now() < deadline) {
    if ((await ask(port, password, place.data)) === "ours") return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** Fast shutdown: sessions are cut, a checkpoint is written. After a minute the server is told to drop everything. */
export async function stopPostmaster(data: string): Promise<void> {
  const found = livingPostmaster(data);
  if (!found) return;
  const identity = processIdentity(found.pid);
  const signals: [NodeJS.Signals, number][] = [
    ["SIGINT", STOP_MS],
    ["SIGQUIT", 10_000], // safe: the next start recovers
  ];
  for (const [signal, waitMs] of signals) {
    const deadline = Date.now() + waitMs;
    if (processIdentity(found.pid) === identity) process.kill(found.pid, signal);
    while (Date.now() < deadline) {
      if (identity === null || processIdentity(found.pid) !== identity) return;
      await sleep(POLL_MS);
    }
  }
  throw new DatabaseError(`The embedded PostgreSQL (process ${found.pid}) does not stop.`);
}
