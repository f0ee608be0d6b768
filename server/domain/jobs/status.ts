import type { JobState, PublishedStatus } from "@/server/contracts/enums";

/** The status that Fractal publishes: a job that was asked to stop counts as submitted until it has stopped. */
export const PUBLISHED_STATUS = {
  queued: "submitted",
  running: "submitted",
  stopping: "submitted",
  stopped: "failed",
  done: "done",
  failed: "failed",
} as const satisfies Readonly<Record<JobState, PublishedStatus>>;

export function publishedStatus(state: JobState): PublishedStatus {
  return PUBLISHED_STATUS[state];
}

/** A final state never changes again. */
export function isFinal(state: JobState): boolean {
  return PUBLISHED_STATUS[state] !== "submitted";
}
