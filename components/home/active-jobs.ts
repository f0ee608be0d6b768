import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";

/** One query for the sidebar and the pages, on the server and in the browser. */
export const ACTIVE_JOBS_INPUT = { states: [...ACTIVE_JOB_STATES], limit: 100 };
