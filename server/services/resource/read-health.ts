import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { one } from "@/db/rows";
import { rowsOf } from "@/server/services/database";

export type Health = {
  database: "ok" | "unreachable";
  /** Seconds since a runner last reported; null: none ever did, or the database cannot be asked. */
  runner_seen_seconds_ago: number | null;
};

/** For probes, so nobody has to be signed in; it names nothing but these two facts. Never throws. */
export async function readHealth(db: Db): Promise<Health> {
  try {
    const query = sql`SELECT extract(epoch FROM clock_timestamp() - max(seen_at))::float8 AS seen FROM runner`;
    const { seen } = one(await rowsOf<{ seen: number | null }>(db, query));
    return { database: "ok", runner_seen_seconds_ago: seen === null ? null : Math.max(0, Math.round(seen)) };
  } catch {
    return { database: "unreachable", runner_seen_seconds_ago: null };
  }
}
