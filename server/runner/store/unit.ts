/** SQL of units while their batch runs: starts and ends, with the counters in the same transaction. */
import { sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { familyOf } from "@/db/run-family";
import { one } from "@/db/rows";
import type { BatchRow } from "@/db/schema";
import type { UnitState } from "@/server/contracts/enums";
import type { Cause } from "@/server/contracts/job";
import type { EndLine } from "@/server/domain/jobs/protocol";
import { storableJson, storableText } from "@/server/domain/jobs/storable";

type Moved = { unit_id: number; old_state: string; state: string };

/** Move the run's counters, and the status of the images, along with units that changed state. */
export async function countDeltas(
  tx: Tx,
  runId: number,
  moved: readonly Moved[],
  warnings: number,
): Promise<void> {
  if (moved.length === 0 && warnings === 0) return;
  const delta = (state: UnitState) =>
    moved.filter((unit) => unit.state === state).length -
    moved.filter((unit) => unit.old_state === state).length;
  await tx.execute(sql`
    UPDATE history_run SET num_pending = num_pending + ${delta("pending")}, num_running = num_running + ${delta("running")},
      num_done = num_done + ${delta("done")}, num_failed = num_failed + ${delta("failed")},
      num_stopped = num_stopped + ${delta("stopped")}, num_warnings = num_warnings + ${warnings}
    WHERE id = ${runId}`);
  if (moved.length > 0)
    await tx.execute(sql`
      UPDATE image_status s SET state = v.state
      FROM unnest(${sql.param(moved.map((unit) => unit.unit_id))}::int8[],
                  ${sql.param(moved.map((unit) => unit.state))}::text[]) AS v(unit_id, state)
      WHERE s.unit_id = v.unit_id`);
}

export type StartedUnit = { n: number; t: number };
export type EndedUnit = {
  line: EndLine;
  /** Null: the unit is done. */
  cause: Cause | null;
  /** Output of a done unit; null: none. */
  output: unknown;
  /** The worker was ended and nobody had asked for it: whoever closes the batch decides about the unit. */
  isInterruption: boolean;
};

/** Numbers of a batch that the lines of its results may name, with the kind of their unit. */
export type BatchUnits = ReadonlyMap<number, { unitId: number; isInit: boolean }>;

export async function listBatchUnits(db: Db, batchId: number): Promise<BatchUnits> {
  const rows = await db.execute<{ n: number; unit_id: number; kind: string }>(sql`
    SELECT a.n, u.id AS unit_id, u.kind FROM unit_attempt a JOIN history_unit u ON u.id = a.unit_id WHERE a.batch_id = ${batchId}`);
  return new Map([...rows].map((row) => [row.n, { unitId: row.unit_id, isInit: row.kind === "init" }]));
}

/** Store what a piece of `results.jsonl` said. Lines that were stored before change nothing. */
export async function storeResults(
  tx: Tx,
  batch: BatchRow,
  lines: {
    starts: readonly StartedUnit[];
    ends: readonly EndedUnit[];
    beginHost: string | null;
    exitReason: string | null;
    badLines: number;
    newOffset: number;
  },
): Promise<void> {
  const runId = batch.history_run_id;
  if (lines.starts.length > 0) {
    const moved = await tx.execute<Moved>(sql`
      WITH started AS (
        UPDATE unit_attempt a SET state = 'started', timestamp_started = to_timestamp(v.t)
        FROM unnest(${sql.param(lines.starts.map((unit) => unit.n))}::int4[],
                    ${sql.param(lines.starts.map((unit) => unit.t))}::float8[]) AS v(n, t)
        WHERE a.batch_id = ${batch.id} AND a.n = v.n AND a.state = 'planned' AND a.live
        RETURNING a.unit_id, a.timestamp_started
      )
      UPDATE history_unit u SET state = 'running', timestamp_started = started.timestamp_started
      FROM started WHERE u.id = started.unit_id AND u.state = 'pending'
      RETURNING u.id AS unit_id, 'pending' AS old_state, u.state`);
    await countDeltas(tx, runId, [...moved], 0);
  }
  const repeated = lines.ends.length > 0 ? await storeEnds(tx, batch, lines.ends) : 0;
  await tx.execute(sql`
    UPDATE batch SET results_offset = ${lines.newOffset}, bad_lines = bad_lines + ${lines.badLines + repeated},
      host = coalesce(${lines.beginHost}, host), exit_reason = coalesce(${lines.exitReason}, exit_reason)
    WHERE id = ${batch.id}`);
}

/** @returns How many of them were second ends: those are left out. */
async function storeEnds(tx: Tx, batch: BatchRow, ends: readonly EndedUnit[]): Promise<number> {
  const column = <T>(pick: (end: EndedUnit) => T) => sql.param(ends.map(pick));
  type Row = { ended: number; moved: (Moved & { warned: boolean })[] };
  const { ended, moved } = one(
    await tx.execute<Row>(sql`
      WITH v AS (
        SELECT * FROM unnest(
          ${column((e) => e.line.n)}::int4[], ${column((e) => e.line.t)}::float8[],
          ${column((e) => e.line.exit)}::int4[], ${column((e) => e.line.signal)}::int4[],
          ${column((e) => e.line.reason)}::text[], ${column((e) => (e.line.detail === null ? null : storableText(e.line.detail)))}::text[],
          ${column((e) => e.line.wall_s)}::float8[], ${column((e) => e.line.cpu_s)}::float8[],
          ${column((e) => e.line.peak_mb)}::float8[], ${column((e) => e.line.log[0])}::int8[],
          ${column((e) => e.line.log[1])}::int8[], ${column((e) => e.line.warnings)}::int4[],
          ${column((e) => (e.cause ? storableJson(e.cause) : null))}::text[],
          ${column((e) => (e.output === null ? null : storableJson(e.output)))}::text[],
          ${column((e) => String(e.isInterruption))}::text[]::bool[]
        ) AS v(n, t, exit_code, signal, reason, detail, wall_s, cpu_s, peak_mb, log_offset, log_bytes, warnings, cause, output, is_interruption)
      ), ended AS (
        UPDATE unit_attempt a SET state = CASE WHEN v.is_interruption THEN 'started' ELSE 'ended' END,
          live = v.is_interruption, accepted = NOT v.is_interruption, timestamp_ended = to_timestamp(v.t), exit_code = v.exit_code, signal = v.signal, reason = v.reason, detail = v.detail, wall_s = v.wall_s,
          cpu_s = v.cpu_s, peak_mb = v.peak_mb, log_offset = v.log_offset, log_bytes = v.log_bytes
        FROM v WHERE a.batch_id = ${batch.id} AND a.n = v.n AND a.live AND a.timestamp_ended IS NULL
        RETURNING a.unit_id, a.timestamp_ended, v.warnings > 0 AS warned, v.cause, v.output, v.is_interruption
      ), old AS (
        SELECT u.id, u.state FROM history_unit u JOIN ended ON ended.unit_id = u.id
      ), moved AS (
        UPDATE history_unit u SET state = CASE WHEN ended.cause IS NULL THEN 'done' WHEN ended.cause::jsonb->>'kind' = 'cancelled' THEN 'stopped' ELSE 'failed' END,
          cause = CASE WHEN ended.cause::jsonb->>'kind' = 'cancelled' THEN NULL ELSE ended.cause::jsonb END,
          output = ended.output::jsonb, has_warnings = ended.warned, timestamp_ended = ended.timestamp_ended
        FROM ended JOIN old ON old.id = ended.unit_id
        WHERE u.id = ended.unit_id AND NOT ended.is_interruption AND u.state NOT IN ('done', 'failed', 'stopped')
        RETURNING u.id AS unit_id, old.state AS old_state, u.state, ended.warned
      )
      SELECT (SELECT count(*)::int4 FROM ended) AS ended, coalesce((SELECT json_agg(moved) FROM moved), '[]') AS moved`),
  );
  await countDeltas(tx, batch.history_run_id, moved, moved.filter((row) => row.warned).length);
  return ends.length - ended;
}

/**
 * Units that wait and will not be started.
 *
 * @param only Ids of those that are meant; null: all of the run.
 */
export async function stopPendingUnits(
  tx: Tx,
  runId: number,
  only: readonly number[] | null = null,
): Promise<void> {
  const chosen = only === null ? sql`true` : sql`u.id = ANY(${sql.param([...only])}::int8[])`;
  const moved = await tx.execute<Moved>(sql`
    UPDATE history_unit u SET state = 'stopped', timestamp_ended = now()
    WHERE u.history_run_id = ${runId} AND u.state = 'pending' AND ${chosen}
      AND NOT EXISTS (SELECT 1 FROM unit_attempt a WHERE a.unit_id = u.id AND a.live)
    RETURNING u.id AS unit_id, 'pending' AS old_state, u.state`);
  await countDeltas(tx, runId, [...moved], 0);
}

/** Units that wait and that nothing will ever start. */
export async function failPendingUnits(tx: Tx, runId: number, cause: Cause): Promise<void> {
  const moved = await tx.execute<Moved>(sql`
    UPDATE history_unit u SET state = 'failed', timestamp_ended = now(), cause = ${storableJson(cause)}::jsonb
    WHERE u.history_run_id = ${runId} AND u.state = 'pending'
      AND NOT EXISTS (SELECT 1 FROM unit_attempt a WHERE a.unit_id = u.id AND a.live)
    RETURNING u.id AS unit_id, 'pending' AS old_state, u.state`);
  await countDeltas(tx, runId, [...moved], 0);
}

/** Units whose output could not be used after all. */
export async function rejectUnits(
  tx: Tx,
  runId: number,
  rejected: readonly { unitId: number; cause: Cause }[],
): Promise<void> {
  if (rejected.length === 0) return;
  const moved = await tx.execute<Moved>(sql`
    UPDATE history_unit u SET state = 'failed', cause = v.cause::jsonb
    FROM unnest(${sql.param(rejected.map((unit) => unit.unitId))}::int8[],
                ${sql.param(rejected.map((unit) => storableJson(unit.cause)))}::text[]) AS v(id, cause)
    WHERE u.id = v.id AND u.state = 'done'
    RETURNING u.id AS unit_id, 'done' AS old_state, u.state`);
  await countDeltas(tx, runId, [...moved], 0);
}

export type RunUnit = {
  id: number;
  kind: string;
  position: number;
  state: UnitState;
  zarr_url: string | null;
  output: unknown;
};

/** All units of a run in unit order, with their outputs. */
export async function listRunUnits(db: Db | Tx, runId: number): Promise<RunUnit[]> {
  const rows = await db.execute<RunUnit>(sql`
    SELECT id, kind, position, state, zarr_url, output FROM history_unit
    WHERE history_run_id = ${runId} ORDER BY position`);
  return [...rows];
}

/** Units of the earlier runs whose calls this run repeats, oldest run first; empty for a run of its own. */
export async function listEarlierUnits(
  tx: Tx,
  run: { id: number; retries_run_id: number | null },
): Promise<RunUnit[]> {
  if (run.retries_run_id === null) return [];
  const rows = await tx.execute<RunUnit>(sql`
    SELECT id, kind, position, state, zarr_url, output FROM history_unit
    WHERE history_run_id IN (${familyOf(run.retries_run_id)}) AND history_run_id < ${run.id}
    ORDER BY history_run_id, position`);
  return [...rows];
}

export type FailedUnit = { id: number; zarr_url: string | null; kind: string; cause: Cause };

/** The first failing unit in unit order decides the job's error; null if none failed. */
export async function findFirstFailedUnit(db: Db, runId: number): Promise<FailedUnit | null> {
  const rows = await db.execute<FailedUnit>(sql`
    SELECT id, zarr_url, kind, cause FROM history_unit
    WHERE history_run_id = ${runId} AND state = 'failed' ORDER BY position LIMIT 1`);
  return rows[0] ?? null;
}

export type UnitLogPlace = {
  unit_state: UnitState;
  folder: string | null;
  n: number | null;
  attempt_state: string | null;
  log_offset: number | null;
  log_bytes: number | null;
  resource: { id: number; type: string; name: string; document: Record<string, unknown> };
  /** Account of the profile that the batch runs as; null on `local`. */
  username: string | null;
  /** The job's folder, of which `folder` is a part; its archive lies beside it. */
  working_dir: string | null;
  archived_at: string | null;
  archive_removed_at: string | null;
};

/** Where the log of a unit's latest attempt lies; null if there is no such unit. */
export async function findUnitLog(db: Db, unitId: number): Promise<UnitLogPlace | null> {
  const rows = await db.execute<UnitLogPlace>(sql`
    SELECT u.state AS unit_state, b.folder, a.n, a.state AS attempt_state, a.log_offset, a.log_bytes,
      json_build_object('id', res.id, 'type', res.type, 'name', res.name, 'document', res.document) AS resource,
      p.username, j.working_dir, j.archived_at, j.archive_removed_at
    FROM history_unit u JOIN history_run r ON r.id = u.history_run_id JOIN job j ON j.id = r.job_id
    JOIN resource res ON res.id = j.resource_id JOIN profile p ON p.id = j.profile_id
    LEFT JOIN LATERAL (SELECT * FROM unit_attempt WHERE unit_id = u.id ORDER BY id DESC LIMIT 1) a ON true
    LEFT JOIN batch b ON b.id = a.batch_id
    WHERE u.id = ${unitId}`);
  return rows[0] ?? null;
}
