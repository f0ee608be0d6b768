import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { makePgArray } from "drizzle-orm/pg-core/utils/array";
import postgres from "postgres";
import { parse as parsePgArray } from "postgres-array";
import { DatabaseError, toDatabaseError } from "@/db/errors";
import * as schema from "@/db/schema";

/** drizzle over one pool; `$client` is postgres.js, for COPY, cursors and `unnest` inserts. */
export type Db = PostgresJsDatabase<typeof schema> & { $client: Client };
/** What `db.transaction` hands to its callback. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];
/** For functions that do not care whether they run inside a transaction. */
export type Queryable = Db | Tx;

const WEB_POOL = 8;

type Client = postgres.Sql<{ bigint: number }>;

const arrayOf = <T>(oid: number, parse: (text: string) => T) => ({
  to: oid,
  from: [oid],
  parse: (text: string) => parsePgArray(text, parse),
  // Columns of drizzle have made the text already.
  serialize: (value: unknown[] | string) => (typeof value === "string" ? value : makePgArray(value)),
});
/** All that are sent or read as arrays outside drizzle's own columns; another one is a line here. */
const ARRAYS = {
  bools: arrayOf(1000, (text) => text === "t"),
  int4s: arrayOf(1007, Number),
  texts: arrayOf(1009, String),
  int8s: arrayOf(1016, Number),
  float8s: arrayOf(1022, Number),
};

/**
 * postgres.js as the whole tree uses it; connects at the first query.
 *
 * @throws DatabaseError if `url` is not a URL.
 */
export function createClient(url: string, { max = WEB_POOL }: { max?: number } = {}): Client {
  try {
    return postgres(url, {
      max,
      connect_timeout: 10,
      onnotice: () => undefined, // would be printed to stdout
      connection: { application_name: "fractal-ts", TimeZone: "UTC" },
      // Ids and counts stay below 2^53, and a number survives JSON where a bigint does not.
      types: { bigint: { to: 20, from: [20], parse: Number, serialize: String }, ...ARRAYS },
      // Asking the server for its types, postgres.js awaits nothing: if it dies just then, the rejection ends us too.
      fetch_types: false,
    });
  } catch (err) {
    throw toDatabaseError(err, url) ?? err;
  }
}

/**
 * Opens lazily: nothing connects before the first query.
 *
 * @param options.max Connections at most: web 8 (default), runner 8, one-shot tools 1.
 */
export function createDb(url: string, options: { max?: number } = {}): Db {
  return drizzle(createClient(url, options), { schema });
}

/** Waits up to 5 s for running queries, then cuts them. */
export async function closeDb(db: Db): Promise<void> {
  if (shared.fractalDb === db) delete shared.fractalDb;
  await db.$client.end({ timeout: 5 });
}

// Next loads its own copy of this module; only globalThis is one per process.
const shared = globalThis as { fractalDb?: Db };

/**
 * The web process's pool. `server/main.ts` sets DATABASE_URL (also for the embedded server) before Next loads.
 *
 * @throws DatabaseError when DATABASE_URL is not set.
 */
export function getDb(): Db {
  if (shared.fractalDb) return shared.fractalDb;
  const url = process.env["DATABASE_URL"];
  if (!url) throw new DatabaseError("DATABASE_URL is not set, so there is no database to use.");
  return (shared.fractalDb = createDb(url));
}
