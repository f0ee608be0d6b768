/** What one unit asks SLURM for: the task's meta over the resource (runner specification §4.3). */
import { MAX_MEMORY_MB, parseMemoryMb } from "../../contracts/memory";
import type { EffectiveSlurm, EffectiveSlurmSet } from "../resources/effective";

/** Lines of a SLURM script; what is null is left to the cluster. */
export type SlurmUnitConfig = {
  partition: string;
  cpus: number;
  memMb: number;
  useMemPerCpu: boolean;
  shebang: string;
  options: Readonly<Record<SlurmOption, string | null>>;
  /** In order: the resource's, the task's, then the job's. */
  extraLines: readonly string[];
  /** Asked for by the task; both or none. */
  unitsPerJob: number | null;
  atOnce: number | null;
};

/** Options that are one text, in the order of the script. */
export const SLURM_OPTIONS = [
  "constraint",
  "gres",
  "gpus",
  "time",
  "account",
  "exclude",
  "nodelist",
] as const;
export type SlurmOption = (typeof SLURM_OPTIONS)[number];
const META_OPTIONS = ["constraint", "gres", "gpus", "time", "exclude", "nodelist"] as const;

const KNOWN_META = new Set([
  ...META_OPTIONS,
  ...["partition", "cpus_per_task", "mem", "needs_gpu", "nodes", "extra_lines", "account"],
  ...["tasks_per_job", "parallel_tasks_per_job", "unit_limit_s", "rerun_interrupted"],
]);

type Meta = Readonly<Record<string, unknown>>;

/**
 * @param meta The workflow task's over the task's own.
 * @param job  What the person chose at submission.
 * @returns Warnings are sentences for the person whose task it is; or one sentence why the task cannot be run.
 */
export function slurmUnitConfig(
  resource: EffectiveSlurm,
  meta: Meta,
  job: { account: string | null; workerInit: string | null },
): { ok: true; config: SlurmUnitConfig; warnings: string[] } | { ok: false; why: string } {
  const refuse = (why: string) => ({ ok: false as const, why });
  const warnings = unknownKeys(meta);

  const needsGpu = readFlag(meta["needs_gpu"]);
  if (needsGpu === null) return refuse(`needs_gpu must be true or false, not ${show(meta["needs_gpu"])}.`);
  const set = (needsGpu ? resource.gpu_unit : null) ?? resource.unit;
  if (needsGpu && resource.gpu_unit === null)
    warnings.push(
      "The task needs a GPU, and the resource has no settings for that: it runs with the usual ones.",
    );

  if (meta["account"] != null)
    return refuse("account cannot be set on a task: the SLURM account is chosen when the job is submitted.");
  const options: Record<SlurmOption, string | null> = {
    ...pickOptions(set),
    account: job.account ?? set.account,
  };
  for (const key of META_OPTIONS) {
    const value = meta[key];
    if (value == null) continue;
    // The reference and its users write `gpus: 1`.
    const text = typeof value === "number" ? String(value) : value;
    if (!isOneLine(text)) return refuse(`${key} must be one line of text, not ${show(value)}.`);
    options[key] = text;
  }
  const partition = meta["partition"] ?? set.partition;
  if (partition === null) return refuse("Neither the task nor the resource names a partition.");
  if (!isOneLine(partition)) return refuse(`partition must be one line of text, not ${show(partition)}.`);

  const cpus = meta["cpus_per_task"] == null ? set.cpus_per_task : readCount(meta["cpus_per_task"]);
  if (cpus === null)
    return meta["cpus_per_task"] == null
      ? refuse("Neither the task nor the resource says how many CPUs one unit may use.")
      : refuse(`cpus_per_task must be 1 or more, not ${show(meta["cpus_per_task"])}.`);
  const memMb = meta["mem"] == null ? set.mem_mb : parseMemoryMb(meta["mem"]);
  if (memMb === null || memMb > MAX_MEMORY_MB)
    return meta["mem"] == null
      ? refuse("Neither the task nor the resource says how much memory one unit may use.")
      : refuse(`mem must be megabytes or a text like "4G", not ${show(meta["mem"])}.`);

  const nodes = meta["nodes"] ?? set.nodes;
  if (nodes !== null && Number(nodes) !== 1)
    warnings.push(`nodes is ${show(nodes)}, and is not used: the units of one SLURM job run on one node.`);

  const ownLines = meta["extra_lines"] ?? [];
  if (!Array.isArray(ownLines) || !ownLines.every(isOneLine))
    return refuse(`extra_lines must be a list of lines, not ${show(ownLines)}.`);
  const initLines = job.workerInit?.split(/\r?\n/) ?? [];
  const accountLine = [...ownLines, ...initLines].find((line) => /^#SBATCH\s+(--account\b|-A)/.test(line));
  if (accountLine !== undefined)
    return refuse(
      `The line '${accountLine}' sets the SLURM account, which is chosen when the job is submitted.`,
    );

  const unitsPerJob = readAsked(meta["tasks_per_job"]);
  const atOnce = readAsked(meta["parallel_tasks_per_job"]);
  if (unitsPerJob === undefined)
    return refuse(`tasks_per_job must be 1 or more, not ${show(meta["tasks_per_job"])}.`);
  if (atOnce === undefined)
    return refuse(`parallel_tasks_per_job must be 1 or more, not ${show(meta["parallel_tasks_per_job"])}.`);
  return {
    ok: true,
    warnings,
    config: {
      partition,
      cpus,
      memMb,
      useMemPerCpu: set.use_mem_per_cpu,
      shebang: set.shebang_line,
      options,
      extraLines: [...set.extra_lines, ...ownLines, ...initLines],
      unitsPerJob,
      atOnce,
    },
  };
}

function unknownKeys(meta: Meta): string[] {
  return Object.keys(meta)
    .filter((key) => !KNOWN_META.has(key) && meta[key] != null)
    .map((key) => `'${key}' is not a setting of a task, and is not used.`);
}

function pickOptions(set: EffectiveSlurmSet): Record<SlurmOption, string | null> {
  const { constraint, gres, gpus, time, account, exclude, nodelist } = set;
  return { constraint, gres, gpus, time, account, exclude, nodelist };
}

/** Absent is false; texts in any letter case, as manifests have them. */
function readFlag(value: unknown): boolean | null {
  if (value == null) return false;
  if (typeof value === "boolean") return value;
  const word = typeof value === "string" ? value.toLowerCase() : "";
  return word === "true" ? true : word === "false" ? false : null;
}

function readCount(value: unknown): number | null {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 1 ? number : null;
}

/** Null: not asked, 0 included. Undefined: not a count. */
function readAsked(value: unknown): number | null | undefined {
  return value == null || value === 0 ? null : (readCount(value) ?? undefined);
}

/** A second line would be a line of its own in the script. */
const isOneLine = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && !/\p{Cc}/u.test(value.replaceAll("\t", " "));
const show = (value: unknown) => JSON.stringify(value);
