/**
 * Deletes what a deleted dataset has left in the database: the history of its jobs, then its images, then itself.
 * Files are never touched.
 *
 * Piece by piece, each in a transaction of its own under the lease, so that nobody waits and a kill costs one piece:
 * the next pass begins again with what is left.
 */
import type { Tx } from "@/db/client";
import {
  FIRST_POSITION,
  OF_UNITS,
  countUsers,
  deleteEmptyDataset,
  deleteImages,
  deleteOfUnits,
  deleteRun,
  deleteRunImages,
  deleteUnits,
  listRunIds,
  listUnits,
} from "../store/deletion";
import { deleteLease, fenced, releaseLease } from "../store/lease";
import type { DriveDeps } from "./runner";

/** Rows of one transaction: some hundred milliseconds at most. */
const PIECE = 5_000;
/** Until it is looked again whether the dataset is still used. */
const PAUSE_SECONDS = 60;

type Options = {
  piece?: number;
  /** For tests: called inside the transaction of a piece, before it is committed. */
  onPiece?: (tx: Tx) => Promise<void>;
};

/** @throws LeaseLostError, AbortError, or a lost database connection: for another runner, which goes on. */
export async function deleteDatasetRows(
  { db, lease, log }: DriveDeps,
  datasetId: number,
  { piece = PIECE, onPiece }: Options = {},
): Promise<void> {
  const inPiece = <T>(body: (tx: Tx) => Promise<T>): Promise<T> => {
    lease.signal.throwIfAborted();
    return fenced(db, lease.key, async (tx) => {
      const result = await body(tx);
      await onPiece?.(tx);
      return result;
    });
  };

  const deleteHistory = async (runId: number): Promise<void> => {
    for (let at: number | null = FIRST_POSITION; at !== null;) {
      const after: number = at;
      at = await inPiece((tx) => deleteRunImages(tx, runId, after, piece));
    }
    for (let after = FIRST_POSITION; ;) {
      const units = await listUnits(db, runId, after, piece);
      const last = units.at(-1);
      if (!last) break;
      const ids = units.map(({ id }) => id);
      // A unit may have a thousand images: what belongs to the units is cut into pieces too.
      for (const table of OF_UNITS)
        while ((await inPiece((tx) => deleteOfUnits(tx, table, ids, piece))) === piece);
      await inPiece((tx) => deleteUnits(tx, ids));
      after = last.position;
    }
    await inPiece((tx) => deleteRun(tx, runId));
  };

  const users = await countUsers(db, datasetId);
  if (users > 0) {
    log.warn({ datasetId, users }, "a deleted dataset is still in use, its rows stay for now");
    return fenced(db, lease.key, (tx) => releaseLease(tx, lease.key, PAUSE_SECONDS));
  }
  for (const runId of await listRunIds(db, datasetId)) await deleteHistory(runId);
  for (let at: string | null = ""; at !== null;) {
    const after: string = at;
    at = await inPiece((tx) => deleteImages(tx, datasetId, after, piece));
  }
  await inPiece(async (tx) => {
    await deleteEmptyDataset(tx, datasetId);
    await deleteLease(tx, lease.key);
  });
  log.info({ datasetId }, "the rows of a deleted dataset are gone");
}
