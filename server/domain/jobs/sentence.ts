import type { JobState } from "@/server/contracts/enums";
import type { Cause } from "@/server/contracts/job";

const count = (n: number, word: string) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;

/**
 * Where a job stands, in one sentence.
 *
 * @param job `order` is the position of the newest run in the workflow, null before the first; `done` and
 *   `total` are its units; `failed` counts units of all runs.
 */
export function jobSentence(job: {
  readonly state: JobState;
  readonly cause: Pick<Cause, "title"> | null;
  readonly first_task_index: number;
  readonly last_task_index: number;
  readonly order: number | null;
  readonly done: number | null;
  readonly total: number | null;
  readonly failed: number;
}): string {
  const tasks = job.last_task_index - job.first_task_index + 1;
  const at = (job.order ?? job.first_task_index) - job.first_task_index + 1;
  const failures = job.failed > 0 ? `, ${count(job.failed, "unit")} failed` : "";
  switch (job.state) {
    case "queued":
      return "Waiting for the runner";
    case "running":
      return job.order === null
        ? "Starting"
        : `Task ${at} of ${tasks}, ${job.done ?? 0} of ${count(job.total ?? 0, "unit")} done${failures}`;
    case "stopping":
      return `Stopping in task ${at} of ${tasks}`;
    case "stopped":
      return `Stopped in task ${at} of ${tasks}${failures}`;
    case "done":
      return `Done, ${count(tasks, "task")}${failures}`;
    case "failed":
      return `Failed in task ${at} of ${tasks}${job.cause ? `: ${job.cause.title}` : ""}${failures}`;
  }
}
