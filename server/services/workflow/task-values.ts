import type { TaskRow, WorkflowTaskRow } from "@/db/schema";
import { InvalidInputError } from "@/server/contracts/errors";
import { placeInWords } from "@/server/domain/arguments/places";
import { CALL_WORDS, callResources } from "@/server/domain/tasks/calls";
import { requireTypeFilters } from "@/server/domain/workflow/type-flow";
import { findArgumentProblems } from "@/server/platform/args-schema";
import type { Strictness } from "@/server/platform/args-schema";

const PARTS = ["non_parallel", "parallel"] as const;

type Map = Record<string, unknown>;
/** What people set on a workflow task. */
export type TaskSettings = Pick<
  WorkflowTaskRow,
  "alias" | "args_non_parallel" | "args_parallel" | "meta_non_parallel" | "meta_parallel" | "type_filters"
>;

/** Absent keys stay, null clears. `undefined` is spelled out because zod's optional keys carry it. */
export type TaskSettingsInput = { [K in keyof TaskSettings]?: TaskSettings[K] | null | undefined };

/** An empty map means the same as none. */
const orNull = (map: Map | null): Map | null => (map && Object.keys(map).length > 0 ? map : null);

/**
 * The settings after an edit, checked against the task: only parts that the task has, filters that fit its
 * input types, arguments of the right types. Arguments may be incomplete: a workflow is saved while it is
 * being written, and the submission asks for the rest.
 *
 * @throws InvalidInputError; `fields` names `args_parallel.channels.0`, `type_filters.is_3D` and the like.
 */
export function applySettings(task: TaskRow, before: TaskSettings, input: TaskSettingsInput): TaskSettings {
  const next: TaskSettings = {
    alias: input.alias === undefined ? before.alias : input.alias,
    args_non_parallel: orNull(pick(input.args_non_parallel, before.args_non_parallel)),
    args_parallel: orNull(pick(input.args_parallel, before.args_parallel)),
    meta_non_parallel: orNull(pick(input.meta_non_parallel, before.meta_non_parallel)),
    meta_parallel: orNull(pick(input.meta_parallel, before.meta_parallel)),
    type_filters: input.type_filters ?? before.type_filters,
  };
  for (const part of PARTS) {
    if (task[`command_${part}`]) continue;
    for (const key of [`args_${part}`, `meta_${part}`] as const) {
      if (next[key] === null) continue;
      const reason = `The task '${task.name}' has no ${part.replace("_", "-")} part.`;
      throw new InvalidInputError(reason, { [key]: reason });
    }
  }
  const [wrongMeta] = Object.entries(resourceProblems(task, next));
  if (wrongMeta) throw new InvalidInputError(wrongMeta[1], { [wrongMeta[0]]: wrongMeta[1] });
  requireTypeFilters(task.input_types, next.type_filters);
  // Arguments that were saved under other rules are judged when they are edited, or submitted.
  const edited = PARTS.filter((part) => input[`args_${part}`] !== undefined);
  const problems = argumentProblems(task, next, "draft", edited);
  const [first] = Object.entries(problems);
  if (first)
    throw new InvalidInputError(`The argument ${nameOf(task, first[0])} is not right: ${first[1]}`, problems);
  return next;
}

/** What the settings ask of the machine. @returns `meta_parallel` → reason; empty: nothing wrong. */
export function resourceProblems(
  task: TaskRow,
  settings: Pick<TaskSettings, "meta_non_parallel" | "meta_parallel">,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const part of PARTS) {
    if (!task[`command_${part}`]) continue;
    const result = callResources(task[`meta_${part}`], settings[`meta_${part}`]);
    if (!result.ok) out[`meta_${part}`] = result.why;
  }
  return out;
}

/** @returns `args_parallel.threshold` → reason; empty: nothing wrong. */
export function argumentProblems(
  task: TaskRow,
  settings: Pick<TaskSettings, "args_non_parallel" | "args_parallel">,
  strictness: Strictness,
  parts: readonly (typeof PARTS)[number][] = PARTS,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const part of parts) {
    if (!task[`command_${part}`]) continue;
    const found = findArgumentProblems(
      task[`args_schema_${part}`],
      settings[`args_${part}`] ?? {},
      strictness,
      task.args_schema_version,
    );
    for (const [path, reason] of Object.entries(found))
      out[path === "" ? `args_${part}` : `args_${part}.${path}`] = reason;
  }
  return out;
}

/** `args_parallel.channels.0` → "'Channels › entry 1'", in the words of the form; with the call where there are two. */
export function nameOf(task: TaskRow, field: string): string {
  const [key = "", ...path] = field.split(".");
  const part = key === "args_non_parallel" ? "non_parallel" : "parallel";
  const schema = task[`args_schema_${part}`];
  // What is wrong may be the combination.
  const words = path.length === 0 ? "all together" : placeInWords(schema ? { ...schema } : null, path);
  const place = `'${words}'`;
  const isOnly = !task.command_non_parallel || !task.command_parallel;
  return isOnly ? place : `${place} (${CALL_WORDS[part].toLowerCase()})`;
}

const pick = (given: Map | null | undefined, before: Map | null) => (given === undefined ? before : given);

/** A new workflow task starts with the task's metadata, under what is given. */
export function newSettings(task: TaskRow, input: TaskSettingsInput): TaskSettings {
  const blank: TaskSettings = {
    alias: null,
    args_non_parallel: null,
    args_parallel: null,
    meta_non_parallel: null,
    meta_parallel: null,
    type_filters: {},
  };
  return applySettings(task, blank, {
    ...input,
    meta_non_parallel: { ...task.meta_non_parallel, ...input.meta_non_parallel },
    meta_parallel: { ...task.meta_parallel, ...input.meta_parallel },
  });
}
