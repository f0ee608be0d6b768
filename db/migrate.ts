import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import { createClient } from "@/db/client";
import { DatabaseError, describeUrl, toDatabaseError } from "@/db/errors";

export const MIGRATIONS_FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));

const OLDEST_SERVER = 14;
/** Any constant will do; every fractal-ts process uses this one. */
const MIGRATION_LOCK = 7_226_418_001;

type Journal = { entries: { when: number; tag: string }[] };

/**
 * Brings the schema up to the code. Safe to run from several processes at once: one migrates, the others
 * wait and find nothing to do. All pending migrations are one transaction.
 *
 * @throws DatabaseError with one sentence: unreachable, refused, missing, older than PostgreSQL 14, or
 *   migrated by newer code.
 */
export async function migrate(url: string, folder: string = MIGRATIONS_FOLDER): Promise<void> {
  const newestKnown = newestMigration(folder);
  // One connection: the advisory lock belongs to a session, and the migrations must run in that session.
  const client = createClient(url, { max: 1 });
  try {
    const [server] = await client<{ server_version: string }[]>`SHOW server_version`;
    const version = server?.server_version ?? "";
    if (Number.parseInt(version, 10) < OLDEST_SERVER) {
      throw new DatabaseError(
        `The database ${describeUrl(url)} is PostgreSQL ${version}; fractal-ts needs ${OLDEST_SERVER} or newer.`,
      );
    }
    await client`SELECT pg_advisory_lock(${MIGRATION_LOCK})`;
    const applied = await newestApplied(client);
    if (applied > newestKnown) {
      throw new DatabaseError(
        `The database ${describeUrl(url)} was migrated by a newer version of fractal-ts ` +
          `(${new Date(applied).toISOString()}); start that version, or restore a backup made before the upgrade.`,
      );
    }
    await applyMigrations(drizzle(client), { migrationsFolder: folder });
  } catch (err) {
    throw toDatabaseError(err, url) ?? err;
  } finally {
    await client.end({ timeout: 5 }); // ends the session, and the lock with it
  }
}

/** When the newest migration of the code was made, epoch ms. */
function newestMigration(folder: string): number {
  const path = `${folder}/meta/_journal.json`;
  if (!existsSync(path)) {
    throw new DatabaseError(
      `The migrations are missing: ${path} does not exist. Check out the repository again.`,
    );
  }
  const journal = JSON.parse(readFileSync(path, "utf8")) as Journal;
  return Math.max(0, ...journal.entries.map((entry) => entry.when));
}

/** The same of the newest applied one; 0 in a database that was never migrated. */
async function newestApplied(client: ReturnType<typeof createClient>): Promise<number> {
  const [table] = await client<{ found: string | null }[]>`
    SELECT to_regclass('drizzle.__drizzle_migrations')::text AS found`;
  if (!table?.found) return 0;
  const [row] = await client<{ newest: number }[]>`
    SELECT coalesce(max(created_at), 0)::float8 AS newest FROM drizzle.__drizzle_migrations`;
  return row?.newest ?? 0;
}
