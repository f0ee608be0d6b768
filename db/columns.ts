/** Column shapes that every table shares. */
import { sql } from "drizzle-orm";
import { bigint, check, customType } from "drizzle-orm/pg-core";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

/** Primary key, assigned by the database; below 2^53, so a JavaScript number holds it. */
export const id = () => bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity();

/** Reference to another row. Say `.references(…)` and what a null means. */
export const ref = () => bigint({ mode: "number" });

/** A moment; ISO 8601 text with offset in code, whatever the driver's own spelling. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp with time zone",
  fromDriver: (text) => (text.endsWith("infinity") ? text : new Date(text).toISOString()),
});

export const timestampCreated = {
  timestamp_created: instant()
    .notNull()
    .default(sql`now()`),
};

/** Check constraint that a text column holds one of a contract's words (or null, where the column allows it). */
export function oneOf(name: string, column: AnyPgColumn, words: readonly string[]) {
  return check(name, sql`${column} IN (${sql.raw(words.map((word) => `'${word}'`).join(", "))})`);
}
