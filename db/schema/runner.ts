import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { LEASE_KINDS, RUNNER_CALL_KINDS } from "../../server/contracts/enums";
import type { LeaseKind, RunnerCallKind } from "../../server/contracts/enums";
import { id, instant, oneOf, ref } from "../columns";

/**
 * Who may drive a job, poll a resource, run an activity, put away the folder of an ended job (`janitor`),
 * delete the rows of a deleted dataset (`deletion`). Inserted expired; see `server/runner/store/lease.ts`.
 */
export const leases = pgTable(
  "lease",
  {
    kind: text().$type<LeaseKind>().notNull(),
    /** Id of the job (kinds `job` and `janitor`), resource, activity or dataset (`deletion`). */
    id: ref().notNull(),
    /** Runner that holds it; null: nobody yet. */
    owner: text(),
    /** Raised by every claim: a holder with an older token has lost the lease. */
    token: bigint({ mode: "number" }).notNull().default(0),
    /** On the database's clock. */
    expires_at: instant()
      .notNull()
      .default(sql`'-infinity'`),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.id] }),
    oneOf("lease_kind_check", t.kind, LEASE_KINDS),
    // The claim query.
    index("lease_kind_expires_at_idx").on(t.kind, t.expires_at),
  ],
);

/** A question of the web to a runner ("the log of this unit, now"). Deleted a minute after it was asked. */
export const runnerCalls = pgTable(
  "runner_call",
  {
    id: id(),
    kind: text().$type<RunnerCallKind>().notNull(),
    args: jsonb().$type<Record<string, unknown>>().notNull(),
    user_id: ref().notNull(),
    timestamp_created: instant()
      .notNull()
      .default(sql`now()`),
    expires_at: instant().notNull(),
    /** Null: no runner has taken it. */
    taken_at: instant(),
    /** Null: no answer yet. */
    answer: jsonb().$type<{ ok: true; value: unknown } | { ok: false; error: string }>(),
  },
  (t) => [
    oneOf("runner_call_kind_check", t.kind, RUNNER_CALL_KINDS),
    index("runner_call_open_idx")
      .on(t.id)
      .where(sql`${t.taken_at} IS NULL`),
  ],
);

/** A runner process and when it was last alive; rows older than a day are deleted. */
export const runners = pgTable("runner", {
  /** `{host}-{pid}-{random}`. */
  owner: text().primaryKey(),
  host: text().notNull(),
  /** Equal for processes that see each other's process ids: one boot of one machine, one pid namespace. */
  pid_scope: text().notNull(),
  pid: integer().notNull(),
  started_at: instant()
    .notNull()
    .default(sql`now()`),
  seen_at: instant()
    .notNull()
    .default(sql`now()`),
});

/** Facts of this installation. `instance`: 6 letters that mark our jobs on a shared cluster. */
export const settings = pgTable("setting", {
  key: text().primaryKey(),
  value: text().notNull(),
});
