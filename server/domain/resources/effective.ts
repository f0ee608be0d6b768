/** What a resource document means. The stored document has no defaults; they are added here, when it is read. */
import { normalizeAbsolutePath } from "../../contracts/common";
import { parseMemoryMb } from "../../contracts/memory";
import type {
  JobsRunnerConfigSlurm,
  ResourceDocument,
  SlurmConfigSet,
  TasksPixiConfig,
} from "../../contracts/resource";

export const DEFAULT_POLL_SECONDS = 5;
export const SLURM_DEFAULTS = { shebang_line: "#!/bin/sh", use_mem_per_cpu: false, extra_lines: [] } as const;
export const PIXI_DEFAULTS = {
  PIXI_CONCURRENT_SOLVES: 4,
  PIXI_CONCURRENT_DOWNLOADS: 4,
  TOKIO_WORKER_THREADS: 2,
  DEFAULT_ENVIRONMENT: "default",
  DEFAULT_PLATFORM: "linux-64",
} as const;

/** Options of one unit; null: not given. Memory in MB. */
export type EffectiveSlurmSet = {
  partition: string | null;
  cpus_per_task: number | null;
  mem_mb: number | null;
  constraint: string | null;
  gres: string | null;
  gpus: string | null;
  time: string | null;
  account: string | null;
  nodelist: string | null;
  exclude: string | null;
  nodes: number | null;
  extra_lines: readonly string[];
  shebang_line: string;
  use_mem_per_cpu: boolean;
};

/** Limits of one SLURM job and of their number. Memory in MB. */
export type EffectiveBatching = {
  target_cpus_per_job: number;
  max_cpus_per_job: number;
  target_mb_per_job: number;
  max_mb_per_job: number;
  target_num_jobs: number;
  max_num_jobs: number;
};

type Shared = {
  name: string;
  jobs_local_dir: string;
  tasks_local_dir: string;
  prevent_new_submissions: boolean;
  /** Seconds. */
  jobs_poll_interval: number;
  python: {
    default_version: string;
    versions: Readonly<Record<string, string>>;
    pip_cache_dir: string | null;
  };
  /** Null: the resource has no pixi. */
  pixi: EffectivePixi | null;
};
export type EffectivePixi = {
  default_version: string;
  versions: Readonly<Record<string, string>>;
  PIXI_CONCURRENT_SOLVES: number;
  PIXI_CONCURRENT_DOWNLOADS: number;
  TOKIO_WORKER_THREADS: number;
  DEFAULT_ENVIRONMENT: string;
  DEFAULT_PLATFORM: string;
  /** Null: pixi runs where we run. */
  SLURM_CONFIG: NonNullable<TasksPixiConfig["SLURM_CONFIG"]> | null;
};
export type EffectiveLocal = Shared & {
  type: "local";
  /** Null: as many as the host's CPUs and memory admit. */
  parallel_tasks_per_job: number | null;
};
export type EffectiveSlurm = Shared & {
  type: "slurm_sudo" | "slurm_ssh";
  /** Null on `slurm_sudo`. */
  host: string | null;
  python_worker: string;
  unit: EffectiveSlurmSet;
  /** The whole set for tasks that need a GPU: `unit` with the keys of the GPU set over it. Null: there is no such set. */
  gpu_unit: EffectiveSlurmSet | null;
  batching: EffectiveBatching;
  user_local_exports: Readonly<Record<string, string>>;
};
export type EffectiveResource = EffectiveLocal | EffectiveSlurm;

/** @param document One that `ResourceCreate` accepts. */
export function effectiveResource(document: ResourceDocument): EffectiveResource {
  const python = document.tasks_python_config;
  const shared: Shared = {
    name: document.name,
    jobs_local_dir: normalizeAbsolutePath(document.jobs_local_dir),
    tasks_local_dir: normalizeAbsolutePath(document.tasks_local_dir),
    prevent_new_submissions: document.prevent_new_submissions ?? false,
    jobs_poll_interval: document.jobs_poll_interval ?? DEFAULT_POLL_SECONDS,
    python: {
      default_version: python.default_version,
      versions: pathsOf(python.versions),
      pip_cache_dir: python.pip_cache_dir == null ? null : normalizeAbsolutePath(python.pip_cache_dir),
    },
    pixi: effectivePixi(document.tasks_pixi_config),
  };
  if (document.type === "local")
    return {
      ...shared,
      type: "local",
      parallel_tasks_per_job: document.jobs_runner_config.parallel_tasks_per_job ?? null,
    };
  const { default_slurm_config, gpu_slurm_config, batching_config, user_local_exports } =
    document.jobs_runner_config;
  return {
    ...shared,
    type: document.type,
    host: document.host ?? null,
    python_worker: normalizeAbsolutePath(document.jobs_slurm_python_worker),
    unit: effectiveSet(default_slurm_config),
    gpu_unit:
      gpu_slurm_config == null
        ? null
        : effectiveSet({ ...given(default_slurm_config), ...given(gpu_slurm_config) }),
    batching: effectiveBatching(batching_config),
    user_local_exports: user_local_exports ?? {},
  };
}

/** Null is the same as an absent key: documents that the reference exported are full of nulls. */
function given(set: SlurmConfigSet): SlurmConfigSet {
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value != null));
}

function effectiveSet(set: SlurmConfigSet): EffectiveSlurmSet {
  return {
    partition: set.partition ?? null,
    cpus_per_task: set.cpus_per_task ?? null,
    mem_mb: set.mem == null ? null : parseMemoryMb(set.mem),
    constraint: set.constraint ?? null,
    gres: set.gres ?? null,
    gpus: set.gpus ?? null,
    time: set.time ?? null,
    account: set.account ?? null,
    nodelist: set.nodelist ?? null,
    exclude: set.exclude ?? null,
    nodes: set.nodes ?? null,
    extra_lines: set.extra_lines ?? SLURM_DEFAULTS.extra_lines,
    shebang_line: set.shebang_line ?? SLURM_DEFAULTS.shebang_line,
    use_mem_per_cpu: set.use_mem_per_cpu ?? SLURM_DEFAULTS.use_mem_per_cpu,
  };
}

/** `Memory` has accepted the values, so they are megabytes. */
const mb = (value: number | string) => parseMemoryMb(value) ?? 0;

export function effectiveBatching(config: JobsRunnerConfigSlurm["batching_config"]): EffectiveBatching {
  return {
    target_cpus_per_job: config.target_cpus_per_job,
    max_cpus_per_job: config.max_cpus_per_job,
    target_mb_per_job: mb(config.target_mem_per_job),
    max_mb_per_job: mb(config.max_mem_per_job),
    target_num_jobs: config.target_num_jobs,
    max_num_jobs: config.max_num_jobs,
  };
}

function effectivePixi(config: TasksPixiConfig): EffectivePixi | null {
  const { versions, default_version } = config;
  if (versions === undefined || default_version === undefined) return null;
  const or = PIXI_DEFAULTS;
  return {
    default_version,
    versions: pathsOf(versions),
    PIXI_CONCURRENT_SOLVES: config.PIXI_CONCURRENT_SOLVES ?? or.PIXI_CONCURRENT_SOLVES,
    PIXI_CONCURRENT_DOWNLOADS: config.PIXI_CONCURRENT_DOWNLOADS ?? or.PIXI_CONCURRENT_DOWNLOADS,
    TOKIO_WORKER_THREADS: config.TOKIO_WORKER_THREADS ?? or.TOKIO_WORKER_THREADS,
    DEFAULT_ENVIRONMENT: config.DEFAULT_ENVIRONMENT ?? or.DEFAULT_ENVIRONMENT,
    DEFAULT_PLATFORM: config.DEFAULT_PLATFORM ?? or.DEFAULT_PLATFORM,
    SLURM_CONFIG: config.SLURM_CONFIG ?? null,
  };
}

function pathsOf(paths: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(paths).flatMap(([key, path]) =>
      path === undefined ? [] : [[key, normalizeAbsolutePath(path)]],
    ),
  );
}
