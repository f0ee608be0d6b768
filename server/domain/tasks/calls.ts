/** Which calls a task makes and what they may use. */
import type { TaskType } from "../../contracts/enums";
import { MAX_MEMORY_MB, parseMemoryMb } from "../../contracts/memory";

export const isConverter = (type: TaskType) =>
  type === "converter_non_parallel" || type === "converter_compound";
export const isCompound = (type: TaskType) => type === "compound" || type === "converter_compound";

/** What people call the two calls of a task that has both. */
export const CALL_WORDS = { non_parallel: "First call", parallel: "Each image" } as const;

/** A task that flips a flag in place must not run twice by itself: half of it may already have happened. */
export function changesState(
  inputTypes: Record<string, boolean>,
  outputTypes: Record<string, boolean>,
): boolean {
  return Object.entries(inputTypes).some(
    ([key, value]) => Object.hasOwn(outputTypes, key) && outputTypes[key] !== value,
  );
}

export type CallResources = {
  cpus: number;
  /** Null: not limited. */
  memMb: number | null;
  /** Units at once as the meta asks; undefined: the resource decides. */
  parallelTasksPerJob: number | null | undefined;
  /** Null: no limit for one unit. */
  unitLimitSeconds: number | null;
  rerunInterrupted: boolean | undefined;
};

/**
 * What one call may use: the workflow task's meta over the task's own.
 *
 * @returns Or one sentence that names the key and the reason.
 */
export function callResources(
  taskMeta: Record<string, unknown>,
  workflowTaskMeta: Record<string, unknown> | null,
): { ok: true; resources: CallResources } | { ok: false; why: string } {
  const meta = { ...taskMeta, ...workflowTaskMeta };
  const cpus = meta["cpus_per_task"] ?? 1;
  if (!isPositiveInteger(cpus) || cpus > MAX_CPUS)
    return { ok: false, why: `cpus_per_task must be 1 to ${MAX_CPUS}, not ${show(cpus)}.` };
  const memMb = meta["mem"] == null ? null : parseMemoryMb(meta["mem"]);
  if (meta["mem"] != null && (memMb === null || memMb > MAX_MEMORY_MB))
    return {
      ok: false,
      why: `mem must be megabytes or a text like "4G", at most 1000T, not ${show(meta["mem"])}.`,
    };
  const parallel = meta["parallel_tasks_per_job"];
  if (parallel != null && !isPositiveInteger(parallel))
    return { ok: false, why: `parallel_tasks_per_job must be 1 or more, not ${show(parallel)}.` };
  const limit = meta["unit_limit_s"] ?? null;
  if (limit !== null && !(typeof limit === "number" && limit > 0))
    return { ok: false, why: `unit_limit_s must be a number of seconds above 0, not ${show(limit)}.` };
  const rerun = meta["rerun_interrupted"];
  if (rerun != null && typeof rerun !== "boolean")
    return { ok: false, why: `rerun_interrupted must be true or false, not ${show(rerun)}.` };
  return {
    ok: true,
    resources: {
      cpus,
      memMb,
      parallelTasksPerJob: parallel,
      unitLimitSeconds: limit,
      rerunInterrupted: rerun ?? undefined,
    },
  };
}

/** No machine has more; larger numbers do not fit into the columns. */
const MAX_CPUS = 10_000;
const isPositiveInteger = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0;
const show = (value: unknown) => JSON.stringify(value);

/**
 * Units that run at once under one local worker.
 *
 * @param hostCpus CPUs of the host. @param hostMb Memory of the host in MB.
 */
export function localSlots(
  call: CallResources,
  resourceLimit: number | null,
  units: number,
  hostCpus: number,
  hostMb: number,
): number {
  const asked = call.parallelTasksPerJob === undefined ? resourceLimit : call.parallelTasksPerJob;
  const byMemory = call.memMb === null ? Infinity : Math.floor(hostMb / call.memMb);
  return Math.max(1, Math.min(asked ?? hostCpus, Math.floor(hostCpus / call.cpus), byMemory, units));
}

/** Name of a task's folder: `{order}_{name}`, lower case, each ASCII punctuation or blank one underscore. */
export function taskFolderName(order: number, name: string): string {
  return `${order}_${name.toLowerCase().replace(/[!-/:-@[-`{-~\s]/g, "_")}`;
}
