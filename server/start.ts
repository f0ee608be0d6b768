/**
 * One fractal-ts process, from nothing to serving, and back.
 *
 *     data folder → port → PostgreSQL → migrations → secrets → runner → web
 *
 * Ended in the opposite order; PostgreSQL last, and only if nobody else uses it.
 */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { closeDb, getDb } from "@/db/client";
import type { Db } from "@/db/client";
import { startEmbedded } from "@/db/embedded";
import { migrate } from "@/db/migrate";
import { archiveRoute } from "@/server/http/archive";
import { dataRoute } from "@/server/http/data";
import { serveRoutes } from "@/server/http/serve";
import type { Routes } from "@/server/http/serve";
import { uploadRoute } from "@/server/http/upload";
import { ConfigError, uploadLimits } from "@/server/platform/env";
import type { Env } from "@/server/platform/env";
import type { Logger } from "@/server/platform/logger";
import { ensureDataDir, ensureSecret } from "@/server/platform/paths";
import { requireFreePort } from "@/server/platform/ports";
import { startRunner } from "@/server/runner";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Answered here and not by Next, because their bytes stream. */
const routesOf = (env: Env): Routes => ({
  "/api/data": dataRoute(),
  "/api/archive": archiveRoute(),
  "/api/upload": uploadRoute({ dataDir: env.FRACTAL_DATA_DIR, ...uploadLimits(env) }),
});
/** A large file over a slow line; Node's own 5 minutes would cut it. */
const REQUEST_MS = 2 * 60 * 60_000;
/** Requests that are under way get this long to end. */
const DRAIN_MS = 5_000;

export type StartedServer = {
  /** The public address. */
  readonly url: string;
  /** The pool of this process's web part. */
  readonly db: Db;
  /** With the password: never log it. */
  readonly databaseUrl: string;
  /** Sentences for the person who starts this, for instance where the data had to go. */
  readonly notes: readonly string[];
  /** Hands the work over and ends: web, runner, pools, PostgreSQL. Workers go on. A second call waits for the first. */
  stop(): Promise<void>;
};

/**
 * Sets DATABASE_URL, NEXTAUTH_SECRET, NEXTAUTH_URL and NODE_ENV of this process, because Next's copy of our
 * modules reads them from there. What was started is stopped again if a later step fails.
 *
 * @param options.dev Next compiles pages on demand; otherwise `.next` must have been built.
 * @throws ConfigError | DatabaseError with one sentence.
 */
export async function startServer(options: { env: Env; log: Logger; dev?: boolean }): Promise<StartedServer> {
  const { env, log, dev = false } = options;
  const isWeb = env.FRACTAL_ROLE !== "runner";
  if (env.FRACTAL_TASKS_USER !== undefined)
    throw new ConfigError(
      "FRACTAL_TASKS_USER is set, but running foreign code as another account is not supported yet; unset it to run it as the server's own account.",
    );
  ensureDataDir(env.FRACTAL_DATA_DIR);
  if (isWeb) {
    await requireFreePort(env.PORT);
    if (!dev) requireBuild();
  }
  const cleanups: (() => Promise<void>)[] = [];
  const stop = once(async () => {
    for (const cleanUp of cleanups.reverse())
      await cleanUp().catch((err: unknown) => {
        log.warn({ err }, "did not stop cleanly");
      });
  });
  try {
    const { databaseUrl, notes } = await openDatabase(env, log, cleanups);
    const url = env.NEXTAUTH_URL ?? `http://localhost:${env.PORT}`;
    setProcessEnv({
      DATABASE_URL: databaseUrl,
      NEXTAUTH_SECRET:
        process.env["NEXTAUTH_SECRET"] || ensureSecret(env.FRACTAL_DATA_DIR, "nextauth-secret"),
      NEXTAUTH_URL: url,
      NODE_ENV: dev ? "development" : "production",
    });
    const db = getDb();
    cleanups.push(() => closeDb(db));
    if (env.FRACTAL_ROLE !== "web") {
      const runner = await startRunner({
        databaseUrl,
        dataDir: env.FRACTAL_DATA_DIR,
        jobLogDays: env.FRACTAL_JOB_LOG_DAYS,
        minFree: {
          min_free_bytes: env.FRACTAL_MIN_FREE_MB * 1e6,
          min_free_percent: env.FRACTAL_MIN_FREE_PERCENT,
        },
        log,
      });
      cleanups.push(() => runner.stop());
    }
    if (isWeb) cleanups.push(await startWeb({ env, dev, db, log }));
    log.info({ url, role: env.FRACTAL_ROLE }, "ready");
    return { url, db, databaseUrl, notes, stop };
  } catch (err) {
    await stop();
    throw err;
  }
}

async function openDatabase(env: Env, log: Logger, cleanups: (() => Promise<void>)[]) {
  if (env.DATABASE_URL !== undefined) {
    await migrate(env.DATABASE_URL);
    return { databaseUrl: env.DATABASE_URL, notes: [] };
  }
  const embedded = await startEmbedded(env.FRACTAL_DATA_DIR, log);
  cleanups.push(() => embedded.stop());
  for (const note of embedded.notes) log.info({}, note);
  await migrate(embedded.url);
  return { databaseUrl: embedded.url, notes: embedded.notes };
}

function requireBuild(): void {
  if (!existsSync(path.join(ROOT, ".next", "BUILD_ID")))
    throw new ConfigError(
      "The interface has not been built; run `npm run build` first, or `npm run quickstart`.",
    );
}

/** @returns What stops it. */
async function startWeb(options: {
  env: Env;
  dev: boolean;
  db: Db;
  log: Logger;
}): Promise<() => Promise<void>> {
  const { env, dev, db, log } = options;
  const port = env.PORT;
  // Loaded late: it reads NODE_ENV, and a runner process does not need it at all.
  const { default: next } = await import("next");
  const server = createServer({ requestTimeout: REQUEST_MS });
  const app = next({ dev, dir: ROOT, port, httpServer: server });
  await app.prepare();
  const handle = app.getRequestHandler();
  const serveOwn = serveRoutes(routesOf(env), { db, log });
  server.on("request", (request, response) => {
    if (!serveOwn(request, response)) void handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return async () => {
    await drain(server);
    await app.close();
  };
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, DRAIN_MS);
  await closed;
  clearTimeout(timer);
}

function setProcessEnv(values: Readonly<Record<string, string>>): void {
  Object.assign(process.env, values);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
