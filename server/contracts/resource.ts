/** Resource and profile documents. Stored as sent: no default is written into them. */
import { z } from "zod";
import { AbsolutePath, Id, NonEmptyString } from "./common";

export const PYTHON_VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"] as const;
export const PythonVersion = z.enum(PYTHON_VERSIONS);

const absolutePath = z.string().refine((path) => AbsolutePath.safeParse(path).success, {
  error: "Must be an absolute path without '..'.",
});

export const TasksPythonConfig = z
  .strictObject({
    default_version: PythonVersion,
    versions: z.partialRecord(PythonVersion, absolutePath),
    pip_cache_dir: absolutePath.nullish(),
  })
  .refine((config) => config.versions[config.default_version] !== undefined, {
    path: ["default_version"],
    error: "Must be one of the keys of versions.",
  });
export type TasksPythonConfig = z.infer<typeof TasksPythonConfig>;

export const JobsRunnerConfigLocal = z.strictObject({
  /** Units that run at once. Null: as many as the host's CPUs and memory admit. */
  parallel_tasks_per_job: z.int().positive("Must be 1 or more, or null for no limit.").nullish(),
});
export type JobsRunnerConfigLocal = z.infer<typeof JobsRunnerConfigLocal>;

export const ResourceCreate = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("local"),
    name: NonEmptyString,
    host: z.null().optional(),
    jobs_local_dir: absolutePath,
    jobs_runner_config: JobsRunnerConfigLocal,
    jobs_slurm_python_worker: z.null().optional(),
    jobs_poll_interval: z.int().nonnegative().optional(),
    tasks_local_dir: absolutePath,
    tasks_python_config: TasksPythonConfig,
    tasks_pixi_config: z.strictObject({}),
    /** Obsolete: `tasks_python_config.pip_cache_dir` replaces it. Kept so that old documents are accepted. */
    tasks_pip_cache_dir: absolutePath.nullish(),
    prevent_new_submissions: z.boolean().optional(),
  }),
]);
export type ResourceCreate = z.infer<typeof ResourceCreate>;

export const ProfileCreate = z.discriminatedUnion("resource_type", [
  z.strictObject({
    resource_type: z.literal("local"),
    name: NonEmptyString,
    username: z.null().optional(),
    ssh_key_path: z.null().optional(),
    jobs_remote_dir: z.null().optional(),
    tasks_remote_dir: z.null().optional(),
  }),
]);
export type ProfileCreate = z.infer<typeof ProfileCreate>;

export const ProfileCreateInput = z.object({ resource_id: Id, profile: ProfileCreate });

/** What the sidebar says about the user's resource. */
export type ResourceStatus = {
  id: number;
  name: string;
  type: "local" | "slurm_sudo" | "slurm_ssh";
  prevent_new_submissions: boolean;
  /** Seconds since a runner last reported; null if none ever did. */
  runner_seen_seconds_ago: number | null;
  units_running: number;
  /** Units that may run at once on a local resource; null where a scheduler decides. */
  slots: number | null;
};
