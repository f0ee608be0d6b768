import { and, eq, inArray } from "drizzle-orm";
import type { Queryable } from "@/db/client";
import { jobs } from "@/db/schema";
import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";

/** Id of a job that is queued, running or stopping on this dataset or workflow; null if there is none. */
export async function findActiveJob(
  db: Queryable,
  of: { dataset_id: number } | { workflow_id: number },
): Promise<number | null> {
  const isOf = "dataset_id" in of ? eq(jobs.dataset_id, of.dataset_id) : eq(jobs.workflow_id, of.workflow_id);
  const [job] = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(isOf, inArray(jobs.state, [...ACTIVE_JOB_STATES])))
    .limit(1);
  return job?.id ?? null;
}
