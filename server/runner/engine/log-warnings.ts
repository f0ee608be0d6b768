/** Warnings of units without an end line (runner specification §2.10); for the others the worker has counted them. */
import path from "node:path";
import type { OpenBatch, UnendedAttempt } from "../store/batch";
import type { JobContext } from "./context";

const CHUNK_BYTES = 1024 * 1024;
/** Of one log. What a worker keeps is no longer than eight times as much, and most warnings come early. */
const MAX_BYTES = 8 * CHUNK_BYTES;
const WORD = "warning";

/** Does its log have the word, in any letter case? A log that is missing or cannot be read has not. */
export async function logHasWarnings(
  ctx: JobContext,
  batch: OpenBatch,
  { n, log_offset, log_bytes }: UnendedAttempt,
): Promise<boolean> {
  // A unit that its worker ended has its log where those of all others are.
  const isStored = log_offset !== null && log_bytes !== null;
  const file = path.join(batch.folder, isStored ? "logs.txt" : `${n}.log`);
  const from = isStored ? log_offset : 0;
  const to = from + Math.min(MAX_BYTES, isStored ? log_bytes : MAX_BYTES);
  let tail = "";
  try {
    for (let at = from; at < to;) {
      const bytes = await ctx.executor.read(file, at, Math.min(CHUNK_BYTES, to - at));
      if (!bytes || bytes.length === 0) return false;
      const text = tail + bytes.toString("latin1").toLowerCase();
      if (text.includes(WORD)) return true;
      tail = text.slice(1 - WORD.length);
      at += bytes.length;
    }
  } catch (err) {
    ctx.log.warn({ err, file }, "a log cannot be searched for warnings");
  }
  return false;
}
