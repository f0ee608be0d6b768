/** Resource documents. Stored as sent: no default is written into them (`server/domain/resources` reads them). */
import { z } from "zod";
import { Id } from "./common";
import { RESOURCE_TYPES } from "./enums";
import type { ResourceType } from "./enums";
import type { PythonVersion } from "./resource-config";
import {
  Count,
  DocumentPath,
  JobsRunnerConfigLocal,
  JobsRunnerConfigSlurm,
  Line,
  TasksPixiConfig,
  TasksPythonConfig,
} from "./resource-config";

export * from "./resource-config";

const MAX_NAME = 200;
/** Unique among resources, and among profiles. */
export const DocumentName = Line.refine(
  (name) => name.length <= MAX_NAME,
  `Must not be longer than ${MAX_NAME} characters.`,
);

const shared = {
  name: DocumentName,
  /** Folder on this server: job folders are made in it. */
  jobs_local_dir: DocumentPath,
  /** Folder on this server: environments of task packages are made in it. */
  tasks_local_dir: DocumentPath,
  tasks_python_config: TasksPythonConfig,
  tasks_pixi_config: TasksPixiConfig,
  /** Obsolete: `tasks_python_config.pip_cache_dir` replaces it. Kept so that old documents are accepted; never read. */
  tasks_pip_cache_dir: DocumentPath.nullish(),
  prevent_new_submissions: z.boolean().optional(),
};

const slurm = {
  ...shared,
  jobs_runner_config: JobsRunnerConfigSlurm,
  /** Interpreter on the compute nodes that runs the worker. */
  jobs_slurm_python_worker: DocumentPath,
  /** Seconds between two questions to the scheduler. */
  jobs_poll_interval: Count(1).optional(),
};

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** For a union by type; what is no object at all is said elsewhere. */
export const typeWords = ({ input }: { input?: unknown }) =>
  isObject(input) ? `Must be one of ${RESOURCE_TYPES.join(", ")}.` : undefined;

export const ResourceCreate = z.discriminatedUnion(
  "type",
  [
    z.strictObject({
      ...shared,
      type: z.literal("local"),
      host: z.null().optional(),
      jobs_runner_config: JobsRunnerConfigLocal,
      jobs_slurm_python_worker: z.null().optional(),
      /** Not used. */
      jobs_poll_interval: Count(0).optional(),
    }),
    z.strictObject({ ...slurm, type: z.literal("slurm_sudo"), host: z.null().optional() }),
    z
      .strictObject({ ...slurm, type: z.literal("slurm_ssh"), host: Line })
      .refine(({ tasks_pixi_config: pixi }) => Object.keys(pixi).length === 0 || pixi.SLURM_CONFIG != null, {
        path: ["tasks_pixi_config", "SLURM_CONFIG"],
        error: "Is required: over SSH, pixi runs as a SLURM job.",
      }),
  ],
  { error: typeWords },
);
/** A document, as it is sent, stored and shown. */
export type ResourceDocument = z.input<typeof ResourceCreate>;

/** Judged by the verb, so that rights come first and nothing touches what is stored. */
export function sentAs<T>() {
  return z.custom<T>(isObject, "Must be an object: { … }.");
}

export const ResourceIdInput = z.strictObject({ resource_id: Id });
export const UpdateResourceInput = z.strictObject({
  resource_id: Id,
  /** The version that was edited. */
  version: z.int().nonnegative(),
  document: sentAs<ResourceDocument>(),
});
export type UpdateResourceInput = z.input<typeof UpdateResourceInput>;

/** Who and what a change reaches. */
export type ResourceUse = {
  profiles: number;
  users: number;
  projects: number;
  task_groups: number;
  jobs: number;
  active_jobs: number;
};

export type ResourceSummary = {
  id: number;
  name: string;
  type: ResourceType;
  /** Null unless reached over SSH. */
  host: string | null;
  prevent_new_submissions: boolean;
  /** Seconds since a runner last reported; null if none ever did. */
  runner_seen_seconds_ago: number | null;
  use: ResourceUse;
  timestamp_created: string;
};

export type ResourceView = ResourceSummary & {
  document: ResourceDocument;
  /** Raised by every change; an update names the one it was made from. */
  version: number;
  /** Null: not changed since it was created. */
  timestamp_changed: string | null;
  /** E-mail; null: the server itself. */
  changed_by: string | null;
  profiles: { id: number; name: string }[];
};

/** What packages can be collected for. */
export type OfferedPythons = { default_version: PythonVersion; versions: PythonVersion[] };

/** What the sidebar says about the user's resource. */
export type ResourceStatus = {
  id: number;
  name: string;
  type: ResourceType;
  prevent_new_submissions: boolean;
  /** Seconds since a runner last reported; null if none ever did. */
  runner_seen_seconds_ago: number | null;
  units_running: number;
  /** Units that may run at once on a local resource; null where a scheduler decides. */
  slots: number | null;
};
