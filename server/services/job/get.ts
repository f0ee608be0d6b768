import { and, desc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { one } from "@/db/rows";
import { jobRequests } from "@/db/schema";
import { JobIdInput, PollJobInput } from "@/server/contracts/job";
import type { JobView } from "@/server/contracts/job";
import { requireJob } from "@/server/services/access";
import type { AuthorizedJob } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { jobSummaries } from "@/server/services/job/summaries";
import { jobTasks, secondsLeft } from "@/server/services/job/tasks";

/** The job page: counters come from the runs, so 100,000 units cost what one costs. */
export async function getJob(ctx: ServiceContext, raw: z.input<typeof JobIdInput>): Promise<JobView> {
  const { job_id } = JobIdInput.parse(raw);
  const job = await requireJob(ctx, job_id, "read");
  // Read before the rest: a change in between makes the page ask again, never miss it.
  return viewOf(ctx, job, await versionOf(ctx, job.id));
}

/** Null if nothing that is shown has changed since `version`; the cheap question of a page that is open. */
export async function pollJob(
  ctx: ServiceContext,
  raw: z.input<typeof PollJobInput>,
): Promise<JobView | null> {
  const { job_id, version } = PollJobInput.parse(raw);
  const job = await requireJob(ctx, job_id, "read");
  const now = await versionOf(ctx, job.id);
  return now === version ? null : viewOf(ctx, job, now);
}

async function viewOf(ctx: ServiceContext, job: AuthorizedJob, version: string): Promise<JobView> {
  const [summaries, tasks, requests, seconds_left] = await Promise.all([
    jobSummaries(ctx, sql`job j WHERE j.id = ${job.id}`),
    jobTasks(ctx, job),
    ctx.db
      .select({ user_email: jobRequests.user_email })
      .from(jobRequests)
      // A job that has stopped was stopped by whoever asked, be it for a part of it.
      .where(
        and(
          eq(jobRequests.job_id, job.id),
          job.state === "stopped" ? undefined : eq(jobRequests.kind, "stop_job"),
        ),
      )
      // Whoever stopped the whole job, else the first who stopped a part of it.
      .orderBy(desc(sql`${jobRequests.kind} = 'stop_job'`), jobRequests.id)
      .limit(1),
    secondsLeft(ctx, job.id),
  ]);
  return {
    ...one(summaries),
    can: job.project?.can ?? { write: false, execute: false },
    version,
    tasks,
    log: job.log,
    working_dir: job.working_dir,
    held_up: job.held_up,
    archived_at: job.archived_at,
    archive_bytes: job.archive_bytes,
    archive_problem: job.archive_problem,
    archive_removed_at: job.archive_removed_at,
    stop_requested_by: requests[0]?.user_email ?? null,
    seconds_left,
    attribute_filters: { ...job.attribute_filters },
    type_filters: { ...job.type_filters },
  };
}

/** A digest of everything on the page that can change; units show in the counters of their run. */
async function versionOf(ctx: ServiceContext, jobId: number): Promise<string> {
  const query = sql`
    SELECT md5(concat_ws('|', j.state, j.end_timestamp, j.working_dir, j.cause::text, md5(j.log),
      coalesce(j.archive_removed_at, j.archived_at), j.archive_problem, j.held_up, j.dataset_id,
      (SELECT string_agg(concat_ws(',', h.id, h.stage, h.state, h.num_pending, h.num_running, h.num_done,
        h.num_failed, h.num_stopped, h.num_warnings, h.num_new_images, h.timestamp_ended), ';' ORDER BY h.id)
        FROM history_run h WHERE h.job_id = j.id),
      (SELECT string_agg(concat_ws(',', b.id, b.bad_lines, b.unknown_since, b.unknown_why), ';' ORDER BY b.id)
        FROM batch b JOIN history_run h ON h.id = b.history_run_id
        WHERE h.job_id = j.id AND (b.bad_lines > 0 OR b.unknown_since IS NOT NULL)),
      (SELECT max(r.id) FROM job_request r WHERE r.job_id = j.id),
      (SELECT max(c.id) FROM job c WHERE c.continues_job_id = j.id))) AS version
    FROM job j WHERE j.id = ${jobId}`;
  return one(await rowsOf<{ version: string }>(ctx.db, query)).version;
}
