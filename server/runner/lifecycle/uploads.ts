/** Uploads that nobody collects: a day, then the row and the file go. What broke off goes sooner: it takes room. */
import type { Db } from "@/db/client";
import { lastWriteOf, listOldUploads, removeUpload } from "@/server/platform/uploads";
import {
  deleteOldUploads,
  deleteUnfinishedUpload,
  findUploads,
  listUnfinishedUploads,
} from "../store/activity";

const DAY_MS = 24 * 60 * 60_000;
/** Ten times what the server waits for the next byte before it gives an upload up by itself. */
const STALLED_MS = 10 * 60_000;

/** @param olderThanMs Of files without a row, which a killed server has left. */
export async function removeOldUploads(db: Db, dataDir: string, olderThanMs = DAY_MS): Promise<void> {
  for (const id of await deleteOldUploads(db)) await removeUpload(dataDir, id);
  for (const id of await listUnfinishedUploads(db, STALLED_MS / 1000)) {
    const isMoving = ((await lastWriteOf(dataDir, id)) ?? 0) > Date.now() - STALLED_MS;
    if (!isMoving && (await deleteUnfinishedUpload(db, id))) await removeUpload(dataDir, id);
  }
  const old = await listOldUploads(dataDir, olderThanMs);
  const known = new Set(await findUploads(db, old));
  for (const name of old) if (!known.has(name)) await removeUpload(dataDir, name);
}
