import type { JobSummary } from "@/server/contracts/job";
import type { DatasetSummary } from "@/server/contracts/project";

/**
 * On which dataset a workflow is shown: the one in the address, else that of its newest job, else the newest
 * of the project. Null if there is none.
 */
export function defaultDataset(
  datasets: readonly DatasetSummary[],
  wantedId: number | null,
  jobs: readonly Pick<JobSummary, "dataset_id">[],
): DatasetSummary | null {
  const byId = (id: number | null) => datasets.find((dataset) => dataset.id === id);
  const used = jobs.map((job) => byId(job.dataset_id)).find((dataset) => dataset !== undefined);
  const newest = [...datasets].sort((a, b) => b.id - a.id)[0];
  return byId(wantedId) ?? used ?? newest ?? null;
}

export const workflowJobsInput = (workflowId: number) => ({ workflow_id: workflowId, limit: 20 });
