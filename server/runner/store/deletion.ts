/**
 * SQL that takes a deleted dataset away in pieces. Nobody sees the dataset any more, so nobody waits for these row
 * locks; no piece is long, so that nothing else of the database waits for it either. Each walks along an index from
 * where the piece before it ended: rows that are gone but not vacuumed yet are not looked at again.
 */
import { sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { one } from "@/db/rows";

/** What holds rows of the dataset still: jobs that run, and workers of which it is not proven that they have ended. */
export async function countUsers(db: Db, datasetId: number): Promise<number> {
  const rows = await db.execute<{ n: number }>(sql`
    SELECT (SELECT count(*) FROM job j WHERE j.dataset_id = ${datasetId} AND j.state IN ('queued', 'running', 'stopping'))
      + (SELECT count(*) FROM batch b JOIN history_run r ON r.id = b.history_run_id
         WHERE r.dataset_id = ${datasetId} AND b.state <> 'closed') AS n`);
  return one(rows).n;
}

export async function listRunIds(db: Db, datasetId: number): Promise<number[]> {
  const rows = await db.execute<{ id: number }>(
    sql`SELECT id FROM history_run WHERE dataset_id = ${datasetId} ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

/** Before the first position. */
export const FIRST_POSITION = -(2 ** 31);

/** The selection of a run. @returns The last position deleted; null if there was none after `after`. */
export async function deleteRunImages(
  tx: Tx,
  runId: number,
  after: number,
  limit: number,
): Promise<number | null> {
  const rows = await tx.execute<{ last: number | null }>(sql`
    WITH piece AS (
      SELECT position FROM run_image WHERE history_run_id = ${runId} AND position > ${after}
      ORDER BY position LIMIT ${limit}
    ), gone AS (
      DELETE FROM run_image WHERE history_run_id = ${runId} AND position > ${after}
        AND position <= (SELECT max(position) FROM piece)
    )
    SELECT max(position) AS last FROM piece`);
  return one(rows).last;
}

export async function listUnits(
  db: Db,
  runId: number,
  after: number,
  limit: number,
): Promise<{ id: number; position: number }[]> {
  const rows = await db.execute<{ id: number; position: number }>(sql`
    SELECT id, position FROM history_unit WHERE history_run_id = ${runId} AND position > ${after}
    ORDER BY position LIMIT ${limit}`);
  return [...rows];
}

/** Tables whose rows belong to units, by `unit_id`, which is indexed in each. */
export const OF_UNITS = ["image_status", "unit_image", "retry_unit", "unit_attempt"] as const;

/** @returns How many were deleted, at most `limit`. */
export async function deleteOfUnits(
  tx: Tx,
  table: (typeof OF_UNITS)[number],
  unitIds: readonly number[],
  limit: number,
): Promise<number> {
  const rows = await tx.execute(sql`
    DELETE FROM ${sql.identifier(table)} WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM ${sql.identifier(table)} WHERE unit_id = ANY(${sql.param(unitIds)}::int8[]) LIMIT ${limit}))`);
  return rows.count;
}

export async function deleteUnits(tx: Tx, unitIds: readonly number[]): Promise<void> {
  await tx.execute(sql`DELETE FROM history_unit WHERE id = ANY(${sql.param(unitIds)}::int8[])`);
}

/** A run whose units and selection are gone, with its batches. */
export async function deleteRun(tx: Tx, runId: number): Promise<void> {
  await tx.execute(sql`DELETE FROM history_run WHERE id = ${runId}`);
}

/** @returns The last address deleted; null if there was none after `after`. */
export async function deleteImages(
  tx: Tx,
  datasetId: number,
  after: string,
  limit: number,
): Promise<string | null> {
  const rows = await tx.execute<{ last: string | null }>(sql`
    WITH piece AS (
      SELECT id, zarr_url FROM image WHERE dataset_id = ${datasetId} AND zarr_url > ${after}
      ORDER BY zarr_url LIMIT ${limit}
    ), gone AS (
      DELETE FROM image USING piece WHERE image.id = piece.id
    )
    SELECT max(zarr_url) AS last FROM piece`);
  return one(rows).last;
}

export async function deleteEmptyDataset(tx: Tx, datasetId: number): Promise<void> {
  await tx.execute(sql`DELETE FROM dataset WHERE id = ${datasetId} AND deleted_at IS NOT NULL`);
}
