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

/** Archives of jobs that ended longer ago, oldest first; at most 1,000. */
export async function listOldArchives(db: Db, days: number): Promise<{ id: number; working_dir: string }[]> {
  const rows = await db.execute<{ id: number; working_dir: string }>(sql`
    SELECT id, working_dir FROM job
    WHERE archived_at IS NOT NULL AND archive_removed_at IS NULL
      AND end_timestamp < now() - make_interval(days => ${days})
    ORDER BY end_timestamp LIMIT 1000`);
  return [...rows];
}

export async function setArchiveRemoved(db: Db, jobId: number): Promise<void> {
  await db.execute(
    sql`UPDATE job SET archive_removed_at = now() WHERE id = ${jobId} AND archive_removed_at IS NULL`,
  );
}
