import { z } from "zod";
import { Id, JsonObject, NonEmptyString } from "./common";
import type { JobState, RunState, TaskType } from "./enums";
import { TypeFilters } from "./image";
import type { Can, LastJob } from "./project";
import type { TaskView } from "./task";

/** Filled in by the runner, so a user may not set them. */
export const MANAGED_ARGUMENTS = ["zarr_dir", "zarr_url", "zarr_urls", "init_args"] as const;

export const TaskArguments = JsonObject.refine(
  (args) => !MANAGED_ARGUMENTS.some((name) => Object.hasOwn(args, name)),
  `The arguments ${MANAGED_ARGUMENTS.join(", ")} are filled in by the runner.`,
);

/** Unique in its project, and what is unique must fit into an index. */
const WorkflowName = NonEmptyString.max(500, "Must not be longer than 500 characters.");

export const CreateWorkflowInput = z.strictObject({
  project_id: Id,
  name: WorkflowName,
  description: NonEmptyString.nullish(),
});
export const RenameWorkflowInput = z.strictObject({ workflow_id: Id, name: WorkflowName });

const editable = {
  alias: NonEmptyString.nullish(),
  args_non_parallel: TaskArguments.nullish(),
  args_parallel: TaskArguments.nullish(),
  meta_non_parallel: JsonObject.nullish(),
  meta_parallel: JsonObject.nullish(),
  type_filters: TypeFilters.optional(),
};
export const AddWorkflowTaskInput = z.strictObject({ workflow_id: Id, task_id: Id, ...editable });
/** Absent keys stay; null clears. `version` is the one that was read: another writer in between is a conflict. */
export const UpdateWorkflowTaskInput = z.strictObject({
  workflow_task_id: Id,
  version: z.int().nonnegative(),
  ...editable,
});
export const MoveWorkflowTaskInput = z.strictObject({ workflow_task_id: Id, order: z.int().nonnegative() });

/** A workflow file (`examples/workflows/*.json`): tasks are named by package, version and name. */
export const WorkflowFile = z.strictObject({
  name: WorkflowName,
  description: NonEmptyString.nullish(),
  task_list: z.array(
    z.strictObject({
      task: z.strictObject({
        pkg_name: NonEmptyString,
        version: NonEmptyString.nullish(),
        name: NonEmptyString,
      }),
      ...editable,
      description: z.string().nullish(),
    }),
  ),
});
export type WorkflowFile = z.infer<typeof WorkflowFile>;

export const WorkflowIdInput = z.object({ workflow_id: Id });
export const WorkflowTaskIdInput = z.object({ workflow_task_id: Id });
/** Absent: the workflows of all the user's projects. */
export const ListWorkflowsInput = z.object({ project_id: Id.optional() });
export const WorkflowProgressInput = z.object({ workflow_id: Id, dataset_id: Id });
/** `name`: under which to save it; absent: the name in the file. */
export const ImportWorkflowInput = z.strictObject({
  project_id: Id,
  name: WorkflowName.optional(),
  workflow: WorkflowFile,
});

export type WorkflowSummary = {
  id: number;
  name: string;
  project_id: number;
  tasks: number;
  last_job: LastJob;
  timestamp_created: string;
};

/** State of one workflow task on one dataset. Counts are units of the latest run. */
export type TaskProgress = {
  run_id: number;
  job_id: number;
  state: RunState;
  total: number;
  done: number;
  failed: number;
  running: number;
  pending: number;
  stopped: number;
  warnings: number;
};

export type WorkflowTaskView = {
  id: number;
  order: number;
  version: number;
  alias: string | null;
  task_type: TaskType;
  task: TaskView;
  args_non_parallel: Record<string, unknown> | null;
  args_parallel: Record<string, unknown> | null;
  meta_non_parallel: Record<string, unknown> | null;
  meta_parallel: Record<string, unknown> | null;
  type_filters: Record<string, boolean>;
  /** Types in force when this task runs, and after it (the type flow of the workflow). */
  flow: { before: Record<string, boolean>; after: Record<string, boolean> };
};

export type WorkflowView = {
  id: number;
  name: string;
  description: string | null;
  project_id: number;
  project_name: string;
  can: Can;
  tasks: WorkflowTaskView[];
  /** An active job of this workflow; while there is one, tasks cannot be reordered or removed. */
  active_job_id: number | null;
};

/** Polled by the workflow page. */
export type WorkflowProgress = {
  /** Newest job of the workflow on the dataset; null if there is none. */
  job: { id: number; state: JobState; summary: string } | null;
  /** By workflow task id; absent: never run on the dataset. */
  tasks: Record<number, TaskProgress>;
  images: number;
};
