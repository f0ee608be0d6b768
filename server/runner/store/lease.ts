/**
 * Leases: who may drive a job or an activity (engine specification §2). Only the database's clock counts.
 * A claim raises the token; every later write of the holder names its token, so a holder that was overtaken
 * can change nothing.
 */
import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import type { LeaseKind } from "@/server/contracts/enums";

export const LEASE_SECONDS = 60;

export type LeaseKey = { readonly kind: LeaseKind; readonly id: number; readonly token: number };

/** Kinds whose objects are driven, one at a time, to an end. */
export type DrivenKind = Exclude<LeaseKind, "resource">;

const HAS_WORK = {
  job: sql`EXISTS (SELECT 1 FROM job WHERE job.id = lease.id AND job.state IN ('queued', 'running', 'stopping'))`,
  activity: sql`EXISTS (SELECT 1 FROM task_group_activity a WHERE a.id = lease.id AND a.status IN ('pending', 'ongoing'))`,
  janitor: sql`EXISTS (SELECT 1 FROM job WHERE job.id = lease.id AND job.state IN ('done', 'failed', 'stopped'))`,
  deletion: sql`EXISTS (SELECT 1 FROM dataset d WHERE d.id = lease.id AND d.deleted_at IS NOT NULL)`,
} as const satisfies Record<DrivenKind, SQL>;

/** Another runner holds the lease now. The driver stops and touches nothing. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
  constructor(readonly lease: LeaseKey) {
    super(`the lease of ${lease.kind} ${lease.id} was taken over`);
  }
}

/**
 * Take the oldest expired lease of a kind whose object still waits for work.
 *
 * @returns The key, or null if there is nothing to do.
 */
export async function claimLease(db: Db, kind: DrivenKind, owner: string): Promise<LeaseKey | null> {
  const rows = await db.execute<{ id: number; token: number }>(sql`
    WITH next AS (
      SELECT kind, id FROM lease
      WHERE kind = ${kind} AND expires_at < clock_timestamp() AND ${HAS_WORK[kind]}
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE lease SET token = token + 1, owner = ${owner},
      expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    FROM next WHERE lease.kind = next.kind AND lease.id = next.id
    RETURNING lease.id, lease.token`);
  const row = rows[0];
  return row ? { kind, id: row.id, token: row.token } : null;
}

/** @returns The leases that are still ours, extended. Those that are missing were lost. */
export async function extendLeases(db: Db, keys: readonly LeaseKey[]): Promise<LeaseKey[]> {
  if (keys.length === 0) return [];
  const rows = await db.execute<{ kind: string; id: number; token: number }>(sql`
    UPDATE lease SET expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    FROM unnest(${sql.param(keys.map((key) => key.kind))}::text[], ${sql.param(keys.map((key) => key.id))}::int8[],
                ${sql.param(keys.map((key) => key.token))}::int8[]) AS held(kind, id, token)
    WHERE lease.kind = held.kind AND lease.id = held.id AND lease.token = held.token
    RETURNING lease.kind, lease.id, lease.token`);
  const ours = new Set([...rows].map((row) => `${row.kind} ${row.id} ${row.token}`));
  return keys.filter((key) => ours.has(`${key.kind} ${key.id} ${key.token}`));
}

/** Let it be claimed again, by us or by another: at once, or after a pause. */
export async function releaseLease(db: Db | Tx, key: LeaseKey, pauseSeconds: number): Promise<void> {
  await db.execute(sql`
    UPDATE lease SET expires_at = clock_timestamp() + make_interval(secs => ${pauseSeconds})
    WHERE kind = ${key.kind} AND id = ${key.id} AND token = ${key.token}`);
}

/** The object is finished: its lease is of no more use. */
export async function deleteLease(tx: Tx, key: LeaseKey): Promise<void> {
  await tx.execute(
    sql`DELETE FROM lease WHERE kind = ${key.kind} AND id = ${key.id} AND token = ${key.token}`,
  );
}

/**
 * Run a transaction that only the holder may commit. The row lock lets heartbeats pass and makes a takeover wait.
 *
 * @throws LeaseLostError before anything is written.
 */
export function fenced<T>(db: Db, key: LeaseKey, write: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    const rows = await tx.execute(
      sql`SELECT 1 FROM lease WHERE kind = ${key.kind} AND id = ${key.id} AND token = ${key.token} FOR KEY SHARE`,
    );
    if (rows.length === 0) throw new LeaseLostError(key);
    return write(tx);
  });
}
