/** SQL of the merge: the rows that the outputs touch, in and out. One transaction, see `engine/merge-run.ts`. */
import { eq, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { one } from "@/db/rows";
import { familyOf } from "@/db/run-family";
import { datasets } from "@/db/schema";
import type { HistoryRunRow } from "@/db/schema";
import type { Image } from "@/server/contracts/image";

/** The image editor takes the same lock, so a merge and an edit meet row by row and never in between. */
export async function lockDataset(tx: Tx, datasetId: number): Promise<{ zarr_dir: string }> {
  return one(
    await tx
      .select({ zarr_dir: datasets.zarr_dir })
      .from(datasets)
      .where(eq(datasets.id, datasetId))
      .for("no key update"),
  );
}

export type LoadedImages = {
  /** In the list now, by `zarr_url`. */
  present: Map<string, Image>;
  /** In the run's selection, removed since: their updates are dropped. */
  removedInputs: Set<string>;
};

export async function loadImages(
  tx: Tx,
  runId: number,
  datasetId: number,
  urls: readonly string[],
): Promise<LoadedImages> {
  const loaded: LoadedImages = { present: new Map(), removedInputs: new Set() };
  for (let from = 0; from < urls.length; from += 20_000) {
    const rows = await tx.execute<Image & { is_removed: boolean; is_input: boolean }>(sql`
      SELECT zarr_url, origin, attributes, types, removed_at IS NOT NULL AS is_removed,
        removed_at IS NOT NULL AND EXISTS (SELECT 1 FROM run_image ri WHERE ri.image_id = image.id AND ri.history_run_id = ${runId}) AS is_input
      FROM image WHERE dataset_id = ${datasetId} AND zarr_url = ANY(${sql.param(urls.slice(from, from + 20_000))}::text[])`);
    for (const { is_removed, is_input, ...image } of rows) {
      if (!is_removed) loaded.present.set(image.zarr_url, image);
      else if (is_input) loaded.removedInputs.add(image.zarr_url);
    }
  }
  return loaded;
}

const columns = (images: readonly Image[]) => sql`
  unnest(${sql.param(images.map((image) => image.zarr_url))}::text[], ${sql.param(images.map((image) => image.origin))}::text[],
         ${sql.param(images.map((image) => JSON.stringify(image.attributes)))}::text[],
         ${sql.param(images.map((image) => JSON.stringify(image.types)))}::text[])`;

export async function updateImages(tx: Tx, datasetId: number, images: readonly Image[]): Promise<void> {
  for (let from = 0; from < images.length; from += 10_000)
    await tx.execute(sql`
      UPDATE image SET origin = v.origin, attributes = v.attributes::jsonb, types = v.types::jsonb, version = version + 1
      FROM ${columns(images.slice(from, from + 10_000))} AS v(zarr_url, origin, attributes, types)
      WHERE image.dataset_id = ${datasetId} AND image.zarr_url = v.zarr_url`);
}

/** Append to the list. An image that was removed before comes back at the end. */
export async function addImages(tx: Tx, datasetId: number, images: readonly Image[]): Promise<void> {
  for (let from = 0; from < images.length; from += 10_000)
    await tx.execute(sql`
      INSERT INTO image (dataset_id, position, zarr_url, origin, attributes, types)
      SELECT ${datasetId}, coalesce((SELECT max(position) FROM image WHERE dataset_id = ${datasetId} AND removed_at IS NULL), -1) + v.o::int4,
        v.zarr_url, v.origin, v.attributes::jsonb, v.types::jsonb
      FROM ${columns(images.slice(from, from + 10_000))} WITH ORDINALITY AS v(zarr_url, origin, attributes, types, o)
      ON CONFLICT (dataset_id, zarr_url) DO UPDATE SET position = excluded.position, origin = excluded.origin,
        attributes = excluded.attributes, types = excluded.types, removed_at = NULL, version = image.version + 1`);
}

export async function removeImages(tx: Tx, datasetId: number, urls: readonly string[]): Promise<void> {
  if (urls.length === 0) return;
  // An image that is added again starts without a state.
  await tx.execute(sql`
    WITH gone AS (
      UPDATE image SET removed_at = now(), version = version + 1
      WHERE dataset_id = ${datasetId} AND zarr_url = ANY(${sql.param([...urls])}::text[]) AND removed_at IS NULL
      RETURNING id)
    DELETE FROM image_status WHERE image_id IN (SELECT id FROM gone)`);
}

/**
 * `planned → merged` (`init → merged` without items); remembers here whether the run was stopped, for whoever
 * closes it.
 *
 * @throws Error if the run was merged before: outputs are applied once.
 */
export async function finishMerge(
  tx: Tx,
  run: HistoryRunRow,
  newImages: number,
  isStopped: boolean,
): Promise<void> {
  await tx.execute(sql`UPDATE dataset SET images_version = images_version + 1 WHERE id = ${run.dataset_id}`);
  const merged = await tx.execute(sql`
    UPDATE history_run SET stage = 'merged', num_new_images = ${newImages},
      state = CASE WHEN ${isStopped} THEN 'stopped' ELSE state END
    WHERE id = ${run.id} AND stage IN ('init', 'planned')`);
  if (merged.count !== 1) throw new Error(`run ${run.id} was merged before`);
}

/**
 * Compound tasks: an input image is failed if a failed item names it, or if it is named by no item and any item
 * failed; stopped likewise; else done. Items that an earlier run of the same calls did are done. Nothing is
 * settled as long as no init call is done: then its state is the images' state.
 */
export async function settleCompoundImages(
  tx: Tx,
  run: { id: number; retries_run_id: number | null },
  workflowTaskId: number,
): Promise<void> {
  await tx.execute(sql`
    WITH family AS (${familyOf(run.retries_run_id ?? run.id)}),
    call AS (
      SELECT u.kind, u.position, u.zarr_url,
        CASE WHEN bool_or(u.state = 'done') THEN 'done' ELSE (array_agg(u.state ORDER BY u.id DESC))[1] END AS state
      FROM history_unit u WHERE u.history_run_id IN (SELECT id FROM family) GROUP BY u.kind, u.position, u.zarr_url),
    named AS (
      SELECT zarr_url, bool_or(state = 'failed') AS failed, bool_or(state <> 'done') AS unfinished
      FROM call WHERE kind = 'unit' GROUP BY zarr_url),
    other AS (
      SELECT CASE WHEN bool_or(call.state = 'failed') THEN 'failed'
        WHEN bool_or(call.state <> 'done') OR r.state = 'stopped' THEN 'stopped' ELSE 'done' END AS state
      FROM history_run r LEFT JOIN call ON call.kind = 'unit' WHERE r.id = ${run.id} GROUP BY r.state)
    UPDATE image_status s SET state = CASE
        WHEN named.failed THEN 'failed' WHEN named.unfinished THEN 'stopped'
        WHEN named.zarr_url IS NOT NULL THEN 'done' ELSE other.state END
    FROM run_image ri JOIN image i ON i.id = ri.image_id LEFT JOIN named ON named.zarr_url = i.zarr_url, other
    WHERE ri.history_run_id = ${run.id} AND s.workflow_task_id = ${workflowTaskId} AND s.image_id = ri.image_id
      AND s.unit_id IN (SELECT u.id FROM history_unit u WHERE u.history_run_id IN (SELECT id FROM family))
      AND EXISTS (SELECT 1 FROM call WHERE call.kind = 'init' AND call.state = 'done')`);
}

/**
 * `merged → closed`. The counters are checked against the rows they count.
 *
 * @throws Error if they differ: a bug that must not be hidden.
 */
export async function closeRun(
  tx: Tx,
  runId: number,
  userId: number,
): Promise<"done" | "failed" | "stopped"> {
  const row = one(
    await tx.execute<{
      ok: boolean;
      is_stopped: boolean;
      failed: number;
      tasks: number;
      num_new_images: number;
    }>(sql`
      SELECT (r.num_pending, r.num_running, r.num_done, r.num_failed, r.num_stopped)
           = (c.pending, c.running, c.done, c.failed, c.stopped) AND c.pending = 0 AND c.running = 0 AS ok,
        r.state = 'stopped' AS is_stopped,
        c.failed::int4 AS failed, c.tasks::int4 AS tasks, r.num_new_images
      FROM history_run r, LATERAL (
        SELECT count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'running') AS running,
          count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'failed') AS failed,
          count(*) FILTER (WHERE state = 'stopped') AS stopped,
          count(*) AS tasks FROM history_unit WHERE history_run_id = r.id
      ) c WHERE r.id = ${runId}`),
  );
  if (!row.ok) throw new Error(`the counters of run ${runId} differ from its units`);
  const state = row.is_stopped ? "stopped" : row.failed > 0 ? "failed" : "done";
  await tx.execute(sql`
    UPDATE history_run SET stage = 'closed', state = ${state}, timestamp_ended = now() WHERE id = ${runId}`);
  await tx.execute(sql`
    INSERT INTO accounting_record (user_id, history_run_id, num_tasks, num_new_images)
    VALUES (${userId}, ${runId}, ${row.tasks}, ${row.num_new_images}) ON CONFLICT (history_run_id) DO NOTHING`);
  return state;
}
