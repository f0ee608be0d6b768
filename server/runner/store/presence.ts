/** SQL of the runner process itself: that it lives, the calls it answers, the rows it sweeps. */
import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { settings } from "@/db/schema";
import { storableJson, storableText } from "@/server/domain/jobs/storable";
import { errorSentence } from "@/server/platform/error-text";
import type { RunnerCallKind } from "@/server/contracts/enums";

/** Mark that tells our jobs from those of another installation on the same cluster; made once. */
export async function ensureInstance(db: Db): Promise<void> {
  await db
    .insert(settings)
    .values({ key: "instance", value: randomBytes(3).toString("hex") })
    .onConflictDoNothing();
}

export type RunnerIdentity = { owner: string; host: string; pid_scope: string; pid: number };

export async function reportAlive(db: Db, runner: RunnerIdentity): Promise<void> {
  await db.execute(sql`
    INSERT INTO runner (owner, host, pid_scope, pid)
    VALUES (${runner.owner}, ${runner.host}, ${runner.pid_scope}, ${runner.pid})
    ON CONFLICT (owner) DO UPDATE SET seen_at = now()`);
}

/** Other runners whose process ids mean something to a process of this scope. */
export async function listNeighbours(
  db: Db,
  self: RunnerIdentity,
): Promise<{ owner: string; pid: number }[]> {
  const rows = await db.execute<{ owner: string; pid: number }>(sql`
    SELECT owner, pid FROM runner WHERE pid_scope = ${self.pid_scope} AND owner <> ${self.owner}`);
  return [...rows];
}

/** A runner is certainly dead: what it held can be claimed at once instead of after the lease. */
export async function bury(db: Db, owner: string): Promise<void> {
  await db.execute(sql`UPDATE lease SET expires_at = '-infinity' WHERE owner = ${owner}`);
  await reportGone(db, owner);
}

export async function reportGone(db: Db, owner: string): Promise<void> {
  await db.execute(sql`DELETE FROM runner WHERE owner = ${owner}`);
}

/** Rows that nobody will read again. */
export async function sweep(db: Db): Promise<void> {
  await db.execute(sql`DELETE FROM runner_call WHERE timestamp_created < now() - interval '1 minute'`);
  await db.execute(sql`DELETE FROM runner WHERE seen_at < now() - interval '1 day'`);
}

export type TakenCall = { id: number; kind: RunnerCallKind; args: Record<string, unknown> };

/**
 * Take the oldest open call of a kind and answer it. A call whose runner dies runs into its own time limit.
 *
 * @returns False if there was none.
 */
export async function answerNextCall(
  db: Db,
  kind: RunnerCallKind,
  answer: (call: TakenCall) => Promise<unknown>,
): Promise<boolean> {
  const rows = await db.execute<TakenCall>(sql`
    UPDATE runner_call SET taken_at = now()
    WHERE id = (SELECT id FROM runner_call WHERE taken_at IS NULL AND expires_at > now() AND kind = ${kind}
                ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, args`);
  const call = rows[0];
  if (!call) return false;
  let result: unknown;
  try {
    result = { ok: true, value: await answer(call) };
  } catch (err) {
    result = { ok: false, error: storableText(errorSentence(err)) };
  }
  await db.execute(
    sql`UPDATE runner_call SET answer = ${storableJson(result)}::text::jsonb WHERE id = ${call.id}`,
  );
  return true;
}
