import { JOB_STATES, type JobState } from "@/server/contracts/enums";

/** Newest jobs that the page holds; chips count these. */
export const MOST_JOBS = 200;

export type JobFilters = { project_id?: number; workflow_id?: number; dataset_id?: number };

/** From the address, for server page and client part alike; anything that is not an id is no filter. */
export function jobFilters(get: (key: string) => string | null | undefined): JobFilters {
  const id = (key: string) => {
    const value = Number(get(key) ?? "");
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const [project, workflow, dataset] = [id("project"), id("workflow"), id("dataset")];
  return {
    ...(project === undefined ? {} : { project_id: project }),
    ...(workflow === undefined ? {} : { workflow_id: workflow }),
    ...(dataset === undefined ? {} : { dataset_id: dataset }),
  };
}

export const jobsInput = (filters: JobFilters) => ({ ...filters, limit: MOST_JOBS });

export function isJobState(text: string | null): text is JobState {
  return JOB_STATES.some((state) => state === text);
}
