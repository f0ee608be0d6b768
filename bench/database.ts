/** A PostgreSQL of its own for one benchmark. */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { closeDb, createDb } from "@/db/client";
import type { Db } from "@/db/client";
import { startEmbedded } from "@/db/embedded";
import { migrate } from "@/db/migrate";
import { silentLog } from "@/server/runner/testing";

/** Starts it and gives it to `work`; nothing of it is left behind. */
export async function withDatabase<T>(work: (db: Db, url: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "fractal-bench-"));
  // As root the database runs as another account; where that cannot enter, it lives elsewhere and stays.
  await chmod(folder, 0o711);
  const server = await startEmbedded(folder, silentLog);
  try {
    await migrate(server.url);
    const db = createDb(server.url);
    try {
      return await work(db, server.url);
    } finally {
      await closeDb(db);
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
