import { and, eq, isNull } from "drizzle-orm";
import type { z } from "zod";
import { jobRequests } from "@/db/schema";
import { JobIdInput } from "@/server/contracts/job";
import { requireJob, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { notify } from "@/server/services/database";
import { lockOpenJob } from "@/server/services/job/lock-open";

/**
 * Writes down the wish to stop a job; the runner carries it out and sets the state. Asking twice is asking once.
 *
 * @throws PreconditionError if the job has ended.
 */
export async function stopJob(
  ctx: ServiceContext,
  raw: z.input<typeof JobIdInput>,
): Promise<{ job_id: number }> {
  const { job_id } = JobIdInput.parse(raw);
  const job = await requireJob(ctx, job_id, "execute");
  const user = requireUser(ctx);
  return ctx.db.transaction(async (tx) => {
    await lockOpenJob(tx, job.id);
    const open = await tx
      .select({ id: jobRequests.id })
      .from(jobRequests)
      .where(
        and(eq(jobRequests.job_id, job.id), eq(jobRequests.kind, "stop_job"), isNull(jobRequests.done_at)),
      )
      .limit(1);
    if (open.length === 0) {
      await tx.insert(jobRequests).values({ job_id: job.id, kind: "stop_job", user_email: user.email });
      await notify(tx, "fractal_runner", "job_request");
    }
    return { job_id: job.id };
  });
}
