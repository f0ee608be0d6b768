import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";

/** One query for the sidebar and the pages, on the server and in the browser. */
export const ACTIVE_JOBS_INPUT = { states: [...ACTIVE_JOB_STATES], limit: 100 };

/** From which "needs you" is found. */
export const RECENT_JOBS_INPUT = { limit: 100 };
