/** What people set on a workflow task: stored, edited, and the difference in words. Pure. */
import type { TypeFilters } from "@/server/contracts/image";
import type { WorkflowTaskView } from "@/server/contracts/workflow";
import { isSame, type JsonMap } from "../form/json";
import { changesBetween, shownValues, type Change } from "../form/schema-values";
import { problemsOf } from "../form/SchemaForm";

const PARTS = ["non_parallel", "parallel"] as const;
export type Part = (typeof PARTS)[number];

export type Settings = {
  alias: string | null;
  args_non_parallel: JsonMap;
  args_parallel: JsonMap;
  meta_non_parallel: JsonMap;
  meta_parallel: JsonMap;
  type_filters: TypeFilters;
};

/** Edits of one task that are not saved; kept by the page, so that looking at another task loses nothing. */
export type Draft = {
  /** Version that was on the page when the first edit was made: another writer since then is a conflict. */
  version: number;
  values: Partial<Settings>;
  /** Texts that are no JSON yet, by setting: they cannot be saved, and are there when somebody comes back to them. */
  unfinished: Readonly<Partial<Record<keyof Settings, string>>>;
  /** What the server objected to, by dotted path. */
  problems: Readonly<Record<string, string>>;
};

export function storedSettings(task: WorkflowTaskView): Settings {
  return {
    alias: task.alias,
    args_non_parallel: task.args_non_parallel ?? {},
    args_parallel: task.args_parallel ?? {},
    meta_non_parallel: task.meta_non_parallel ?? {},
    meta_parallel: task.meta_parallel ?? {},
    type_filters: task.type_filters,
  };
}

export function schemaOf(task: WorkflowTaskView, part: Part): JsonMap | null {
  const schema = task.task[`args_schema_${part}`];
  // The same object each time: what is made from a schema is remembered by it.
  return schema;
}

const PARTS_OF = {
  parallel: ["parallel"],
  non_parallel: ["non_parallel"],
  converter_non_parallel: ["non_parallel"],
  compound: ["non_parallel", "parallel"],
  converter_compound: ["non_parallel", "parallel"],
} as const satisfies Record<WorkflowTaskView["task_type"], readonly Part[]>;

/** The calls that the task makes. */
export const partsOf = (task: WorkflowTaskView): readonly Part[] => PARTS_OF[task.task_type];

/** Only what differs from the stored settings; saying a default aloud is no difference. */
export function changedValues(task: WorkflowTaskView, draft: Draft | undefined): Partial<Settings> {
  const stored = storedSettings(task);
  const entries = Object.entries(draft?.values ?? {}).filter(([key, value]) => {
    const name = key as keyof Settings;
    const part = PARTS.find((one) => name === `args_${one}`);
    const schema = part === undefined ? null : schemaOf(task, part);
    if (schema === null) return !isSame(stored[name], value);
    return !isSame(shownValues(schema, stored[name] as JsonMap), shownValues(schema, value as JsonMap));
  });
  return Object.fromEntries(entries);
}

export function isDirty(task: WorkflowTaskView, draft: Draft | undefined): boolean {
  return isBroken(draft) || Object.keys(changedValues(task, draft)).length > 0;
}

/** Whether something that was typed is no JSON yet. */
export const isBroken = (draft: Draft | undefined) => Object.keys(draft?.unfinished ?? {}).length > 0;

/** Each difference with both values, in the order arguments, resources, types, name. */
export function changeList(task: WorkflowTaskView, before: Settings, after: Settings): Change[] {
  const args = PARTS.flatMap((part) =>
    changesBetween(schemaOf(task, part), before[`args_${part}`], after[`args_${part}`]),
  );
  const meta = PARTS.flatMap((part) => changesBetween(null, before[`meta_${part}`], after[`meta_${part}`]));
  const types = changesBetween(null, { ...before.type_filters }, { ...after.type_filters });
  const name = before.alias ?? task.task.name;
  const nameNow = after.alias ?? task.task.name;
  const alias = name === nameNow ? [] : [{ name: "alias", title: "Name", before: name, after: nameNow }];
  return [...args, ...meta, ...types, ...alias];
}

/** What keeps the task from running: wrong values, and required ones that are missing. */
export function argumentProblems(
  task: WorkflowTaskView,
  settings: Settings,
): { wrong: number; missing: number } {
  const reasons = partsOf(task).flatMap((part) => {
    const schema = schemaOf(task, part);
    if (schema === null) return [];
    return Object.values(problemsOf(schema, settings[`args_${part}`], task.task.args_schema_version));
  });
  const missing = reasons.filter((reason) => reason === "Is required.").length;
  return { missing, wrong: reasons.length - missing };
}

/** Problems of one setting: `args_parallel.channels.0` → `channels.0`. */
export function problemsAt(problems: Readonly<Record<string, string>>, setting: keyof Settings) {
  const entries = Object.entries(problems).flatMap(([path, reason]) =>
    path === setting
      ? [["", reason] as const]
      : path.startsWith(`${setting}.`)
        ? [[path.slice(setting.length + 1), reason] as const]
        : [],
  );
  return Object.fromEntries(entries);
}
