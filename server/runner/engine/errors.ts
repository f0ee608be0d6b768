import type { Cause } from "@/server/contracts/job";

/** A call of a task failed by exit code or by its output: the task's own fault. */
export class TaskExecutionError extends Error {
  override readonly name = "TaskExecutionError";
  constructor(
    readonly taskName: string,
    readonly order: number,
    readonly failure: Cause,
    /** Last kilobytes of the unit's log. */
    readonly traceback: string,
  ) {
    super(`Task name: ${taskName}, position in Workflow: ${order}`);
  }
}

/** The job could not go on for another reason: killed, lost, never started, nothing to work on, refused. */
export class JobExecutionError extends Error {
  override readonly name = "JobExecutionError";
  constructor(
    message: string,
    readonly failure: Cause | null = null,
  ) {
    super(message);
  }
}

/** A person asked for the end, and everything has ended. */
export class JobStoppedError extends Error {
  override readonly name = "JobStoppedError";
}
