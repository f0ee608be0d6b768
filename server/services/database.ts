/** Small things that verbs need from PostgreSQL. */
import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { Queryable } from "@/db/client";

/** True if `err` is the refusal of this unique index; drizzle wraps what the driver threw. */
export function isUniqueViolation(err: unknown, constraint: string): boolean {
  const { code, constraint_name, cause } = (err ?? {}) as {
    code?: unknown;
    constraint_name?: unknown;
    cause?: unknown;
  };
  if (code === "23505" && constraint_name === constraint) return true;
  return cause !== undefined && cause !== err && isUniqueViolation(cause, constraint);
}

/** Rows of a hand-written query. `T` repeats the select list: nothing checks it, so keep the two together. */
export async function rowsOf<T>(db: Queryable, query: SQL): Promise<T[]> {
  return Array.from(await db.execute(query)) as T[];
}

/** A JSON value as a `jsonb` parameter. */
export const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::jsonb`;

/** Delivered at commit. */
export async function notify(db: Queryable, channel: string, payload: string): Promise<void> {
  await db.execute(sql`SELECT pg_notify(${channel}, ${payload})`);
}
