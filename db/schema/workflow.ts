import { index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { id, ref, timestampCreated } from "../columns";
import { projects } from "./project";
import { tasks } from "./task";

/** A chain of tasks. Written by services. */
export const workflows = pgTable(
  "workflow",
  {
    id: id(),
    project_id: ref()
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text().notNull(),
    description: text(),
    ...timestampCreated,
  },
  (t) => [uniqueIndex("workflow_project_id_name_key").on(t.project_id, t.name)],
);
export type WorkflowRow = typeof workflows.$inferSelect;

/** One step of a workflow. Written by services; a running job works on its own copy (`history_run.workflow_task_dump`). */
export const workflowTasks = pgTable(
  "workflow_task",
  {
    id: id(),
    workflow_id: ref()
      .notNull()
      .references(() => workflows.id, { onDelete: "cascade" }),
    /** Position, contiguous from 0. Not unique in the database, because a move passes through equal values. */
    order: integer().notNull(),
    task_id: ref()
      .notNull()
      .references(() => tasks.id, { onDelete: "restrict" }),
    /** Null: shown under the task's own name. */
    alias: text(),
    /** Null: nothing set, the task's own defaults apply. */
    args_non_parallel: jsonb().$type<Record<string, unknown>>(),
    args_parallel: jsonb().$type<Record<string, unknown>>(),
    meta_non_parallel: jsonb().$type<Record<string, unknown>>(),
    meta_parallel: jsonb().$type<Record<string, unknown>>(),
    type_filters: jsonb().$type<Record<string, boolean>>().notNull().default({}),
    /** Raised by every edit; an edit names the version it was made on. */
    version: integer().notNull().default(0),
  },
  (t) => [
    index("workflow_task_workflow_id_idx").on(t.workflow_id, t.order),
    index("workflow_task_task_id_idx").on(t.task_id),
  ],
);
export type WorkflowTaskRow = typeof workflowTasks.$inferSelect;
