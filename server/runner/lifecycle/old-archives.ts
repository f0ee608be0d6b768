/** Retention (FRACTAL_JOB_LOG_DAYS): archives of jobs that ended long ago go, and the job says when. */
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Db } from "@/db/client";
import { archiveOf } from "@/server/domain/jobs/archive";
import { errorSentence } from "@/server/platform/error-text";
import type { Logger } from "@/server/platform/logger";
import { streamOldArchives, setArchiveRemoved } from "../store/archive";

/** First the file, then the row: killed in between, the next pass does both again. */
export async function removeOldArchives(db: Db, days: number, log: Pick<Logger, "warn">): Promise<void> {
  const kept: { jobId: number; why: string }[] = [];
  for await (const job of streamOldArchives(db, days)) {
    try {
      // Without its place the file may only be out of sight.
      await stat(path.dirname(job.working_dir));
      await rm(archiveOf(job.working_dir), { force: true });
    } catch (err) {
      kept.push({ jobId: job.id, why: errorSentence(err) });
      continue;
    }
    await setArchiveRemoved(db, job.id);
  }
  if (kept.length > 0) log.warn({ first: kept[0], count: kept.length }, "old archives cannot be removed");
}
