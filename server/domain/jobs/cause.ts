/**
 * From what the worker reported to what a person reads: a named cause, its numbers, the evidence and the
 * next step. One place, so that the same failure always has the same words.
 */
import type { CauseKind, EndReason } from "../../contracts/enums";
import type { Cause } from "../../contracts/job";

export type EndFacts = {
  /** Exit code; null if a signal ended it. */
  exit: number | null;
  signal: number | null;
  reason: EndReason | null;
  /** The worker's words about `reason`; null if it had none. */
  detail: string | null;
  wallSeconds: number;
  peakMb: number | null;
  /** What one unit might use, in MB; null: no limit. */
  memMb: number | null;
  /** Last kilobytes of the log. */
  logTail: string;
};

const cause = (
  kind: CauseKind,
  title: string,
  text: string,
  evidence: string | null,
  next_step: string,
): Cause => ({
  kind,
  title,
  text,
  evidence,
  next_step,
});

/** How the system names a full disk and a used-up quota, whatever program says it. */
const NO_SPACE = /No space left on device|Disk quota exceeded/i;

/** @returns Null for a unit that ended well. */
export function causeOf(end: EndFacts): Cause | null {
  switch (end.reason) {
    case "not_executable":
      return cause(
        "not_started",
        "Not started",
        "The command of the task could not be started.",
        end.detail,
        "The environment of the package is damaged: ask whoever collected it to collect it again, then choose Rerun.",
      );
    case "bad_output":
      return badOutput(end.detail ?? "The output of the task could not be read.");
    case "unit_limit":
    case "time_limit":
      return cause(
        "time_limit",
        "Time limit",
        `It was stopped after ${formatSeconds(end.wallSeconds)}.`,
        end.detail,
        "Look in the log for what it waited for, or give the task more time in its resources; then choose Continue.",
      );
    case "mem_limit":
      return cause(
        "out_of_memory",
        "Out of memory",
        `It reached ${formatMb(end.peakMb)} of ${formatMb(end.memMb)} and was stopped so that the others could go on.`,
        end.detail,
        "Raise the memory of the task in its resources, then choose Continue.",
      );
    case "cancelled":
      return cause(
        "cancelled",
        "Stopped",
        "It was running when the job was stopped.",
        null,
        "Continue runs what is missing.",
      );
    case "disk_full":
      return cause(
        "disk_full",
        "Disk full",
        "There was no space left to write its result.",
        end.detail,
        "Free space on the disk that is named, then choose Rerun.",
      );
    case null:
      break;
  }
  if (end.signal !== null)
    return cause(
      "killed",
      "Killed",
      `It was ended by signal ${end.signal}${end.signal === 9 ? ", often for want of memory" : ""}, after ${formatSeconds(end.wallSeconds)}; its peak memory was ${formatMb(end.peakMb)}.`,
      lastLine(end.logTail),
      "If nobody killed it, give the task more memory in its resources; then choose Continue.",
    );
  if (end.exit === 0) return null;
  const exception = exceptionLine(end.logTail);
  if (exception !== null && NO_SPACE.test(exception))
    return cause(
      "disk_full",
      "Disk full",
      `The task could not write its results: it ended with exit code ${end.exit} after ${formatSeconds(end.wallSeconds)}.`,
      exception,
      "Free space on the disk of the images, then choose Rerun.",
    );
  return cause(
    "task_error",
    "Task error",
    `The task ended with exit code ${end.exit} after ${formatSeconds(end.wallSeconds)}.`,
    exception,
    "Read the log, change the arguments or the data, then choose Continue. Rerun alone repeats it as it was.",
  );
}

export function badOutput(why: string): Cause {
  return cause(
    "bad_output",
    "Bad output",
    "The task ended well, but what it returned cannot be used.",
    why,
    "Tell the author of the task package; the log shows what the task did.",
  );
}

export function outputConflict(why: string): Cause {
  return cause(
    "output_conflict",
    "Conflicting output",
    "Two calls returned different results for one image, so neither was stored.",
    why,
    "Check that the arguments give each image its own output, then choose Continue.",
  );
}

/**
 * @param isStateChange The task flips a flag in place, so it is not repeated by itself.
 * @param why What a scheduler said about the end; null: nobody said anything.
 */
export function interrupted(isStateChange: boolean, times: number, why: string | null): Cause {
  return cause(
    "interrupted",
    "Interrupted",
    times > 1
      ? `It was interrupted ${times} times: its worker died while it ran.`
      : "Its worker died while it ran, so nobody knows how far it came.",
    why,
    isStateChange
      ? "Look at the image first: this task changes images in place, and half of its work may be there."
      : "Choose Rerun.",
  );
}

/** @param why First line of what went wrong. */
export function internalError(why: string): Cause {
  return cause(
    "not_started",
    "Internal error",
    "The platform itself failed while it ran this job.",
    why.slice(0, 500),
    "Tell your administrator the number of the job. What could be stored is kept.",
  );
}

export function neverStarted(times: number, why: string | null): Cause {
  return cause(
    "not_started",
    "Not started",
    `The worker did not start in ${times} tries.`,
    why,
    "Check that the Python interpreter of the resource works and that its job folder can be written, then choose Rerun.",
  );
}

/** The line that names the exception of a Python traceback, else the last line with words. */
export function exceptionLine(logTail: string): string | null {
  const lines = logTail.split("\n").map((line) => line.trimEnd());
  const exception = lines.findLast((line) =>
    /^[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit|Warning)\b/.test(line),
  );
  return (exception ?? lastLine(logTail))?.slice(0, 500) ?? null;
}

function lastLine(text: string): string | null {
  return (
    text
      .split("\n")
      .findLast((line) => line.trim() !== "")
      ?.trim()
      .slice(0, 500) ?? null
  );
}

const formatMb = (mb: number | null) =>
  mb === null ? "an unknown amount of memory" : `${Math.round(mb).toLocaleString("en")} MB`;

function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Does the job log call it the task's fault (exit code or output), rather than the run's? */
export const isTaskFault = (kind: CauseKind) =>
  kind === "task_error" || kind === "bad_output" || kind === "output_conflict";
