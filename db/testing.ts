import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { closeDb, createDb, type Db } from "@/db/client";
import { processIdentity } from "@/db/embedded/processes";
import { toDatabaseError } from "@/db/errors";
import { MIGRATIONS_FOLDER, migrate } from "@/db/migrate";

export type TestDb = { readonly db: Db; readonly url: string; drop(): Promise<void> };

/** Any constant but the migrations' lock, which is taken while this one is held. */
const TEMPLATE_LOCK = 7_226_418_002;

/**
 * An empty, migrated database of a test file's own, on a real PostgreSQL: TEST_DATABASE_URL if it is set,
 * else the embedded server that `db/testing-server.ts` starts for the whole run. A clone of a template takes
 * about 50 ms.
 *
 * @throws DatabaseError, or an error that says how to run the tests.
 */
export async function createTestDb({ max = 8 }: { max?: number } = {}): Promise<TestDb> {
  const serverUrl = process.env["TEST_DATABASE_URL"];
  if (!serverUrl) {
    throw new Error(
      "No database server for tests: run `npx vitest run --project db` (or engine), or set TEST_DATABASE_URL.",
    );
  }
  const name = `fractal_test_${process.pid}_${randomBytes(4).toString("hex")}`;
  await withAdmin(serverUrl, async (admin) => {
    const template = await ensureTemplate(admin, serverUrl);
    await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const url = databaseUrl(serverUrl, name);
  const db = createDb(url, { max });
  const drop = async () => {
    await closeDb(db);
    // FORCE: a test that failed half-way leaves sessions behind.
    await withAdmin(serverUrl, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  };
  return { db, url, drop };
}

/** Removes what killed runs left on a server of this machine; a run that goes on beside us keeps its databases. */
export async function dropLeftovers(serverUrl: string): Promise<void> {
  await withAdmin(serverUrl, async (admin) => {
    await admin`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`; // nobody is building a template now
    const rows = await admin<{ datname: string }[]>`
      SELECT datname FROM pg_database WHERE datname ~ '^fractal_(test|template)_' AND datname <> ${templateName()}`;
    for (const { datname } of rows) {
      const creator = /^fractal_test_(\d+)_/.exec(datname)?.[1];
      if (creator && processIdentity(Number(creator)) !== null) continue;
      await admin.unsafe(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
    }
  });
}

/** One session on the server's own database. */
async function withAdmin<T>(serverUrl: string, work: (admin: postgres.Sql) => Promise<T>): Promise<T> {
  const admin = postgres(databaseUrl(serverUrl, "postgres"), { max: 1, onnotice: () => undefined });
  try {
    return await work(admin);
  } catch (err) {
    throw toDatabaseError(err, serverUrl) ?? err;
  } finally {
    await admin.end({ timeout: 5 });
  }
}

/** Migrated once per state of the migrations, whatever number of test files asks at the same moment. */
async function ensureTemplate(admin: postgres.Sql, serverUrl: string): Promise<string> {
  const name = templateName();
  const isThere = async () => (await admin`SELECT 1 FROM pg_database WHERE datname = ${name}`).length > 0;
  if (await isThere()) return name;
  await admin`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`;
  try {
    if (await isThere()) return name;
    const draft = `${name}_draft`;
    await admin.unsafe(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await admin.unsafe(`CREATE DATABASE ${draft}`);
    await migrate(databaseUrl(serverUrl, draft));
    // Renamed last: a template that is half migrated is never cloned.
    await admin.unsafe(`ALTER DATABASE ${draft} RENAME TO ${name}`);
  } finally {
    await admin`SELECT pg_advisory_unlock(${TEMPLATE_LOCK})`;
  }
  return name;
}

function templateName(): string {
  const hash = createHash("sha256");
  const names = existsSync(MIGRATIONS_FOLDER) ? readdirSync(MIGRATIONS_FOLDER).sort() : [];
  for (const name of names.filter((file) => file.endsWith(".sql"))) {
    hash.update(name).update(readFileSync(join(MIGRATIONS_FOLDER, name)));
  }
  return `fractal_template_${hash.digest("hex").slice(0, 12)}`;
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}
