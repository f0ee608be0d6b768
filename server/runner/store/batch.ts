/** SQL of batches: made, launched, ended. The state machine is in `engine/drive-units.ts`. */
import { eq, sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { one } from "@/db/rows";
import { batches, submissions } from "@/db/schema";
import type { BatchRow } from "@/db/schema";
import type { AttemptState, UnitKind } from "@/server/contracts/enums";
import type { Cause } from "@/server/contracts/job";
import { storableJson, storableText } from "@/server/domain/jobs/storable";
import { countDeltas } from "./unit";

export type OpenBatch = BatchRow & { tag: string };

export async function listOpenBatches(db: Db, runId: number): Promise<OpenBatch[]> {
  const rows = await db
    .select({ batch: batches, tag: submissions.tag })
    .from(batches)
    .innerJoin(submissions, eq(submissions.id, batches.submission_id))
    .where(sql`${batches.history_run_id} = ${runId} AND ${batches.state} <> 'closed'`)
    .orderBy(batches.id);
  return rows.map(({ batch, tag }) => ({ ...batch, tag: tag ?? "" }));
}

/** Pending units of the run that no live attempt stands for. */
export async function countUnplanned(db: Db, runId: number): Promise<number> {
  const rows = await db.execute<{ n: number }>(
    sql`SELECT count(*) AS n FROM history_unit u WHERE ${unplanned(runId)}`,
  );
  return one(rows).n;
}

const unplanned = (runId: number) => sql`u.history_run_id = ${runId} AND u.state = 'pending'
  AND NOT EXISTS (SELECT 1 FROM unit_attempt a WHERE a.unit_id = u.id AND a.live)`;

export type BatchPlan = {
  /** Batches of the run now, and units in each but perhaps the last. */
  batches: number;
  unitsPerBatch: number;
  batchesPerSubmission: number;
  slots: number;
  cpus: number;
  memMb: number | null;
};

/**
 * Batches of all units that wait, with an attempt each.
 *
 * @param folderOf From the id of the submission to the folder of its batches, which are named by their numbers.
 */
export async function insertBatches(
  tx: Tx,
  runId: number,
  folderOf: (submissionId: number) => string,
  plan: BatchPlan,
): Promise<void> {
  const ids: number[] = [];
  while (ids.length < plan.batches) {
    const submission = one(await tx.insert(submissions).values({ history_run_id: runId }).returning());
    await tx.execute(sql`
      UPDATE submission SET tag = 'f' || (SELECT value FROM setting WHERE key = 'instance') || '-' || id
      WHERE id = ${submission.id}`);
    const size = Math.min(plan.batchesPerSubmission, plan.batches - ids.length);
    const inserted = await tx
      .insert(batches)
      .values(
        Array.from({ length: size }, (_, k) => ({
          submission_id: submission.id,
          history_run_id: runId,
          k,
          folder: `${folderOf(submission.id)}/${k}`,
          slots: plan.slots,
          cpus: plan.cpus,
          mem_mb: plan.memMb,
        })),
      )
      .returning({ id: batches.id, k: batches.k });
    ids.push(...inserted.sort((a, b) => a.k - b.k).map(({ id }) => id));
  }
  await tx.execute(sql`
    INSERT INTO unit_attempt (unit_id, batch_id, n)
    SELECT w.id, (${sql.param(ids)}::int8[])[w.i / ${plan.unitsPerBatch}::int4 + 1], w.i % ${plan.unitsPerBatch}::int4
    FROM (SELECT u.id, (row_number() OVER (ORDER BY u.position) - 1)::int4 AS i
          FROM history_unit u WHERE ${unplanned(runId)}) w`);
}

export type AttemptToRun = { n: number; unit_id: number; kind: UnitKind; args: string };

/** Attempts of a batch in order of `n`, 5,000 at a time. */
export async function* streamAttempts(db: Db, batchId: number): AsyncGenerator<AttemptToRun[]> {
  for (let after = -1; ;) {
    const rows = await db.execute<AttemptToRun>(sql`
      SELECT a.n, u.id AS unit_id, u.kind, u.args FROM unit_attempt a JOIN history_unit u ON u.id = a.unit_id
      WHERE a.batch_id = ${batchId} AND a.n > ${after} ORDER BY a.n LIMIT 5000`);
    const last = rows.at(-1);
    if (!last) return;
    yield [...rows];
    after = last.n;
  }
}

/**
 * `planned → launching`, if the resource has free CPUs and memory. A batch larger than the resource starts alone.
 * Batches start in the order in which they were planned: smaller ones would keep a large one waiting for ever.
 *
 * @param capacity Of the resource; the lock of its row makes two runners count one after the other.
 */
export async function acquireSlots(
  tx: Tx,
  batch: BatchRow,
  resourceId: number,
  capacity: { readonly cpus: number; readonly memMb: number },
): Promise<boolean> {
  await tx.execute(sql`SELECT 1 FROM resource WHERE id = ${resourceId} FOR NO KEY UPDATE`);
  // What nobody drives now, or what waits for something else than slots, keeps nobody waiting.
  const used = one(
    await tx.execute<{ cpus: number; mem_mb: number; is_older_waiting: boolean }>(sql`
      SELECT coalesce(sum(b.slots * b.cpus) FILTER (WHERE b.state <> 'planned'), 0)::int4 AS cpus,
        coalesce(sum(b.slots * b.mem_mb) FILTER (WHERE b.state <> 'planned'), 0)::int4 AS mem_mb,
        coalesce(bool_or(b.state = 'planned' AND b.id < ${batch.id} AND j.state = 'running' AND j.held_up IS NULL
          AND EXISTS (SELECT 1 FROM lease l WHERE l.kind = 'job' AND l.id = j.id AND l.expires_at > clock_timestamp())), false)
          AS is_older_waiting
      FROM batch b JOIN history_run r ON r.id = b.history_run_id JOIN job j ON j.id = r.job_id
      WHERE j.resource_id = ${resourceId} AND b.state <> 'closed'`),
  );
  const isFull =
    used.cpus + batch.slots * batch.cpus > capacity.cpus ||
    used.mem_mb + batch.slots * (batch.mem_mb ?? 0) > capacity.memMb;
  if (used.is_older_waiting || (used.cpus > 0 && isFull)) return false;
  await tx.execute(sql`UPDATE batch SET state = 'launching' WHERE id = ${batch.id} AND state = 'planned'`);
  return true;
}

/** `planned → launching`, where a scheduler decides when they run. */
export async function setLaunching(tx: Tx, batchIds: readonly number[]): Promise<void> {
  await tx.execute(sql`
    UPDATE batch SET state = 'launching' WHERE id = ANY(${sql.param(batchIds)}::int8[]) AND state = 'planned'`);
}

/** @param handle Null: none is known, or nothing was started. */
export async function setLaunched(
  tx: Tx,
  batchIds: readonly number[],
  handle: BatchRow["handle"],
): Promise<void> {
  await tx.execute(sql`
    UPDATE batch SET state = 'launched', timestamp_launched = now(), handle = ${handle && JSON.stringify(handle)}::text::jsonb,
      unknown_since = NULL, unknown_why = NULL
    WHERE id = ANY(${sql.param(batchIds)}::int8[]) AND state = 'launching'`);
}

/** Remember that, since when and why we cannot tell whether the batch lives; null: we can again. */
export async function setUnknown(tx: Tx, batchId: number, why: string | null): Promise<void> {
  const text = why && storableText(why);
  await tx.execute(sql`
    UPDATE batch SET unknown_why = ${text}, unknown_since = CASE WHEN ${text}::text IS NULL THEN NULL ELSE coalesce(unknown_since, now()) END
    WHERE id = ${batchId}`);
}

export type UnendedAttempt = {
  attempt_id: number;
  unit_id: number;
  n: number;
  kind: UnitKind;
  /** Place in `logs.txt`; null: its log is still in a file of its own. */
  log_offset: number | null;
  log_bytes: number | null;
  state: Extract<AttemptState, "planned" | "started">;
  /** Earlier attempts of the unit. */
  interruptions: number;
  /** Launches, this one included, of batches with the unit in which nothing began: not those that it only waited in. */
  failed_launches: number;
};

export async function listUnendedAttempts(db: Db | Tx, batchId: number): Promise<UnendedAttempt[]> {
  const rows = await db.execute<UnendedAttempt>(sql`
    WITH idle AS MATERIALIZED (
      SELECT b.id FROM batch b
      WHERE b.history_run_id = (SELECT history_run_id FROM batch WHERE id = ${batchId}) AND b.timestamp_launched IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM unit_attempt s WHERE s.batch_id = b.id AND s.timestamp_started IS NOT NULL))
    SELECT a.id AS attempt_id, a.unit_id, a.n, a.log_offset, a.log_bytes, u.kind, a.state,
      (SELECT count(*)::int4 FROM unit_attempt e WHERE e.unit_id = a.unit_id AND e.state = 'interrupted') AS interruptions,
      (SELECT count(*)::int4 FROM unit_attempt e WHERE e.unit_id = a.unit_id AND e.batch_id IN (SELECT id FROM idle)) AS failed_launches
    FROM unit_attempt a JOIN history_unit u ON u.id = a.unit_id
    WHERE a.batch_id = ${batchId} AND a.live ORDER BY a.n`);
  return [...rows];
}

export type AttemptVerdict = {
  attempt: UnendedAttempt;
  outcome: "interrupted" | "never_started";
  /** What becomes of the unit; a cause exactly when it fails. */
  unit: { state: "pending" | "stopped" } | { state: "failed"; cause: Cause };
  /** Of the log of a unit that does not wait any more. */
  hasWarnings: boolean;
};

/** `launched → closed`: attempts without an end get their outcome, units go back to wait, fail or stop. */
export async function closeBatch(
  tx: Tx,
  batch: BatchRow,
  verdicts: readonly AttemptVerdict[],
): Promise<void> {
  for (let from = 0; from < verdicts.length; from += 10_000) {
    const chunk = verdicts.slice(from, from + 10_000);
    await tx.execute(sql`
      UPDATE unit_attempt a SET state = v.outcome, live = false, timestamp_ended = now()
      FROM unnest(${sql.param(chunk.map((v) => v.attempt.attempt_id))}::int8[],
                  ${sql.param(chunk.map((v) => v.outcome))}::text[]) AS v(id, outcome)
      WHERE a.id = v.id AND a.live`);
    const moved = await tx.execute<{
      unit_id: number;
      old_state: string;
      state: string;
      has_warnings: boolean;
    }>(sql`
      UPDATE history_unit u SET state = v.state, cause = v.cause::jsonb, has_warnings = v.has_warnings,
        timestamp_started = CASE WHEN v.state = 'pending' THEN NULL ELSE u.timestamp_started END,
        timestamp_ended = CASE WHEN v.state = 'pending' THEN NULL ELSE now() END
      FROM unnest(${sql.param(chunk.map((v) => v.attempt.unit_id))}::int8[],
                  ${sql.param(chunk.map((v) => v.unit.state))}::text[],
                  ${sql.param(chunk.map((v) => (v.unit.state === "failed" ? storableJson(v.unit.cause) : null)))}::text[],
                  ${sql.param(chunk.map((v) => String(v.hasWarnings)))}::text[]::bool[]
                 ) AS v(id, state, cause, has_warnings),
           (SELECT id, state FROM history_unit WHERE history_run_id = ${batch.history_run_id}) AS old
      WHERE u.id = v.id AND old.id = u.id AND u.state NOT IN ('done', 'failed', 'stopped')
      RETURNING u.id AS unit_id, old.state AS old_state, u.state, u.has_warnings`);
    const warnings = [...moved].filter((unit) => unit.has_warnings).length;
    await countDeltas(tx, batch.history_run_id, [...moved], warnings);
  }
  await tx.execute(sql`
    UPDATE batch SET state = 'closed', timestamp_closed = now(), unknown_since = NULL, unknown_why = NULL
    WHERE id = ${batch.id}`);
}
