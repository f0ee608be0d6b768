import { expect, test } from "vitest";
import type { JobTask, JobView, UnitCounts } from "@/server/contracts/job";
import {
  NO_UNITS,
  answerOf,
  awaitsArchive,
  badLinesText,
  groupCauses,
  hasArchive,
  jobSeconds,
  notStarted,
  shownTask,
  spokenProgress,
  taskRange,
} from "./job-words";

const units = (counts: Partial<UnitCounts>): UnitCounts => {
  const all = { ...NO_UNITS, ...counts };
  return { ...all, total: all.pending + all.running + all.done + all.failed + all.stopped };
};
const task = (
  order: number,
  state: "running" | "done" | "failed" | null,
  counts: Partial<UnitCounts> = {},
): JobTask => ({
  order,
  name: `T${order}`,
  task_type: "parallel",
  workflow_task_id: order + 1,
  current_order: order,
  changes_in_place: false,
  run:
    state === null
      ? null
      : {
          id: 100 + order,
          stage: "planned",
          state,
          units: units(counts),
          num_available_images: 0,
          num_new_images: 0,
          kept: 0,
          left: 0,
          is_retry: false,
          stop_requested_by: null,
          timestamp_started: "2026-11-20T10:00:00Z",
          timestamp_ended: null,
          unknown: null,
          bad_lines: 0,
          causes: [],
        },
});
const job = (changes: Partial<JobView>): JobView => ({
  id: 7,
  state: "running",
  status: "submitted",
  project_id: 1,
  project_name: "P",
  workflow_id: 1,
  workflow_name: "W",
  dataset_id: 1,
  dataset_name: "D",
  user_email: "u@example.org",
  first_task_index: 0,
  last_task_index: 2,
  start_timestamp: "2026-11-20T10:00:00Z",
  end_timestamp: null,
  units: units({}),
  current_task: null,
  cause: null,
  mode: "run",
  continues_job_id: null,
  continued_by_job_id: null,
  can: { write: true, execute: true },
  version: "v",
  tasks: [],
  log: null,
  working_dir: null,
  held_up: null,
  archived_at: null,
  archive_bytes: null,
  archive_problem: null,
  archive_removed_at: null,
  stop_requested_by: null,
  seconds_left: null,
  attribute_filters: {},
  type_filters: {},
  ...changes,
});

test("before anything runs the page counts tasks", () => {
  expect(answerOf(job({ state: "queued" }))).toMatchObject({
    number: "3",
    text: "tasks wait for the runner",
  });
});

test("a running job answers with the units of the task that runs", () => {
  const running = job({
    tasks: [
      task(0, "done", { done: 12 }),
      task(1, "running", { done: 4, failed: 1, running: 2, pending: 5 }),
    ],
  });
  expect(answerOf(running)).toMatchObject({ number: "5", text: "of 12 units ended in task 2, T1" });
  expect(spokenProgress(running)).toBe("5 of 12 units ended in task 2, T1, 1 failed.");
});

test("a failed job answers with what failed, and says which tasks did not start", () => {
  const failed = job({
    state: "failed",
    tasks: [task(0, "done", { done: 3 }), task(1, "failed", { failed: 2, done: 1 }), task(2, null)],
  });
  expect(answerOf(failed)).toMatchObject({ number: "2", text: "of 3 units failed in task 2, T1" });
  expect(notStarted(failed)).toBe("Task 3 did not start");
});

test("a finished job answers with everything it did", () => {
  const done = job({ state: "done", units: units({ done: 1500 }), tasks: [task(0, "done", { done: 1500 })] });
  expect(answerOf(done)).toMatchObject({ number: "1,500", text: "of 1,500 units done in 3 tasks" });
});

test("the wanted run is shown if the job has it", () => {
  const tasks = [task(0, "done"), task(1, "running"), task(2, null)];
  expect(shownTask({ tasks }, 100)?.order).toBe(0);
  expect(shownTask({ tasks }, 999)?.order).toBe(1);
  expect(shownTask({ tasks: [] }, 100)).toBeNull();
});

test("a job lasts until its end, or until now", () => {
  expect(jobSeconds(job({}), Date.parse("2026-11-20T10:01:00Z"))).toBe(60);
  expect(jobSeconds(job({ end_timestamp: "2026-11-20T10:00:05Z" }), null)).toBe(5);
  expect(jobSeconds(job({}), null)).toBeNull();
  expect(taskRange({ first_task_index: 3, last_task_index: 3 })).toBe("task 4");
});

test("failures that differ only in path and numbers are one cause", () => {
  const cause = (unit: number, evidence: string | null, kind: "task_error" | "killed" = "task_error") => ({
    kind,
    title: "T",
    text: "t",
    evidence,
    next_step: "n",
    units: 1,
    first_unit_id: unit,
  });
  const causes = [
    cause(1, "no channel 'DAPI' in /d/x/plate.zarr/A/01/0; it has 2"),
    cause(2, "no channel 'DAPI' in /d/x/plate.zarr/B/02/0; it has 3"),
  ];
  expect(groupCauses({ causes, units: units({ failed: 30 }) })).toMatchObject([
    { units: 30, first_unit_id: 1, evidence: "no channel 'DAPI' in …/plate.zarr/A/01/0; it has 2" },
  ]);
  const mixed = [...causes, cause(3, null, "killed"), cause(4, "no label 'DAPI'")];
  expect(groupCauses({ causes: mixed, units: units({ failed: 4 }) }).map((group) => group.units)).toEqual([
    2, 1, 1,
  ]);
});

test("a job whose dataset was deleted says so, and not that nothing started", () => {
  const gone = job({ state: "done", dataset_id: null, tasks: [task(0, null)] });
  expect(answerOf(gone)).toMatchObject({
    number: "3",
    text: "tasks whose history was deleted with the dataset",
  });
  expect(notStarted(gone)).toBeNull();
  expect(notStarted({ ...gone, dataset_id: 1 })).toBe("Task 1 did not start");
});

test("an archive is awaited from the end of a job until it is there, or something stands in its way", () => {
  const ended = { state: "failed", working_dir: "/jobs/7" } as const;
  const at = "2026-11-24T10:00:00Z";
  expect(awaitsArchive(job({ ...ended, state: "running" }))).toBe(false);
  expect(awaitsArchive(job({ ...ended, working_dir: null }))).toBe(false);
  expect(awaitsArchive(job(ended))).toBe(true);
  expect(awaitsArchive(job({ ...ended, archive_problem: "The disk is full." }))).toBe(false);
  expect(awaitsArchive(job({ ...ended, archived_at: at }))).toBe(false);
  expect(hasArchive(job({ ...ended, archived_at: at }))).toBe(true);
  expect(hasArchive(job({ ...ended, archived_at: at, archive_removed_at: at }))).toBe(false);
});

test("lines of results that could not be used are counted, and their task is named if it is one", () => {
  const withBadLines = (...counts: number[]) =>
    job({
      tasks: counts.map((bad_lines, order) => {
        const { run, ...rest } = task(order, "running");
        return { ...rest, run: run && { ...run, bad_lines } };
      }),
    });
  expect(badLinesText(withBadLines(0, 0))).toBeNull();
  expect(badLinesText(withBadLines(0, 1))).toBe("1 line of the results of task 2 could not be used.");
  expect(badLinesText(withBadLines(1000, 234))).toBe(
    "1,234 lines of the results of 2 tasks could not be used.",
  );
});
