import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DatabaseError } from "@/db/errors";
import { MIGRATIONS_FOLDER, migrate } from "@/db/migrate";
import * as schema from "@/db/schema";
import { createTestDb, type TestDb } from "@/db/testing";

let t: TestDb;
let folder: string;
beforeAll(async () => {
  t = await createTestDb();
  folder = mkdtempSync(join(tmpdir(), "fractal-migrations-"));
});
afterAll(async () => {
  await t.drop();
  rmSync(folder, { recursive: true, force: true });
});

const at = (change: (url: URL) => void) => {
  const url = new URL(t.url);
  change(url);
  return url.href;
};

async function failure(url: string): Promise<string> {
  const err: unknown = await migrate(url).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(err).toBeInstanceOf(DatabaseError);
  const { message } = err as DatabaseError;
  expect(message).not.toContain("s3cret");
  expect(message).not.toContain(new URL(t.url).password);
  expect(message).not.toContain("\n");
  return message;
}

/** Migrations of a day, each a statement. */
function writeMigrations(name: string, statements: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(join(path, "meta"), { recursive: true });
  const entries = statements.map((statement, idx) => {
    const tag = String(idx).padStart(4, "0");
    writeFileSync(join(path, `${tag}.sql`), statement);
    return { idx, version: "7", when: 4_102_444_800_000 + idx, tag, breakpoints: true };
  });
  writeFileSync(
    join(path, "meta", "_journal.json"),
    JSON.stringify({ version: "7", dialect: "postgresql", entries }),
  );
  return path;
}

async function withDatabase(name: string, work: (url: string) => Promise<void>): Promise<void> {
  const admin = postgres(
    at((url) => (url.pathname = "/postgres")),
    { max: 1, onnotice: () => undefined },
  );
  await admin.unsafe(`CREATE DATABASE ${name}`);
  try {
    await work(at((url) => (url.pathname = `/${name}`)));
  } finally {
    await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

test("processes that migrate at the same moment apply every migration once", async () => {
  const migrations = writeMigrations("counted", ["CREATE TABLE one ()", "CREATE TABLE two ()"]);
  await withDatabase(`migrate_${process.pid}`, async (url) => {
    await Promise.all([1, 2, 3, 4, 5].map(() => migrate(url, migrations)));
    const client = postgres(url, { max: 1 });
    const applied = await client`SELECT * FROM drizzle.__drizzle_migrations`;
    expect(applied).toHaveLength(2);
    await client.end();
  });
});

test("a migration that fails leaves nothing behind, not even the ones before it", async () => {
  const broken = writeMigrations("broken", ["CREATE TABLE one ()", "CREATE TABLE two (id nonsense)"]);
  await withDatabase(`migrate_broken_${process.pid}`, async (url) => {
    await expect(migrate(url, broken)).rejects.toThrow();
    const client = postgres(url, { max: 1 });
    expect(await client`SELECT 1 FROM pg_tables WHERE schemaname = 'public'`).toHaveLength(0);
    await client.end();
  });
});

test("a database migrated by newer code is refused and left alone", async () => {
  const newer = writeMigrations("newer", ["CREATE TABLE from_the_future ()"]);
  await withDatabase(`migrate_newer_${process.pid}`, async (url) => {
    await migrate(url, newer);
    expect(await failure(url)).toMatch(/was migrated by a newer version of fractal-ts/);
  });
});

test("the code's own migrations are applied in the order of their journal", () => {
  const journal = JSON.parse(readFileSync(join(MIGRATIONS_FOLDER, "meta", "_journal.json"), "utf8")) as {
    entries: { when: number }[];
  };
  const times = journal.entries.map((entry) => entry.when);
  // drizzle skips a migration that is older than the newest applied one.
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("nobody listening: one sentence with host, port and database", async () => {
  const message = await failure("postgres://fractal:s3cret@127.0.0.1:1/fractal");
  expect(message).toBe(
    "Cannot reach the database fractal on 127.0.0.1:1: connection refused. Check DATABASE_URL.",
  );
});

test("an unknown host", async () => {
  const message = await failure("postgres://fractal:s3cret@no-such-host.invalid/fractal");
  expect(message).toMatch(
    /^Cannot reach the database fractal on no-such-host.invalid:5432: (no such host|the host name)/,
  );
});

test("a wrong password", async () => {
  const message = await failure(at((url) => (url.password = "s3cret")));
  expect(message).toMatch(/refuses the user name or the password/);
});

test("a database that does not exist", async () => {
  const message = await failure(at((url) => (url.pathname = "/nowhere")));
  expect(message).toMatch(/^There is no database nowhere on 127\.0\.0\.1:\d+\./);
});

test("something that is not a URL", async () => {
  expect(await failure("db.example.org")).toMatch(/^DATABASE_URL is not a valid URL/);
});

test("the schema says nothing that no migration does", async () => {
  const { entries } = JSON.parse(readFileSync(`${MIGRATIONS_FOLDER}/meta/_journal.json`, "utf8")) as {
    entries: { tag: string }[];
  };
  const newest = entries.at(-1)?.tag.slice(0, 4) ?? "";
  const before: unknown = JSON.parse(
    readFileSync(`${MIGRATIONS_FOLDER}/meta/${newest}_snapshot.json`, "utf8"),
  );
  const statements = await generateMigration(before, generateDrizzleJson(schema));
  expect(statements, "run `npm run db:generate -- --name what_it_does` and commit its files").toEqual([]);
});
