import { z } from "zod";
import { Id, NonEmptyString } from "./common";
import type {
  CauseKind,
  JobMode,
  JobState,
  PublishedStatus,
  RunStage,
  RunState,
  TaskType,
  UnitKind,
  UnitState,
} from "./enums";
import { JOB_STATES, UNIT_STATES } from "./enums";
import { JobAttributeFilters, TypeFilters } from "./image";
import type { Can } from "./project";

export const SubmitJobInput = z
  .strictObject({
    workflow_id: Id,
    dataset_id: Id,
    /** Position of the first and last task to run; absent: the first and last of the workflow. */
    first_task_index: z.int().nonnegative().optional(),
    last_task_index: z.int().nonnegative().optional(),
    attribute_filters: JobAttributeFilters.default({}),
    type_filters: TypeFilters.default({}),
    slurm_account: z.string().optional(),
    worker_init: NonEmptyString.optional(),
  })
  .refine((input) => (input.first_task_index ?? 0) <= (input.last_task_index ?? Infinity), {
    path: ["last_task_index"],
    error: "The last task must not come before the first task.",
  });
export type SubmitJobInput = z.input<typeof SubmitJobInput>;

export const JobIdInput = z.object({ job_id: Id });
/** `version` is the one of the answer that is on the page. */
export const PollJobInput = z.object({ job_id: Id, version: z.string() });
/** `unit_ids` absent: what is left of the run. */
export const StopUnitsInput = z.strictObject({
  run_id: Id,
  unit_ids: z.array(Id).min(1).max(10_000).optional(),
});
export const UnitIdInput = z.object({ unit_id: Id });
export const ListJobsInput = z.object({
  project_id: Id.optional(),
  dataset_id: Id.optional(),
  workflow_id: Id.optional(),
  states: z.array(z.enum(JOB_STATES)).optional(),
  limit: z.int().min(1).max(400).default(100),
  offset: z.int().nonnegative().default(0),
});

/** Why a unit, a task or a job failed, with its numbers and what to do. Made by `causeOf`. */
export type Cause = {
  kind: CauseKind;
  /** Two or three words: "Task error". */
  title: string;
  /** One sentence with the numbers. */
  text: string;
  /** The evidence, shown in mono: the exception line, the path; null if there is none. */
  evidence: string | null;
  /** What the user does next, one sentence. */
  next_step: string;
};

export type UnitCounts = {
  total: number;
  pending: number;
  running: number;
  done: number;
  failed: number;
  stopped: number;
  warnings: number;
};

export type JobSummary = {
  id: number;
  state: JobState;
  status: PublishedStatus;
  project_id: number | null;
  project_name: string;
  workflow_id: number | null;
  workflow_name: string;
  dataset_id: number | null;
  dataset_name: string;
  user_email: string;
  first_task_index: number;
  last_task_index: number;
  start_timestamp: string;
  end_timestamp: string | null;
  /** Units of all runs so far. */
  units: UnitCounts;
  /** Task that runs now, or that ended the job; null before the first. */
  current_task: { order: number; name: string } | null;
  cause: Cause | null;
  mode: JobMode;
  /** Job whose work this one goes on with; null for a first run. */
  continues_job_id: number | null;
  /** Newest job that goes on with the work of this one; null if none does. */
  continued_by_job_id: number | null;
};

/** One task of a job: a run, or a task that has not started. */
export type JobTask = {
  order: number;
  name: string;
  task_type: TaskType;
  /** Null if the task was removed from the workflow since. */
  workflow_task_id: number | null;
  /** The task's place in its workflow now; null if it was removed. */
  current_order: number | null;
  /** Half of an interrupted call may have been written into its image: the task changes images in place. */
  changes_in_place: boolean;
  /** Null until the task starts. */
  run: {
    id: number;
    stage: RunStage;
    state: RunState;
    units: UnitCounts;
    /** Images the task found, before attribute filters. */
    num_available_images: number;
    num_new_images: number;
    /** Done before and left alone: images for a parallel task, else calls. */
    kept: number;
    /** Neither done before nor part of this run. */
    left: number;
    /** It repeats calls of an earlier job with their old arguments. */
    is_retry: boolean;
    /** Who asked to stop what is left of it; null: nobody. */
    stop_requested_by: string | null;
    timestamp_started: string;
    timestamp_ended: string | null;
    /** Since when and why the runner cannot tell what its workers do; null: it can. */
    unknown: { since: string; why: string } | null;
    /** Lines that its workers wrote and that could not be used. */
    bad_lines: number;
    /** Failed units by cause, most frequent first. */
    causes: (Cause & { units: number; first_unit_id: number })[];
  } | null;
};

/** The job page. `version` changes whenever anything shown changed; polling sends it back. */
export type JobView = JobSummary & {
  can: Can;
  version: string;
  tasks: JobTask[];
  log: string | null;
  /** Null until the driver has made it. */
  working_dir: string | null;
  /** When its folder became an archive, which can be downloaded until `archive_removed_at`; null: not yet. */
  archived_at: string | null;
  archive_bytes: number | null;
  /** Why it did not; null: nothing stood in the way. */
  archive_problem: string | null;
  /** When the archive was deleted for its age. */
  archive_removed_at: string | null;
  /** Why no new work begins although units wait, with what to do; null: nothing stands in the way. */
  held_up: string | null;
  stop_requested_by: string | null;
  /** Seconds left, from the units of the running task; null: no estimate yet. */
  seconds_left: number | null;
  attribute_filters: Record<string, unknown>;
  type_filters: Record<string, boolean>;
};

export const ListUnitsInput = z.object({
  run_id: Id,
  states: z.array(z.enum(UNIT_STATES)).optional(),
  offset: z.int().nonnegative().default(0),
  limit: z.int().min(1).max(500).default(100),
});

export type UnitRow = {
  id: number;
  kind: UnitKind;
  position: number;
  state: UnitState;
  /** The image, or null for a call over many images. */
  zarr_url: string | null;
  num_images: number;
  has_warnings: boolean;
  cause: Cause | null;
  started_at: string | null;
  /** Seconds of wall clock and CPU of the accepted attempt; null until it ended. */
  wall_seconds: number | null;
  cpu_seconds: number | null;
  /** Peak memory in MB; null until it ended. */
  peak_mb: number | null;
  attempts: number;
};

export type UnitPage = { items: UnitRow[]; counts: UnitCounts; matching: number };

/** Where the files of a unit are: the folder of its batch, until the job's archive takes its place. */
export type UnitFiles =
  | { kind: "folder"; folder: string }
  | { kind: "archive"; archive: string; /** Relative to the archive. */ folder: string }
  | { kind: "removed"; removed_at: string };

export type UnitView = UnitRow & {
  job_id: number;
  run_id: number;
  task_name: string;
  order: number;
  /** JSON text of the arguments, exactly as the task received them. */
  args: string;
  exit_code: number | null;
  signal: number | null;
  host: string | null;
  /** Null: not placed yet. */
  files: UnitFiles | null;
  /** Memory it may use; null: no limit, or not placed yet. */
  mem_mb: number | null;
  /** Who asked first to stop it, alone or with its task or job, and when; null: nobody. */
  stop_requested: { user_email: string; at: string } | null;
  images_made: string[];
};

export const GetUnitLogInput = z.object({
  unit_id: Id,
  offset: z.int().nonnegative().default(0),
  max_bytes: z
    .int()
    .min(1)
    .max(256 * 1024)
    .default(256 * 1024),
});

/** A piece of a log. `next_offset` is where to read on; `ended`: nothing more will come. */
export type UnitLogChunk = {
  text: string;
  next_offset: number;
  total_bytes: number;
  ended: boolean;
  /** Why there is nothing to read; null if there is. */
  missing: string | null;
};

export type SubmitPreview = {
  /** One line per task that would run. */
  tasks: { order: number; name: string; images: number | null }[];
  problems: string[];
};
