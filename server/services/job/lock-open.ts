import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { one } from "@/db/rows";
import { jobs } from "@/db/schema";
import type { JobState } from "@/server/contracts/enums";
import { PreconditionError } from "@/server/contracts/errors";
import { isFinal } from "@/server/domain/jobs/status";

/**
 * From here to the end of the transaction the job does not change its state, so that a wish is written down only
 * while somebody will read it.
 *
 * @throws PreconditionError if it has ended.
 */
export async function lockOpenJob(tx: Tx, jobId: number): Promise<JobState> {
  const { state } = one(
    await tx.select({ state: jobs.state }).from(jobs).where(eq(jobs.id, jobId)).for("share"),
  );
  if (isFinal(state)) throw new PreconditionError(`Job ${jobId} has already ended (${state}).`);
  return state;
}
