import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { ACTIVE_JOB_STATES, JOB_MODES, JOB_REQUEST_KINDS, JOB_STATES } from "../../server/contracts/enums";
import type { JobMode, JobRequestKind, JobState, TaskType } from "../../server/contracts/enums";
import type { AttributeFilters, TypeFilters } from "../../server/contracts/image";
import type { Cause } from "../../server/contracts/job";
import { id, instant, oneOf, ref } from "../columns";
import { datasets, projects } from "./project";
import { profiles, resources } from "./resource";
import { users } from "./user";
import { workflows } from "./workflow";

/** Everything a run needs of its workflow task. */
export type WorkflowTaskDump = {
  id: number;
  workflow_id: number;
  order: number;
  alias: string | null;
  args_non_parallel: Record<string, unknown> | null;
  args_parallel: Record<string, unknown> | null;
  meta_non_parallel: Record<string, unknown> | null;
  meta_parallel: Record<string, unknown> | null;
  type_filters: Record<string, boolean>;
  task: {
    id: number;
    name: string;
    type: TaskType;
    version: string;
    command_non_parallel: string[] | null;
    command_parallel: string[] | null;
    meta_non_parallel: Record<string, unknown>;
    meta_parallel: Record<string, unknown>;
    input_types: Record<string, boolean>;
    output_types: Record<string, boolean>;
  };
};
export type TaskGroupDump = {
  id: number;
  origin: string;
  pkg_name: string;
  version: string;
  python_version: string | null;
  path: string | null;
  venv_path: string | null;
  archive_path: string | null;
};
export type TaskDump = { workflow_task: WorkflowTaskDump; task_group: TaskGroupDump };

/** One submission of a workflow on a dataset. Inserted by `submitJob`; afterwards only the lease holder writes it. */
export const jobs = pgTable(
  "job",
  {
    id: id(),
    // Jobs outlive what they worked on, for accounting: hence nullable, with dumps beside.
    project_id: ref().references(() => projects.id, { onDelete: "set null" }),
    workflow_id: ref().references(() => workflows.id, { onDelete: "set null" }),
    dataset_id: ref().references(() => datasets.id, { onDelete: "set null" }),
    user_id: ref()
      .notNull()
      .references(() => users.id),
    resource_id: ref()
      .notNull()
      .references(() => resources.id),
    profile_id: ref()
      .notNull()
      .references(() => profiles.id),
    user_email: text().notNull(),
    project_dump: jsonb().$type<{ id: number; name: string; timestamp_created: string }>().notNull(),
    workflow_dump: jsonb()
      .$type<{ id: number; name: string; project_id: number; timestamp_created: string }>()
      .notNull(),
    dataset_dump: jsonb()
      .$type<{ id: number; name: string; project_id: number; timestamp_created: string; zarr_dir: string }>()
      .notNull(),
    /** What will run, frozen at submission, in order: exactly what was validated. Edits of the workflow do not reach it. */
    task_dumps: jsonb().$type<TaskDump[]>().notNull(),
    /** Inclusive positions in the workflow. */
    first_task_index: integer().notNull(),
    last_task_index: integer().notNull(),
    attribute_filters: jsonb().$type<AttributeFilters>().notNull(),
    type_filters: jsonb().$type<TypeFilters>().notNull(),
    slurm_account: text(),
    worker_init: text(),
    /** Null until the driver has made the folder. Both are equal on `local`. The archive is `{working_dir}.zip`. */
    working_dir: text(),
    working_dir_user: text(),
    /** Why no new batch begins, for a person to read; null: nothing stands in the way. Written by the driver. */
    held_up: text(),
    /** When the archive had taken the place of the folder; null: the folder is still there, or never was. */
    archived_at: instant(),
    /** Null until archived. */
    archive_bytes: bigint({ mode: "number" }),
    /** Why the folder is not archived yet, one sentence; null: nothing stood in the way. */
    archive_problem: text(),
    /** When the archive was deleted for its age (FRACTAL_JOB_LOG_DAYS); null: it was not. */
    archive_removed_at: instant(),
    /** Handed to tasks as FRACTAL_CACHE_DIR. */
    cache_dir: text().notNull(),
    state: text().$type<JobState>().notNull().default("queued"),
    start_timestamp: instant()
      .notNull()
      .default(sql`now()`),
    end_timestamp: instant(),
    /** Null unless the job failed. */
    cause: jsonb().$type<Cause>(),
    /** Text of the workflow log (done), or of the error (failed). */
    log: text(),
    /** Which images and calls: all that match, those that need it, or those of an earlier run that failed. */
    mode: text().$type<JobMode>().notNull().default("run"),
    /** Job that this one continues or repeats in part; null for a first run. */
    continues_job_id: ref(),
    /** Run whose calls the first task repeats; null unless `mode` is `retry`. Which calls: `retry_unit`. */
    retries_run_id: ref(),
  },
  (t) => [
    oneOf("job_state_check", t.state, JOB_STATES),
    oneOf("job_mode_check", t.mode, JOB_MODES),
    check("job_retry_check", sql`(${t.mode} = 'retry') = (${t.retries_run_id} IS NOT NULL)`),
    check(
      "job_range_check",
      sql`0 <= ${t.first_task_index} AND ${t.first_task_index} <= ${t.last_task_index}`,
    ),
    // One active job per dataset: the promise that two jobs never write one image list.
    uniqueIndex("job_one_active_per_dataset")
      .on(t.dataset_id)
      .where(sql.raw(`state IN (${ACTIVE_JOB_STATES.map((state) => `'${state}'`).join(", ")})`)),
    index("job_project_id_idx").on(t.project_id, t.id),
    index("job_workflow_id_dataset_id_idx").on(t.workflow_id, t.dataset_id, t.id),
    index("job_dataset_id_idx").on(t.dataset_id, t.id),
    // The janitor's question which archives have become too old.
    index("job_archive_age_idx")
      .on(t.end_timestamp)
      .where(sql`${t.archived_at} IS NOT NULL AND ${t.archive_removed_at} IS NULL`),
    // "Continued by": few jobs have a predecessor.
    index("job_continues_job_id_idx")
      .on(t.continues_job_id)
      .where(sql`${t.continues_job_id} IS NOT NULL`),
  ],
);
export type JobRow = typeof jobs.$inferSelect;

/** A wish of a person about a job. Inserted by services, answered by the lease holder. */
export const jobRequests = pgTable(
  "job_request",
  {
    id: id(),
    job_id: ref()
      .notNull()
      .references(() => jobs.id, { onDelete: "cascade" }),
    kind: text().$type<JobRequestKind>().notNull(),
    /** Run that is meant, without a foreign key because runs come later in the schema; null for `stop_job`. */
    history_run_id: ref(),
    /** Its units that are meant; null: not `stop_units`. */
    unit_ids: bigint({ mode: "number" }).array(),
    user_email: text().notNull(),
    requested_at: instant()
      .notNull()
      .default(sql`now()`),
    /** Null: not carried out yet. */
    done_at: instant(),
  },
  (t) => [
    oneOf("job_request_kind_check", t.kind, JOB_REQUEST_KINDS),
    check(
      "job_request_target_check",
      sql`(${t.kind} = 'stop_job') = (${t.history_run_id} IS NULL) AND (${t.kind} = 'stop_units') = (${t.unit_ids} IS NOT NULL)`,
    ),
    index("job_request_job_id_idx").on(t.job_id),
  ],
);
