/**
 * Every closed list of words that is stored or sent. Check constraints, zod contracts and
 * interface filters are all made from these arrays.
 */

export const RESOURCE_TYPES = ["local", "slurm_sudo", "slurm_ssh"] as const;
export type ResourceType = (typeof RESOURCE_TYPES)[number];

export const TASK_TYPES = [
  "compound",
  "converter_compound",
  "non_parallel",
  "converter_non_parallel",
  "parallel",
] as const;
export type TaskType = (typeof TASK_TYPES)[number];

export const TASK_GROUP_ORIGINS = ["pypi", "wheel-file", "pixi", "other"] as const;
export type TaskGroupOrigin = (typeof TASK_GROUP_ORIGINS)[number];

export const ACTIVITY_ACTIONS = ["collect", "deactivate", "reactivate", "delete"] as const;
export type ActivityAction = (typeof ACTIVITY_ACTIONS)[number];

export const ACTIVITY_STATUSES = ["pending", "ongoing", "failed", "OK"] as const;
export type ActivityStatus = (typeof ACTIVITY_STATUSES)[number];

/** Rights of a project member; each includes the ones before it. */
export const PERMISSIONS = ["r", "rw", "rwx"] as const;
export type Permissions = (typeof PERMISSIONS)[number];

/** `queued → running → done | failed`; `stopping → stopped`. The first three hold the dataset. */
export const JOB_STATES = ["queued", "running", "stopping", "stopped", "done", "failed"] as const;
export type JobState = (typeof JOB_STATES)[number];
export const ACTIVE_JOB_STATES = ["queued", "running", "stopping"] as const satisfies readonly JobState[];

/**
 * `run`: everything that matches the filters. `continue`: what is not done yet, or not with these settings.
 * `retry`: failed or stopped calls of one run with their old arguments, then what is missing of the tasks behind it.
 */
export const JOB_MODES = ["run", "continue", "retry"] as const;
export type JobMode = (typeof JOB_MODES)[number];

/**
 * Why an image is worked on when a job continues: the first that applies. `waits`: an earlier task of the same
 * job works on it, or on what it is made from.
 */
export const NEED_REASONS = [
  "waits",
  "never_run",
  "failed",
  "interrupted",
  "stopped",
  "version_changed",
  "arguments_changed",
  "input_changed",
] as const;
export type NeedReason = (typeof NEED_REASONS)[number];
/** Why it is not: everything is done, or an earlier task that this job leaves alone failed for it. */
export const SKIP_REASONS = ["done", "earlier_failed"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** The status that Fractal publishes, derived from `JobState`. */
export const PUBLISHED_STATUSES = ["submitted", "done", "failed"] as const;
export type PublishedStatus = (typeof PUBLISHED_STATUSES)[number];

/** `selected → planned → merged → closed`; compound tasks pass `init` between the first two. */
export const RUN_STAGES = ["selected", "init", "planned", "merged", "closed"] as const;
export type RunStage = (typeof RUN_STAGES)[number];

export const RUN_STATES = ["running", "done", "failed", "stopped"] as const;
export type RunState = (typeof RUN_STATES)[number];

/** `pending → running → done | failed | stopped`. */
export const UNIT_STATES = ["pending", "running", "done", "failed", "stopped"] as const;
export type UnitState = (typeof UNIT_STATES)[number];

/** `init`: the first call of a compound task. `unit`: everything else. */
export const UNIT_KINDS = ["init", "unit"] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/** `planned → started → ended | interrupted | never_started`. */
export const ATTEMPT_STATES = ["planned", "started", "ended", "interrupted", "never_started"] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

export const BATCH_STATES = ["planned", "launching", "launched", "closed"] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** Why the worker ended a unit by itself; null when the program decided (exit code or signal). */
export const END_REASONS = [
  "not_executable",
  "bad_output",
  "unit_limit",
  "time_limit",
  "mem_limit",
  "cancelled",
  "disk_full",
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Named causes of a failure, see `server/domain/jobs/cause.ts`. */
export const CAUSE_KINDS = [
  "task_error",
  "bad_output",
  "output_conflict",
  "not_started",
  "interrupted",
  "killed",
  "out_of_memory",
  "time_limit",
  "cancelled",
  "disk_full",
] as const;
export type CauseKind = (typeof CAUSE_KINDS)[number];

/** Of a job, of what is left of one of its runs, of chosen units of a run. */
export const JOB_REQUEST_KINDS = ["stop_job", "stop_run", "stop_units"] as const;
export type JobRequestKind = (typeof JOB_REQUEST_KINDS)[number];

export const LEASE_KINDS = ["job", "resource", "activity", "janitor", "deletion"] as const;
export type LeaseKind = (typeof LEASE_KINDS)[number];

export const RUNNER_CALL_KINDS = ["unit_log", "find_package"] as const;
export type RunnerCallKind = (typeof RUNNER_CALL_KINDS)[number];
