/** SQL of what becomes of the folder of a job that has ended. */
import { sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { storableText } from "@/server/domain/jobs/storable";

export type EndedJob = {
  working_dir: string;
  /** Batches of which it is not proven that they have ended. */
  open_batches: number;
};

/** Null: the job is not over, has no folder, or its folder was archived before. */
export async function findUnarchived(db: Db, jobId: number): Promise<EndedJob | null> {
  const rows = await db.execute<EndedJob>(sql`
    SELECT working_dir, (SELECT count(*)::int FROM batch b JOIN history_run r ON r.id = b.history_run_id
      WHERE r.job_id = job.id AND b.state <> 'closed') AS open_batches
    FROM job WHERE id = ${jobId} AND state IN ('done', 'failed', 'stopped')
      AND working_dir IS NOT NULL AND archived_at IS NULL`);
  return rows[0] ?? null;
}

export async function setArchived(tx: Tx, jobId: number, bytes: number): Promise<void> {
  await tx.execute(sql`
    UPDATE job SET archived_at = now(), archive_bytes = ${bytes}, archive_problem = NULL WHERE id = ${jobId}`);
}

export async function setArchiveProblem(tx: Tx, jobId: number, problem: string): Promise<void> {
  await tx.execute(sql`UPDATE job SET archive_problem = ${storableText(problem)} WHERE id = ${jobId}`);
}

export type OldArchive = { id: number; working_dir: string; end_timestamp: string };

/** Archives of jobs that ended longer ago, oldest first, 1,000 at a time. */
export async function* streamOldArchives(db: Db, days: number): AsyncGenerator<OldArchive> {
  let after: { id: number; end_timestamp: string } = { id: 0, end_timestamp: "-infinity" };
  for (;;) {
    const rows = await db.execute<OldArchive>(sql`
      SELECT id, working_dir, end_timestamp::text FROM job
      WHERE archived_at IS NOT NULL AND archive_removed_at IS NULL
        AND end_timestamp < now() - make_interval(days => ${days})
        AND (end_timestamp, id) > (${after.end_timestamp}::timestamptz, ${after.id})
      ORDER BY end_timestamp, id LIMIT 1000`);
    const last = rows.at(-1);
    if (!last) return;
    yield* rows;
    after = last;
  }
}

export async function setArchiveRemoved(db: Db, jobId: number): Promise<void> {
  await db.execute(
    sql`UPDATE job SET archive_removed_at = now() WHERE id = ${jobId} AND archive_removed_at IS NULL`,
  );
}
