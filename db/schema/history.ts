import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import {
  ATTEMPT_STATES,
  BATCH_STATES,
  RUN_STAGES,
  RUN_STATES,
  UNIT_KINDS,
  UNIT_STATES,
} from "../../server/contracts/enums";
import type {
  AttemptState,
  BatchState,
  EndReason,
  RunStage,
  RunState,
  UnitKind,
  UnitState,
} from "../../server/contracts/enums";
import type { Cause } from "../../server/contracts/job";
import type { TypeFilters } from "../../server/contracts/image";
import { id, instant, oneOf, ref } from "../columns";
import { jobs } from "./job";
import type { TaskGroupDump, WorkflowTaskDump } from "./job";
import { datasets, images } from "./project";
import { workflowTasks } from "./workflow";

/** One executed workflow task of a job. Everything in this file is written by the lease holder of the job. */
export const historyRuns = pgTable(
  "history_run",
  {
    id: id(),
    job_id: ref()
      .notNull()
      .references(() => jobs.id, { onDelete: "cascade" }),
    dataset_id: ref()
      .notNull()
      .references(() => datasets.id, { onDelete: "cascade" }),
    /** Null once the workflow task was deleted; the dump stays. */
    workflow_task_id: ref().references(() => workflowTasks.id, { onDelete: "set null" }),
    /** Position in the workflow. */
    order: integer().notNull(),
    workflow_task_dump: jsonb().$type<WorkflowTaskDump>().notNull(),
    task_group_dump: jsonb().$type<TaskGroupDump>().notNull(),
    stage: text().$type<RunStage>().notNull().default("selected"),
    state: text().$type<RunState>().notNull().default("running"),
    /** Type filters in force before this task; the next run's follow from these and `output_types`. */
    current_type_filters: jsonb().$type<TypeFilters>().notNull(),
    /** Images that match the types, before attribute filters; 0 for converters. */
    num_available_images: integer().notNull(),
    num_new_images: integer().notNull().default(0),
    /** First run of the calls that this one repeats, also for a retry of a retry; null for a run of its own. */
    retries_run_id: ref(),
    /** Done before and left alone: images for a parallel task, else calls. 0 unless the job continues another. */
    num_kept: integer().notNull().default(0),
    /** Not done before and not in this run either: chosen by nobody, or an earlier task failed for the image. */
    num_left: integer().notNull().default(0),
    // Counters move with their units, in the same transaction.
    num_pending: integer().notNull().default(0),
    num_running: integer().notNull().default(0),
    num_done: integer().notNull().default(0),
    num_failed: integer().notNull().default(0),
    num_stopped: integer().notNull().default(0),
    num_warnings: integer().notNull().default(0),
    /** Why the run failed as a whole; null if units failed, or none did. */
    cause: jsonb().$type<Cause>(),
    timestamp_started: instant()
      .notNull()
      .default(sql`now()`),
    timestamp_ended: instant(),
  },
  (t) => [
    oneOf("history_run_stage_check", t.stage, RUN_STAGES),
    oneOf("history_run_state_check", t.state, RUN_STATES),
    uniqueIndex("history_run_job_id_order_key").on(t.job_id, t.order),
    // "Latest run of this task on this dataset": the counters of the workflow page.
    index("history_run_workflow_task_id_idx").on(t.workflow_task_id, t.dataset_id, t.id),
    index("history_run_dataset_id_idx").on(t.dataset_id),
    // The retries of a run: few runs are retries.
    index("history_run_retries_run_id_idx")
      .on(t.retries_run_id)
      .where(sql`${t.retries_run_id} IS NOT NULL`),
  ],
);
export type HistoryRunRow = typeof historyRuns.$inferSelect;

/** Input images of a run in order: the frozen selection. */
export const runImages = pgTable(
  "run_image",
  {
    history_run_id: ref()
      .notNull()
      .references(() => historyRuns.id, { onDelete: "cascade" }),
    position: integer().notNull(),
    image_id: ref()
      .notNull()
      .references(() => images.id, { onDelete: "cascade" }),
  },
  (t) => [
    primaryKey({ columns: [t.history_run_id, t.position] }),
    index("run_image_image_id_idx").on(t.image_id),
  ],
);

/** One call of a task command. */
export const historyUnits = pgTable(
  "history_unit",
  {
    id: id(),
    history_run_id: ref()
      .notNull()
      .references(() => historyRuns.id, { onDelete: "cascade" }),
    kind: text().$type<UnitKind>().notNull(),
    /** Order inside the run: outputs are merged in it. The init call has -1. */
    position: integer().notNull(),
    state: text().$type<UnitState>().notNull().default("pending"),
    /** Image of a parallel or compute call; null for a call over many images. */
    zarr_url: text(),
    /** Input images of the call; 0 for converters. */
    num_images: integer().notNull(),
    /** JSON text handed to the task, byte for byte. */
    args: text().notNull(),
    /** Null unless failed. */
    cause: jsonb().$type<Cause>(),
    /** The same for failures of one kind with the same evidence, which are told as one; null without a cause. For SQL only. */
    cause_key: bigint({ mode: "number" }).generatedAlwaysAs(
      sql`hashtextextended((cause ->> 'kind') || chr(10) || coalesce(cause ->> 'evidence', ''), 0)`,
    ),
    has_warnings: boolean().notNull().default(false),
    /** Validated output of a done unit, as the task wrote it; null: no output. */
    output: jsonb().$type<unknown>(),
    timestamp_started: instant(),
    timestamp_ended: instant(),
  },
  (t) => [
    oneOf("history_unit_kind_check", t.kind, UNIT_KINDS),
    oneOf("history_unit_state_check", t.state, UNIT_STATES),
    uniqueIndex("history_unit_run_position_key").on(t.history_run_id, t.position),
    index("history_unit_run_state_idx").on(t.history_run_id, t.state, t.position),
    // "Which calls touched this image".
    index("history_unit_zarr_url_idx").on(t.zarr_url),
  ],
);
export type HistoryUnitRow = typeof historyUnits.$inferSelect;

/** Input images of a unit with at most 1,000 of them; larger calls use the run's selection. */
export const unitImages = pgTable(
  "unit_image",
  {
    unit_id: ref()
      .notNull()
      .references(() => historyUnits.id, { onDelete: "cascade" }),
    image_id: ref()
      .notNull()
      .references(() => images.id, { onDelete: "cascade" }),
  },
  (t) => [primaryKey({ columns: [t.unit_id, t.image_id] }), index("unit_image_image_id_idx").on(t.image_id)],
);

/** Calls of earlier runs that a job repeats, frozen when they are chosen: at submission, or when the task starts. */
export const retryUnits = pgTable(
  "retry_unit",
  {
    job_id: ref()
      .notNull()
      .references(() => jobs.id, { onDelete: "cascade" }),
    unit_id: ref()
      .notNull()
      .references(() => historyUnits.id, { onDelete: "cascade" }),
  },
  (t) => [primaryKey({ columns: [t.job_id, t.unit_id] }), index("retry_unit_unit_id_idx").on(t.unit_id)],
);

/** Latest unit of a workflow task that handled an image: status filters and counters read it. */
export const imageStatuses = pgTable(
  "image_status",
  {
    workflow_task_id: ref()
      .notNull()
      .references(() => workflowTasks.id, { onDelete: "cascade" }),
    image_id: ref()
      .notNull()
      .references(() => images.id, { onDelete: "cascade" }),
    unit_id: ref()
      .notNull()
      .references(() => historyUnits.id, { onDelete: "cascade" }),
    state: text().$type<UnitState>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workflow_task_id, t.image_id] }),
    index("image_status_image_id_idx").on(t.image_id),
    index("image_status_unit_id_idx").on(t.unit_id),
    oneOf("image_status_state_check", t.state, UNIT_STATES),
  ],
);

/** A launch of batches: the intent is written before anything starts, the tag finds it again. */
export const submissions = pgTable(
  "submission",
  {
    id: id(),
    history_run_id: ref()
      .notNull()
      .references(() => historyRuns.id, { onDelete: "cascade" }),
    /** `f{instance}-{id}`, unique on any cluster. Null only inside the transaction that inserts the row. */
    tag: text().unique(),
    timestamp_created: instant()
      .notNull()
      .default(sql`now()`),
  },
  (t) => [index("submission_history_run_id_idx").on(t.history_run_id)],
);

/** A set of attempts under one worker, in one folder, once. */
export const batches = pgTable(
  "batch",
  {
    id: id(),
    submission_id: ref()
      .notNull()
      .references(() => submissions.id, { onDelete: "cascade" }),
    history_run_id: ref()
      .notNull()
      .references(() => historyRuns.id, { onDelete: "cascade" }),
    /** Array index, 0 on `local`. */
    k: integer().notNull(),
    folder: text().notNull(),
    state: text().$type<BatchState>().notNull().default("planned"),
    /** Units at once, and what each may use. `mem_mb` null: no limit. */
    slots: integer().notNull(),
    cpus: integer().notNull(),
    mem_mb: integer(),
    /** Process or scheduler ids; null until launched. */
    handle: jsonb().$type<
      { pid: number; host: string; job?: never } | { job: number; pid?: never; host?: never }
    >(),
    /** Host named by the worker's `begin` line. */
    host: text(),
    /** Bytes of `results.jsonl` already ingested, always at a line end. */
    results_offset: bigint({ mode: "number" }).notNull().default(0),
    /** Lines that could not be used; shown, never fatal. */
    bad_lines: integer().notNull().default(0),
    /** Reason of the worker's `exit` line; null: none was read. */
    exit_reason: text(),
    /** Since when and why we cannot tell whether the batch lives; null: we can. */
    unknown_since: instant(),
    unknown_why: text(),
    timestamp_launched: instant(),
    timestamp_closed: instant(),
  },
  (t) => [
    oneOf("batch_state_check", t.state, BATCH_STATES),
    uniqueIndex("batch_submission_id_k_key").on(t.submission_id, t.k),
    // Deleting a run; its batches of any state.
    index("batch_history_run_id_idx").on(t.history_run_id),
    index("batch_open_idx")
      .on(t.history_run_id)
      .where(sql`${t.state} <> 'closed'`),
  ],
);
export type BatchRow = typeof batches.$inferSelect;

/** One try of one unit in one batch. */
export const unitAttempts = pgTable(
  "unit_attempt",
  {
    id: id(),
    unit_id: ref()
      .notNull()
      .references(() => historyUnits.id, { onDelete: "cascade" }),
    batch_id: ref()
      .notNull()
      .references(() => batches.id, { onDelete: "cascade" }),
    /** Number inside the batch. */
    n: integer().notNull(),
    state: text().$type<AttemptState>().notNull().default("planned"),
    /** The attempt that may still end the unit. */
    live: boolean().notNull().default(true),
    /** The attempt whose end line decided the unit. */
    accepted: boolean().notNull().default(false),
    timestamp_started: instant(),
    timestamp_ended: instant(),
    exit_code: integer(),
    signal: integer(),
    reason: text().$type<EndReason>(),
    detail: text(),
    wall_s: doublePrecision(),
    cpu_s: doublePrecision(),
    peak_mb: doublePrecision(),
    /** Where its log lies in the batch's `logs.txt`; null while it runs. */
    log_offset: bigint({ mode: "number" }),
    log_bytes: bigint({ mode: "number" }),
  },
  (t) => [
    oneOf("unit_attempt_state_check", t.state, ATTEMPT_STATES),
    uniqueIndex("unit_attempt_batch_id_n_key").on(t.batch_id, t.n),
    uniqueIndex("unit_attempt_one_live")
      .on(t.unit_id)
      .where(sql`${t.live}`),
    uniqueIndex("unit_attempt_one_accepted")
      .on(t.unit_id)
      .where(sql`${t.accepted}`),
    index("unit_attempt_unit_id_idx").on(t.unit_id),
  ],
);
export type UnitAttemptRow = typeof unitAttempts.$inferSelect;

/** One record per executed task, for accounting. */
export const accountingRecords = pgTable(
  "accounting_record",
  {
    id: id(),
    user_id: ref().notNull(),
    /** One per run, so that a repeated close writes nothing. */
    history_run_id: ref()
      .unique()
      .references(() => historyRuns.id, { onDelete: "set null" }),
    timestamp: instant()
      .notNull()
      .default(sql`now()`),
    num_tasks: integer().notNull(),
    num_new_images: integer().notNull(),
  },
  (t) => [index("accounting_record_user_id_idx").on(t.user_id, t.timestamp)],
);
