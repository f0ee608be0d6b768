/** SQL of a job as its driver sees it. */
import { eq, sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { maybeOne, one } from "@/db/rows";
import { datasets, jobRequests, jobs, profiles, resources, users, workflows } from "@/db/schema";
import type { DatasetRow, JobRow, ProfileRow, ResourceRow, UserRow, WorkflowRow } from "@/db/schema";
import type { JobRequestKind } from "@/server/contracts/enums";
import type { Cause } from "@/server/contracts/job";
import { storableJson, storableText } from "@/server/domain/jobs/storable";

/** Long enough for a worker that has said its last word to be gone. */
const ARCHIVE_AFTER_SECONDS = 2;

export type LoadedJob = {
  job: JobRow;
  /** Null: deleted since submission. */
  dataset: DatasetRow | null;
  workflow: WorkflowRow | null;
  resource: ResourceRow;
  profile: ProfileRow;
  user: UserRow;
};

export async function loadJob(db: Db, jobId: number): Promise<LoadedJob | null> {
  const rows = await db
    .select({
      job: jobs,
      dataset: datasets,
      workflow: workflows,
      resource: resources,
      profile: profiles,
      user: users,
    })
    .from(jobs)
    .innerJoin(resources, eq(resources.id, jobs.resource_id))
    .innerJoin(profiles, eq(profiles.id, jobs.profile_id))
    .innerJoin(users, eq(users.id, jobs.user_id))
    .leftJoin(datasets, sql`${datasets.id} = ${jobs.dataset_id} AND ${datasets.deleted_at} IS NULL`)
    .leftJoin(workflows, eq(workflows.id, jobs.workflow_id))
    .where(eq(jobs.id, jobId));
  return maybeOne(rows);
}

/** `queued → running`, with the folders written down before they are made. */
export async function setRunning(
  tx: Tx,
  jobId: number,
  workingDir: string,
  workingDirUser: string,
): Promise<void> {
  await tx.execute(sql`
    UPDATE job SET state = 'running', working_dir = ${workingDir}, working_dir_user = ${workingDirUser}
    WHERE id = ${jobId} AND state = 'queued'`);
}

/** Who asked for a stop of the whole job; null: nobody. */
export async function findStopRequest(db: Db, jobId: number): Promise<string | null> {
  const rows = await db.execute<{ user_email: string }>(sql`
    SELECT user_email FROM job_request WHERE job_id = ${jobId} AND kind = 'stop_job' ORDER BY id LIMIT 1`);
  return rows[0]?.user_email ?? null;
}

export type StopRequest = {
  id: number;
  kind: JobRequestKind;
  user_email: string;
  /** Of `stop_units`; null otherwise. */
  unit_ids: number[] | null;
};

/** What was asked after request `afterId` that concerns this run, oldest first. */
export async function listStopRequests(
  db: Db,
  run: { id: number; job_id: number },
  afterId: number,
): Promise<StopRequest[]> {
  const rows = await db
    .select({
      id: jobRequests.id,
      kind: jobRequests.kind,
      user_email: jobRequests.user_email,
      unit_ids: jobRequests.unit_ids,
    })
    .from(jobRequests)
    .where(
      sql`${jobRequests.job_id} = ${run.job_id} AND ${jobRequests.id} > ${afterId}
        AND (${jobRequests.kind} = 'stop_job' OR ${jobRequests.history_run_id} = ${run.id})`,
    )
    .orderBy(jobRequests.id);
  return rows;
}

export async function setStopping(tx: Tx, jobId: number): Promise<void> {
  await tx.execute(
    sql`UPDATE job SET state = 'stopping' WHERE id = ${jobId} AND state IN ('queued', 'running')`,
  );
}

/** @param why What keeps the job from beginning more work, for a person to read; null: nothing does. */
export async function setHeldUp(tx: Tx, jobId: number, why: string | null): Promise<void> {
  await tx.execute(sql`UPDATE job SET held_up = ${why && storableText(why)} WHERE id = ${jobId}`);
}

/** The last transition of a job: state and time only, so that no text can stand in its way. Then the janitor comes. */
export async function endJob(tx: Tx, jobId: number, state: "done" | "failed" | "stopped"): Promise<void> {
  const ended = await tx.execute(sql`
    UPDATE job SET state = ${state}, end_timestamp = now(), held_up = NULL
    WHERE id = ${jobId} AND state IN ('queued', 'running', 'stopping')`);
  if (ended.count !== 1) throw new Error(`job ${jobId} has ended before`);
  await tx.execute(sql`UPDATE job_request SET done_at = now() WHERE job_id = ${jobId} AND done_at IS NULL`);
  await tx.execute(sql`
    INSERT INTO lease (kind, id, expires_at)
    SELECT 'janitor', id, clock_timestamp() + make_interval(secs => ${ARCHIVE_AFTER_SECONDS})
    FROM job WHERE id = ${jobId} AND working_dir IS NOT NULL`);
  await tx.execute(sql`SELECT pg_notify('fractal_job_ended', ${String(jobId)})`);
}

export async function setJobLog(db: Db | Tx, jobId: number, log: string, cause: Cause | null): Promise<void> {
  await db
    .update(jobs)
    .set({ log: storableText(log), cause: cause && (JSON.parse(storableJson(cause)) as Cause) })
    .where(eq(jobs.id, jobId));
}

export async function isDrained(db: Db | Tx, resourceId: number): Promise<boolean> {
  return one(
    await db
      .select({ prevent: resources.prevent_new_submissions })
      .from(resources)
      .where(eq(resources.id, resourceId)),
  ).prevent;
}
