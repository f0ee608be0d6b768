/** Uploads that nobody collects: a day, then the row and the file go. */
import type { Db } from "@/db/client";
import { listOldUploads, removeUpload } from "@/server/platform/uploads";
import { deleteOldUploads, findUploads } from "../store/activity";

const DAY_MS = 24 * 60 * 60_000;

/** @param olderThanMs Of files without a row, which a killed server has left. */
export async function removeOldUploads(db: Db, dataDir: string, olderThanMs = DAY_MS): Promise<void> {
  for (const id of await deleteOldUploads(db)) await removeUpload(dataDir, id);
  const old = await listOldUploads(dataDir, olderThanMs);
  const known = new Set(await findUploads(db, old));
  for (const name of old) if (!known.has(name)) await removeUpload(dataDir, name);
}
