/** The nested parts of a resource document (domain specification §4.3, runner specification §4). */
import { z } from "zod";
import { MAX_MEMORY_MB, parseMemoryMb } from "./memory";

export const PYTHON_VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"] as const;
export const PythonVersion = z.enum(PYTHON_VERSIONS, {
  error: (issue) =>
    issue.input === undefined ? "Is required." : `Must be one of ${PYTHON_VERSIONS.join(", ")}.`,
});
export type PythonVersion = z.infer<typeof PythonVersion>;

/** Long enough for every name and path, short enough for an index. */
const MAX_LINE = 1_000;

/**
 * One line of text, judged and not changed: documents are stored as sent, so a space at an end would stay.
 * What it says ends up in paths, options and lines of scripts.
 */
export const Line = z.string().superRefine((text, ctx) => {
  if (text.trim() === "") ctx.addIssue("Must not be empty.");
  else if (text.trim() !== text) ctx.addIssue("Must not begin or end with a space.");
  else if (/\p{Cc}/u.test(text)) ctx.addIssue("Must be one line, without tabs and other control characters.");
  else if (text.length > MAX_LINE) ctx.addIssue(`Must not be longer than ${MAX_LINE} characters.`);
});

const hasParent = (path: string) => path.split("/").includes("..");

/** As `AbsolutePath`, and kept as it was sent. */
export const DocumentPath = Line.superRefine((path, ctx) => {
  if (path.trim() === "") return;
  if (!path.startsWith("/")) ctx.addIssue("Must be an absolute path: it starts with /.");
  else if (hasParent(path)) ctx.addIssue("Must not contain '..'.");
});

const RelativePath = Line.superRefine((path, ctx) => {
  if (path.startsWith("/"))
    ctx.addIssue("Must be a path below the user's cache folder: it does not start with /.");
  else if (hasParent(path)) ctx.addIssue("Must not contain '..'.");
});

/** An integer from `least` on; nothing a resource counts is larger than a million. */
export const Count = (least: 0 | 1) =>
  z.int().min(least, `Must be ${least} or more.`).max(1_000_000, "Must be 1,000,000 or less.");

const MEMORY_FORMS = 'Must be megabytes or digits with M, G or T: 93, "71M", "93G", "71T".';

/** Megabytes as a number, or `"71M"`, `"93G"`, `"71T"`; `G` is 1,000 MB. */
export const Memory = z
  .union([z.number(), z.string()], {
    error: (issue) => (issue.input === undefined ? "Is required." : MEMORY_FORMS),
  })
  .superRefine((value, ctx) => {
    const mb = typeof value === "string" && value.trim() !== value ? null : parseMemoryMb(value);
    if (mb === null) ctx.addIssue(MEMORY_FORMS);
    else if (mb > MAX_MEMORY_MB) ctx.addIssue("Must be 1000T or less.");
  });

export const TasksPythonConfig = z
  .strictObject({
    default_version: PythonVersion,
    versions: z.partialRecord(z.enum(PYTHON_VERSIONS), DocumentPath),
    pip_cache_dir: DocumentPath.nullish(),
  })
  .refine((config) => config.versions[config.default_version] !== undefined, {
    path: ["default_version"],
    error: "Must be one of the keys of versions.",
  });
export type TasksPythonConfig = z.infer<typeof TasksPythonConfig>;

const PixiSlurmMemory = z
  .string()
  .regex(/^[1-9]\d*[KMGT]$/, 'Must be digits with K, M, G or T: "8G".')
  .nullish();

const SLURM_TIME = /^(\d+(:\d{1,2}){0,2}|\d+-\d{1,2}(:\d{1,2}){0,2}|UNLIMITED|INFINITE)$/;
const SlurmTime = Line.refine(
  (time) => time.trim() === "" || SLURM_TIME.test(time),
  'Must be a time as SLURM writes it: "30" (minutes), "4:00:00", "2-12:00:00".',
);

const PixiSlurmConfig = z
  .strictObject({
    partition: Line,
    cpus: Count(1),
    mem: PixiSlurmMemory,
    mem_per_cpu: PixiSlurmMemory,
    time: SlurmTime,
    /** Lines of the script after `set -e`. */
    preamble: z.array(z.string()).optional(),
  })
  .refine((config) => (config.mem == null) !== (config.mem_per_cpu == null), {
    path: ["mem"],
    error: "Give exactly one of mem and mem_per_cpu.",
  });

const lastComponent = (path: string) =>
  path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .at(-1);
const parentOf = (path: string) =>
  path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .slice(0, -1)
    .join("/");

/** `{}`: the resource has no pixi. Else `versions` and `default_version` are needed. */
export const TasksPixiConfig = z
  .strictObject({
    versions: z.record(Line, DocumentPath).optional(),
    default_version: Line.optional(),
    PIXI_CONCURRENT_SOLVES: Count(1).optional(),
    PIXI_CONCURRENT_DOWNLOADS: Count(1).optional(),
    TOKIO_WORKER_THREADS: Count(1).optional(),
    DEFAULT_ENVIRONMENT: Line.optional(),
    DEFAULT_PLATFORM: Line.optional(),
    SLURM_CONFIG: PixiSlurmConfig.nullish(),
  })
  .superRefine((config, ctx) => {
    if (Object.keys(config).length === 0) return;
    const at = (path: string[], message: string) => ctx.addIssue({ code: "custom", path, message });
    const { versions, default_version } = config;
    if (default_version === undefined) at(["default_version"], "Is required.");
    if (versions === undefined) {
      at(["versions"], "Is required.");
      return;
    }
    if (default_version !== undefined && versions[default_version] === undefined)
      at(["default_version"], "Must be one of the keys of versions.");
    const [first] = Object.values(versions);
    for (const [version, folder] of Object.entries(versions)) {
      if (lastComponent(folder) !== version) at(["versions", version], `Must be a folder called ${version}.`);
      else if (first !== undefined && parentOf(folder) !== parentOf(first))
        at(["versions", version], "All versions must lie in the same folder.");
    }
  });
export type TasksPixiConfig = z.infer<typeof TasksPixiConfig>;

export const JobsRunnerConfigLocal = z.strictObject({
  /** Units that run at once. Null: as many as the host's CPUs and memory admit. */
  parallel_tasks_per_job: z.int().positive("Must be 1 or more, or null for no limit.").nullish(),
});
export type JobsRunnerConfigLocal = z.infer<typeof JobsRunnerConfigLocal>;

/** Options of `sbatch` for one unit. Null is the same as an absent key. */
const SlurmConfigSet = z.strictObject({
  partition: Line.nullish(),
  cpus_per_task: Count(1).nullish(),
  /** Of one unit; the memory of a SLURM job is derived. */
  mem: Memory.nullish(),
  constraint: Line.nullish(),
  gres: Line.nullish(),
  gpus: Line.nullish(),
  time: SlurmTime.nullish(),
  account: Line.nullish(),
  nodelist: Line.nullish(),
  exclude: Line.nullish(),
  nodes: Count(1).nullish(),
  /** Lines of the script, word by word. */
  extra_lines: z.array(Line).optional(),
  shebang_line: Line.refine(
    (line) => line.trim() === "" || line.startsWith("#!"),
    "Must start with #!.",
  ).optional(),
  use_mem_per_cpu: z.boolean().optional(),
});
export type SlurmConfigSet = z.infer<typeof SlurmConfigSet>;

const BatchingConfig = z
  .strictObject({
    target_cpus_per_job: Count(1),
    max_cpus_per_job: Count(1),
    target_mem_per_job: Memory,
    max_mem_per_job: Memory,
    target_num_jobs: Count(1),
    max_num_jobs: Count(1),
  })
  .superRefine((config, ctx) => {
    const amount = (value: number | string) => parseMemoryMb(value) ?? 0;
    for (const what of ["cpus_per_job", "mem_per_job", "num_jobs"] as const) {
      const target = config[`target_${what}`];
      if (amount(config[`max_${what}`]) < amount(target))
        ctx.addIssue({
          code: "custom",
          path: [`max_${what}`],
          message: `Must be at least target_${what}, which is ${target}.`,
        });
    }
  });

export const JobsRunnerConfigSlurm = z.strictObject({
  default_slurm_config: SlurmConfigSet,
  /** Over the default for tasks that need a GPU: only the keys that it has. */
  gpu_slurm_config: SlurmConfigSet.nullish(),
  batching_config: BatchingConfig,
  /** Name of a variable → path below the user's cache folder. */
  user_local_exports: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "Must be the name of an environment variable."),
      RelativePath,
    )
    .optional(),
});
export type JobsRunnerConfigSlurm = z.infer<typeof JobsRunnerConfigSlurm>;
