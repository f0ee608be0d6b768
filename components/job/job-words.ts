/** A job in words and numbers. Pure; words of states are in `state/words.ts`. */
import { ACTIVE_JOB_STATES, type JobState } from "@/server/contracts/enums";
import type { JobSummary, JobTask, JobView, UnitCounts } from "@/server/contracts/job";
import { formatCount, formatNoun } from "../ui/format";
import { shortImage } from "../unit/unit-words";

export function isActive(state: JobState): boolean {
  return ACTIVE_JOB_STATES.some((active) => active === state);
}

export const endedCount = (units: UnitCounts) => units.done + units.failed + units.stopped;

export const NO_UNITS: UnitCounts = {
  total: 0,
  pending: 0,
  running: 0,
  done: 0,
  failed: 0,
  stopped: 0,
  warnings: 0,
};

type Run = NonNullable<JobTask["run"]>;
export type StartedTask = JobTask & { run: Run };

const isStarted = (task: JobTask): task is StartedTask => task.run !== null;

/** The task the page is about: the wanted one, else what runs, what failed, what came last. Null before any. */
export function shownTask(job: Pick<JobView, "tasks">, runId: number | null): StartedTask | null {
  const started = job.tasks.filter(isStarted);
  return (
    started.find((task) => task.run.id === runId) ??
    started.findLast((task) => task.run.state === "running") ??
    started.find((task) => task.run.units.failed > 0) ??
    started.at(-1) ??
    null
  );
}

/** The first task whose workers the runner has lost sight of; null: there is none. */
export function unknownTask(
  job: Pick<JobView, "tasks">,
): { order: number; since: string; why: string } | null {
  const task = job.tasks.find(({ run }) => run !== null && run.unknown !== null);
  return task?.run?.unknown ? { order: task.order, ...task.run.unknown } : null;
}

/** "3 lines of the results of task 2 could not be used."; null if all could. */
export function badLinesText(job: Pick<JobView, "tasks">): string | null {
  const bad = job.tasks.filter(isStarted).filter(({ run }) => run.bad_lines > 0);
  const [first] = bad;
  if (first === undefined) return null;
  const count = bad.reduce((sum, { run }) => sum + run.bad_lines, 0);
  const where = bad.length === 1 ? `task ${first.order + 1}` : formatNoun(bad.length, "task");
  return `${formatNoun(count, "line")} of the results of ${where} could not be used.`;
}

/** People count tasks from 1. */
const taskTitle = (task: { order: number; name: string }) => `task ${task.order + 1}, ${task.name}`;

/** Its dataset was deleted, and what is known of its runs and units with it. Jobs that are active have theirs. */
export const isHistoryGone = (job: Pick<JobView, "state" | "dataset_id">): boolean =>
  !isActive(job.state) && job.dataset_id === null;

/** The one number of the page and what it counts. */
export function answerOf(job: JobView): { number: string; text: string; units: UnitCounts } {
  const task = shownTask(job, null);
  const count = formatNoun(job.last_task_index - job.first_task_index + 1, "task");
  if (task === null) {
    const text = {
      queued: "wait for the runner",
      running: "are about to start",
      stopping: "will not start",
      stopped: "did not start",
      done: "had nothing to do",
      failed: "did not start",
    }[job.state];
    const [number = "", noun = ""] = count.split(" ");
    const what = isHistoryGone(job) ? "whose history was deleted with the dataset" : text;
    return { number, text: `${noun} ${what}`, units: NO_UNITS };
  }
  const { units } = task.run;
  const of = `of ${formatNoun(units.total, "unit")}`;
  if (job.state === "done" && job.units.failed === 0)
    return {
      number: formatCount(job.units.done),
      text: `of ${formatNoun(job.units.total, "unit")} done in ${count}`,
      units: job.units,
    };
  if (units.failed > 0 && !isActive(job.state)) {
    const reasons = groupCauses(task.run).length;
    const why = reasons > 1 ? `, for ${formatNoun(reasons, "reason")}` : "";
    return { number: formatCount(units.failed), text: `${of} failed in ${taskTitle(task)}${why}`, units };
  }
  if (job.state === "stopped") {
    const ended = units.done + units.failed;
    return { number: formatCount(ended), text: `${of} ended before the stop in ${taskTitle(task)}`, units };
  }
  return { number: formatCount(endedCount(units)), text: `${of} ended in ${taskTitle(task)}`, units };
}

/** `unit_ids`: the first unit of each cause in the group. */
export type CauseGroup = Run["causes"][number] & { unit_ids: number[] };

/** Why the person cannot start anything in the project of a job; undefined: he can. */
export const whyNotRun = (job: Pick<JobView, "can">): string | undefined =>
  job.can.execute
    ? undefined
    : "Your right in this project is to read. Its owner can give you the right to run jobs.";

/** Why nothing of an active job can be stopped; undefined if it can. */
export const whyNotStop = (job: Pick<JobView, "can" | "state" | "stop_requested_by">): string | undefined =>
  whyNotRun(job) ??
  (job.state === "stopping" || job.stop_requested_by !== null ? "The job is being stopped." : undefined);

/**
 * Causes that differ only in what each unit has of its own, paths and numbers, are one. The server tells the
 * most frequent ones only; if they are all alike, the rest of the failed units is taken to be too.
 *
 * @returns Most frequent first; `evidence` is the first unit's, with paths cut to their plate.
 */
export function groupCauses(run: Pick<Run, "causes" | "units">): CauseGroup[] {
  const groups = new Map<string, CauseGroup>();
  for (const cause of run.causes) {
    const key = `${cause.kind} ${(cause.evidence ?? "").replace(PATH, "/").replace(/\d+(\.\d+)?/g, "#")}`;
    const known = groups.get(key);
    if (known === undefined)
      groups.set(key, {
        ...cause,
        unit_ids: [cause.first_unit_id],
        evidence: cause.evidence?.replace(PATH, cutPath) ?? null,
      });
    else {
      known.units += cause.units;
      known.unit_ids.push(cause.first_unit_id);
    }
  }
  const found = [...groups.values()].sort((a, b) => b.units - a.units);
  const [only] = found;
  if (only !== undefined && found.length === 1) only.units = Math.max(only.units, run.units.failed);
  return found;
}

const PATH = /(?<![\w.])\/(?:[^\s;,:'")\]/]+\/)+[^\s;,:'")\]]*/g;
const cutPath = (path: string) => (path.includes(".zarr/") ? `…/${shortImage(path)}` : path);

/** "Tasks 5 and 6 did not start", for jobs that ended early. */
export function notStarted(job: JobView): string | null {
  if (isActive(job.state) || isHistoryGone(job)) return null;
  const numbers = job.tasks.filter((task) => task.run === null).map((task) => task.order + 1);
  if (numbers.length === 0) return null;
  const last = numbers.pop();
  return numbers.length === 0
    ? `Task ${last} did not start`
    : `Tasks ${numbers.join(", ")} and ${last} did not start`;
}

/** For screen readers: "38,500 of 100,000 units ended in task 2, Project, 15 failed". */
export function spokenProgress(job: JobView): string {
  const task = shownTask(job, null);
  if (!isActive(job.state)) return `Job ${job.id} ended: ${job.state}.`;
  if (task === null) return `Job ${job.id} waits for the runner.`;
  const { units } = task.run;
  const failed = units.failed > 0 ? `, ${formatCount(units.failed)} failed` : "";
  return `${formatCount(endedCount(units))} of ${formatNoun(units.total, "unit")} ended in ${taskTitle(task)}${failed}.`;
}

/** Seconds since the submission, until the end or now; null while neither is known. */
export function jobSeconds(
  job: Pick<JobSummary, "start_timestamp" | "end_timestamp">,
  nowMs: number | null,
): number | null {
  const end = job.end_timestamp === null ? nowMs : Date.parse(job.end_timestamp);
  return end === null ? null : Math.max(0, (end - Date.parse(job.start_timestamp)) / 1000);
}

/** The job has ended and its folder is about to become an archive. */
export const awaitsArchive = (
  job: Pick<JobView, "state" | "working_dir" | "archived_at" | "archive_problem">,
): boolean =>
  !isActive(job.state) &&
  job.working_dir !== null &&
  job.archived_at === null &&
  job.archive_problem === null;

/** It can be downloaded. */
export const hasArchive = (job: Pick<JobView, "archived_at" | "archive_removed_at">): boolean =>
  job.archived_at !== null && job.archive_removed_at === null;

/** "tasks 4–6"; "task 4" for one. */
export function taskRange(job: Pick<JobSummary, "first_task_index" | "last_task_index">): string {
  const [first, last] = [job.first_task_index + 1, job.last_task_index + 1];
  return first === last ? `task ${first}` : `tasks ${first}–${last}`;
}
