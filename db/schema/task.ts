import { sql } from "drizzle-orm";
import { bigint, boolean, index, json, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import {
  ACTIVITY_ACTIONS,
  ACTIVITY_STATUSES,
  TASK_GROUP_ORIGINS,
  TASK_TYPES,
} from "../../server/contracts/enums";
import type { ActivityAction, ActivityStatus, TaskGroupOrigin, TaskType } from "../../server/contracts/enums";
import type { ActivityStep, ArgsSchema } from "../../server/contracts/task";
import { id, instant, oneOf, ref, timestampCreated } from "../columns";
import { resources } from "./resource";
import { users } from "./user";

/**
 * A file that a user sends, below the data folder. Inserted by a service before the first byte, so that its room is
 * counted; deleted by the collection that has used it, by the runner after a day, or when it broke off.
 */
export const uploads = pgTable(
  "upload",
  {
    /** Also the name of the file on disk, see `server/platform/uploads.ts`. */
    id: uuid().primaryKey(),
    user_id: ref()
      .notNull()
      .references(() => users.id),
    /** As the user calls it; without any folder. */
    file_name: text().notNull(),
    /** While it is on its way: what is reserved for it. */
    bytes: bigint({ mode: "number" }).notNull(),
    /** 64 hexadecimal digits; null: it is on its way, or broke off with the server. */
    sha256: text(),
    /** When it was complete; while it is on its way: when it began. */
    ...timestampCreated,
  },
  (t) => [
    // What one user keeps here, before each upload.
    index("upload_user_id_idx").on(t.user_id),
  ],
);
export type UploadRow = typeof uploads.$inferSelect;

/** One version of one package on one resource. Inserted by a service, completed by the collection. */
export const taskGroups = pgTable(
  "task_group",
  {
    id: id(),
    user_id: ref()
      .notNull()
      .references(() => users.id),
    resource_id: ref()
      .notNull()
      .references(() => resources.id, { onDelete: "restrict" }),
    origin: text().$type<TaskGroupOrigin>().notNull(),
    /** Normalised: lower case, one dash between words. */
    pkg_name: text().notNull(),
    version: text().notNull(),
    /** `3.12`; null where no interpreter of the resource is used. */
    python_version: text(),
    /** Environment folder; null for `other`. */
    path: text(),
    venv_path: text(),
    /** Stored wheel or project archive; null until collected, and for `pypi` and `other`. */
    archive_path: text(),
    /** The wheel to collect; null once it is stored, and for `pypi` and `other`. */
    upload_id: uuid().references(() => uploads.id, { onDelete: "restrict" }),
    /** Extras separated by commas, without brackets; null: none. */
    pip_extras: text(),
    /** Package → version: chosen together with the package, and installed after it, whatever it says. */
    pinned_package_versions_pre: jsonb().$type<Record<string, string>>().notNull().default({}),
    pinned_package_versions_post: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** What the environment holds (pip freeze); null until collected. */
    env_info: text(),
    /** Only a complete group is active; only active groups run. */
    active: boolean().notNull().default(false),
    timestamp_last_used: instant(),
    ...timestampCreated,
  },
  (t) => [
    oneOf("task_group_origin_check", t.origin, TASK_GROUP_ORIGINS),
    uniqueIndex("task_group_identity_key").on(t.user_id, t.resource_id, t.pkg_name, t.version),
    uniqueIndex("task_group_path_key").on(t.resource_id, t.path),
    // The janitor's question which uploads are still wanted.
    index("task_group_upload_id_idx")
      .on(t.upload_id)
      .where(sql`${t.upload_id} IS NOT NULL`),
  ],
);
export type TaskGroupRow = typeof taskGroups.$inferSelect;

/** A task of a package, made from its manifest. Never changes after the collection. */
export const tasks = pgTable(
  "task",
  {
    id: id(),
    task_group_id: ref()
      .notNull()
      .references(() => taskGroups.id, { onDelete: "cascade" }),
    name: text().notNull(),
    type: text().$type<TaskType>().notNull(),
    version: text().notNull(),
    /** Argument vectors without `--args-json` and `--out-json`; null: the task has no such call. */
    command_non_parallel: text().array(),
    command_parallel: text().array(),
    meta_non_parallel: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    meta_parallel: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    // json, not jsonb: the order of the properties is the order of the form.
    args_schema_non_parallel: json().$type<ArgsSchema>(),
    args_schema_parallel: json().$type<ArgsSchema>(),
    args_schema_version: text(),
    docs_info: text(),
    docs_link: text(),
    input_types: jsonb().$type<Record<string, boolean>>().notNull().default({}),
    output_types: jsonb().$type<Record<string, boolean>>().notNull().default({}),
    category: text(),
    modality: text(),
    authors: text(),
    tags: text().array().notNull().default([]),
  },
  (t) => [
    oneOf("task_type_check", t.type, TASK_TYPES),
    uniqueIndex("task_task_group_id_name_key").on(t.task_group_id, t.name),
  ],
);
export type TaskRow = typeof tasks.$inferSelect;

/** A collection or another change of a task group; run by the runner under a lease of kind `activity`. */
export const taskGroupActivities = pgTable(
  "task_group_activity",
  {
    id: id(),
    user_id: ref()
      .notNull()
      .references(() => users.id),
    /** Null once the group is gone (a failed collection leaves none). */
    task_group_id: ref().references(() => taskGroups.id, { onDelete: "set null" }),
    pkg_name: text().notNull(),
    version: text().notNull(),
    action: text().$type<ActivityAction>().notNull(),
    status: text().$type<ActivityStatus>().notNull().default("pending"),
    /** Grows while the activity runs; the first line of a failure says why. */
    log: text().notNull().default(""),
    /** In order; written together with the log. */
    steps: jsonb().$type<ActivityStep[]>().notNull().default([]),
    timestamp_started: instant()
      .notNull()
      .default(sql`now()`),
    timestamp_ended: instant(),
  },
  (t) => [
    oneOf("task_group_activity_action_check", t.action, ACTIVITY_ACTIONS),
    oneOf("task_group_activity_status_check", t.status, ACTIVITY_STATUSES),
    uniqueIndex("task_group_activity_one_active")
      .on(t.task_group_id)
      .where(sql`${t.status} IN ('pending', 'ongoing')`),
    index("task_group_activity_user_id_idx").on(t.user_id, t.id),
  ],
);
export type TaskGroupActivityRow = typeof taskGroupActivities.$inferSelect;
