import type { JobSummary } from "@/server/contracts/job";

const MAX_AGE_MS = 14 * 24 * 3600 * 1000;

/**
 * Failures that nobody has answered yet: the newest job of a workflow on a dataset, if it failed in the last
 * 14 days. A later job of the same pair, whatever its state, means that somebody is on it.
 *
 * @param jobs newest first
 */
export function unansweredFailures(jobs: readonly JobSummary[], now: Date): JobSummary[] {
  const seen = new Set<string>();
  return jobs.filter((job) => {
    const pair = `${job.workflow_id}/${job.dataset_id}`;
    const isNewest = !seen.has(pair);
    seen.add(pair);
    // Without its workflow or dataset there is nothing left to run again.
    if (job.workflow_id === null || job.dataset_id === null) return false;
    const age = now.getTime() - new Date(job.end_timestamp ?? job.start_timestamp).getTime();
    return isNewest && job.state === "failed" && age < MAX_AGE_MS;
  });
}
