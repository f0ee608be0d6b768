import { spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { SERVER_ENV } from "@/db/embedded/cluster";
import type { Place } from "@/db/embedded/place";
import { waitUntilReady } from "@/db/embedded/postmaster";
import { DatabaseError } from "@/db/errors";

const ATTEMPTS = 4;

/** On the command line and not in postgresql.conf, so that a new version of the code changes them. */
function settings(port: number, logFolder: string, isDurable: boolean): string[] {
  const values: Record<string, string | number> = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 100,
    shared_buffers: "128MB",
    jit: "off", // costs more than it gains on queries of milliseconds
    timezone: "UTC",
    wal_level: "minimal",
    max_wal_senders: 0,
    max_wal_size: "512MB",
    min_wal_size: "64MB",
    logging_collector: "on",
    log_directory: logFolder,
    log_filename: "postgresql-%a.log", // one file per weekday: a week is kept
    log_rotation_age: "1d",
    log_rotation_size: 0,
    log_truncate_on_rotation: "on",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] ",
  };
  const loseable = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
  const all = isDurable ? { ...values, fsync: "on" } : { ...values, ...loseable };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/**
 * Starts the server in a session of its own, so that neither Ctrl-C nor our death reaches it, and waits until
 * it answers. Call under the lock, with no other server in that folder.
 *
 * @param isDurable False only for tests: the database does not survive a crash of the machine.
 * @param fixedPort Where it must be, because others have its address; absent: the port of last time if it is free.
 * @returns The port.
 * @throws DatabaseError with PostgreSQL's own reason.
 */
export async function launch(
  place: Place,
  password: string,
  isDurable: boolean,
  fixedPort?: number,
): Promise<number> {
  const portFile = join(place.home, "port");
  for (let attempt = 1; ; attempt++) {
    const port = fixedPort ?? (await choosePort(portFile));
    const reason = await launchOn(port, place, password, isDurable);
    if (reason === null) {
      writeFileSync(portFile, `${port}\n`);
      return port;
    }
    // Another program took the port in between, or the last processes of a killed server still hold its memory.
    const isPassing = /could not bind|already in use|still in use|could not create any TCP/i.test(reason);
    if (!isPassing || attempt === ATTEMPTS) {
      throw new DatabaseError(
        `The embedded PostgreSQL did not start: ${reason}. Its log is in ${join(place.home, "log")}.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
  }
}

/** Null: it runs. Otherwise why it does not. */
async function launchOn(
  port: number,
  place: Place,
  password: string,
  isDurable: boolean,
): Promise<string | null> {
  const { home, data, programs, account } = place;
  const logFolder = join(home, "log");
  if (!existsSync(logFolder)) mkdirSync(logFolder, { mode: 0o700 });
  if (account) chownSync(logFolder, account.uid, account.gid);
  const startLog = join(home, "start.log"); // what is said before the log collector runs
  const log = openSync(startLog, "w", 0o600);
  const begin = Date.now();
  const ended: { why: string | null } = { why: null };
  const child = spawn(
    join(programs.folder, "bin", "postgres"),
    ["-D", data, ...settings(port, logFolder, isDurable)],
    {
      detached: true,
      stdio: ["ignore", log, log],
      env: SERVER_ENV,
      cwd: home,
      ...(account ? { uid: account.uid, gid: account.gid } : {}),
    },
  );
  child.once("error", (err) => (ended.why = err.message));
  child.once(
    "exit",
    (code, signal) => (ended.why = signal ? `ended by ${signal}` : `exit code ${String(code)}`),
  );
  closeSync(log);
  const isReady = await waitUntilReady(place, port, password, () => ended.why !== null);
  child.unref();
  if (isReady) return null;
  if (ended.why === null) return "it does not answer after five minutes";
  return lastFatal([startLog, ...logsSince(logFolder, begin)]) ?? ended.why;
}

async function choosePort(portFile: string): Promise<number> {
  const stored = existsSync(portFile) ? Number.parseInt(readFileSync(portFile, "utf8"), 10) : 0;
  return (stored > 0 ? await tryPort(stored) : null) ?? (await tryPort(0)) ?? 0;
}

/** @param port 0 for any. @returns Null if it is taken. */
function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : null));
    });
  });
}

function logsSince(folder: string, begin: number): string[] {
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path).mtimeMs >= begin - 1000);
}

/** The last complaint, without its time stamp. */
function lastFatal(paths: readonly string[]): string | null {
  const lines = paths.flatMap((path) => readFileSync(path, "utf8").split("\n"));
  const complaint = lines
    .filter((line) => /FATAL:|PANIC:|error while loading|cannot execute/.test(line))
    .at(-1);
  return complaint?.replace(/^.*?(FATAL|PANIC):\s*/, "").trim() ?? null;
}
