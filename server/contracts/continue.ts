/** Going on with what an earlier job left: what is missing (continue), or what failed (retry). */
import { z } from "zod";
import { Id } from "./common";
import { NEED_REASONS, SKIP_REASONS } from "./enums";
import type { NeedReason, SkipReason, TaskType, UnitState } from "./enums";
import { JobAttributeFilters, TypeFilters } from "./image";
import type { AttributeFilters } from "./image";

const continueFields = {
  workflow_id: Id,
  dataset_id: Id,
  /** Absent: the earliest task with something missing, of those that the job to continue was for. */
  first_task_index: z.int().nonnegative().optional(),
  /** Absent: the last task of the workflow, or of the job to continue. */
  last_task_index: z.int().nonnegative().optional(),
  /** Absent: those of the job to continue. */
  attribute_filters: JobAttributeFilters.optional(),
  /** Over the types that are in force when the first task begins. */
  type_filters: TypeFilters.default({}),
};
export const ContinueJobInput = z
  .strictObject(continueFields)
  .refine((input) => (input.first_task_index ?? 0) <= (input.last_task_index ?? Infinity), {
    path: ["last_task_index"],
    error: "The last task must not come before the first task.",
  });
export type ContinueJobInput = z.input<typeof ContinueJobInput>;

/** Images that one reason holds for; for a converter, which has none, 1. */
export type ReasonCount = { reason: NeedReason | SkipReason; images: number };

export type ContinueTask = {
  order: number;
  name: string;
  task_type: TaskType;
  /** Calls that are certain; 0: the task is skipped. What earlier tasks make new, and items of an init call, come on top. */
  units: number;
  /** Images that match now; 0 for a converter. */
  images: number;
  reasons: ReasonCount[];
  /** Failed items are repeated alone; the init call is not asked again. */
  repeats_items: boolean;
};

export type ContinuePreview = {
  /** Newest job of the workflow on the dataset; null if there was none, so everything is missing. */
  continues_job_id: number | null;
  first_task_index: number;
  last_task_index: number;
  attribute_filters: AttributeFilters;
  tasks: ContinueTask[];
  /** Sum over the tasks. */
  units: number;
  problems: string[];
};

/** The images behind the counts of one task. */
export const ListNeedsInput = z.strictObject({
  ...continueFields,
  order: z.int().nonnegative(),
  /** Absent: all reasons. */
  reasons: z.array(z.enum([...NEED_REASONS, ...SKIP_REASONS])).optional(),
  offset: z.int().nonnegative().default(0),
  limit: z.int().min(1).max(500).default(100),
});

export type NeedRow = {
  image_id: number;
  zarr_url: string;
  reason: NeedReason | SkipReason;
  /** Its newest call by this task and the job of that; null if there was none. */
  unit_id: number | null;
  job_id: number | null;
};
export type NeedPage = { items: NeedRow[]; matching: number };

const retryFields = {
  run_id: Id,
  /** Only these calls. */
  unit_ids: z.array(Id).min(1).max(10_000).optional(),
  /** Only calls that failed for the same cause as one of these. */
  like_unit_ids: z.array(Id).min(1).max(100).optional(),
  states: z
    .array(z.enum(["failed", "stopped"] as const satisfies readonly UnitState[]))
    .min(1)
    .default(["failed", "stopped"]),
};
export const RetryJobInput = z.strictObject(retryFields);
export type RetryJobInput = z.input<typeof RetryJobInput>;

export type RetryPreview = {
  /** Calls that will be repeated. */
  units: number;
  /** Calls that are open and not among them: then the tasks behind do not start. */
  left: number;
  task: { order: number; name: string };
  /** Tasks that follow in the same job, with what is missing of them. */
  tasks_after: string[];
  /** Some were interrupted in a task that changes images in place. */
  may_be_half_written: boolean;
  /** The arguments in the workflow are others now; the old ones are used. */
  has_other_arguments: boolean;
  problems: string[];
};
