/** Stored arguments against the defaults of their schema: what is shown, what is stored, what counts as changed. */
import { isMap, isSame, merged, ownOf, type JsonMap } from "@/server/domain/arguments/json";
import { inWords } from "./json";
import { branchOf, unionOf } from "./schema-branch";
import { AS_JSON, DEFAULT, ENTRIES, NULLABLE, propertiesOf, TUPLE } from "./schema-marks";
import { prepareSchema } from "./schema-prepare";

/** Required parts of a definition that contains itself would never end. */
const MOST_LEVELS = 12;

/**
 * A value with what the task would fill in by itself: defaults of what is not given. Nothing that is given is
 * changed, dropped or put elsewhere.
 */
export function completed(node: JsonMap, value: unknown, root: JsonMap, level = 0): unknown {
  const own = merged(node, root) ?? {};
  if (level > MOST_LEVELS) return value;
  const union = unionOf(own);
  if (union !== null) {
    const branch = branchOf(own, value, root);
    return branch === null ? value : completed(branch.schema, value, root, level + 1);
  }
  if (isMap(value)) {
    const out: JsonMap = { ...value };
    const properties = propertiesOf(own);
    const required = Array.isArray(own["required"]) ? own["required"] : [];
    for (const [name, child] of Object.entries(properties)) {
      const next =
        Object.hasOwn(value, name) && value[name] !== undefined
          ? completed(child as JsonMap, value[name], root, level + 1)
          : initial(child as JsonMap, required.includes(name), root, level + 1);
      if (next !== undefined) out[name] = next;
    }
    const entries = own[ENTRIES];
    if (isMap(entries))
      for (const name of Object.keys(value))
        if (!Object.hasOwn(properties, name)) out[name] = completed(entries, value[name], root, level + 1);
    return out;
  }
  if (Array.isArray(value)) {
    const tuple = own[TUPLE] as JsonMap[] | undefined;
    const items = own["items"];
    return value.map((item, at) => {
      const child = tuple?.[at] ?? (isMap(items) ? items : undefined);
      return child === undefined ? (item as unknown) : completed(child, item, root, level + 1);
    });
  }
  return value;
}

/**
 * What a new value begins with (web-ui.md §3.12.4): its default; if it has to be there, its constant, its first
 * branch, or a group of what its members begin with. Undefined: nothing, the user has to say it.
 */
export function initial(node: JsonMap, isRequired: boolean, root: JsonMap, level = 0): unknown {
  const own = merged(node, root) ?? {};
  if (level > MOST_LEVELS) return undefined;
  if (own[DEFAULT] !== undefined) return completed(node, structuredClone(own[DEFAULT]), root, level);
  if (!isRequired) return undefined;
  if ("const" in own) return structuredClone(own["const"]);
  const [first] = unionOf(own) ?? [];
  if (first !== undefined) return initial(first.schema, true, root, level + 1);
  if (own["type"] === "object") return completed(node, {}, root, level);
  const tuple = own[TUPLE] as JsonMap[] | undefined;
  if (tuple !== undefined) {
    const items = tuple.map((item) => initial(item, true, root, level + 1));
    return items.includes(undefined) ? undefined : items;
  }
  if (own["type"] === "array" && isMap(own["items"])) {
    const length = typeof own["minItems"] === "number" ? Math.min(own["minItems"], 20) : 0;
    const item = initial(own["items"], true, root, level + 1);
    return item === undefined || length === 0
      ? undefined
      : Array.from({ length }, () => structuredClone(item));
  }
  return undefined;
}

/** Every argument with its default; arguments without one are missing. Empty for a schema that cannot be drawn. */
export function defaultsOf(schema: JsonMap): JsonMap {
  return shownValues(schema, {});
}

/** What the form shows for what is stored. */
export function shownValues(schema: JsonMap, stored: JsonMap): JsonMap {
  const drawn = prepareSchema(schema);
  return drawn.ok ? (completed(drawn.root, stored, drawn.root) as JsonMap) : stored;
}

/** What a new workflow task must carry from the start: required arguments that have a value by themselves. */
export function requiredDefaults(schema: JsonMap | null): JsonMap {
  if (schema === null) return {};
  const required: unknown = schema["required"];
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  return Object.fromEntries(Object.entries(defaultsOf(schema)).filter(([name]) => isRequired(name)));
}

/**
 * What is stored after an edit: the stored values with what the edit changed, and nothing else. An argument
 * that was brought back to its default is not stored, unless a task is refused without it; nor is an optional
 * group that the edit emptied, whose required members would be asked for.
 *
 * @param before What the form showed. @param after What it shows now.
 */
export function applyEdit(schema: JsonMap, stored: JsonMap, before: JsonMap, after: JsonMap): JsonMap {
  const drawn = prepareSchema(schema);
  const patched = patch(stored, before, after) as JsonMap;
  const edited = drawn.ok ? (withoutEmptied(drawn.root, stored, patched, drawn.root) as JsonMap) : patched;
  const defaults = defaultsOf(schema);
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const kept = Object.entries(edited).filter(([name, value]) => {
    const isTouched = !isSame(ownOf(before, name), ownOf(after, name));
    return !(
      isTouched &&
      !required.includes(name) &&
      Object.hasOwn(defaults, name) &&
      isSame(value, defaults[name])
    );
  });
  return Object.fromEntries(kept);
}

/** Without optional groups that are empty now and were not before. */
function withoutEmptied(node: unknown, before: unknown, now: unknown, root: JsonMap): unknown {
  if (isSame(before, now)) return now;
  const own = merged(node, root) ?? {};
  if (own[AS_JSON] !== undefined) return now;
  if (unionOf(own) !== null) {
    const branch = branchOf(own, now, root);
    return branch === null ? now : withoutEmptied(branch.schema, before, now, root);
  }
  if (Array.isArray(now)) {
    if (!Array.isArray(before) || before.length !== now.length) return now;
    const tuple = own[TUPLE] as JsonMap[] | undefined;
    return now.map((item: unknown, at) =>
      withoutEmptied(tuple?.[at] ?? own["items"], before[at], item, root),
    );
  }
  if (!isMap(now)) return now;
  const properties = propertiesOf(own);
  const required: unknown[] = Array.isArray(own["required"]) ? own["required"] : [];
  const entries = Object.entries(now).flatMap(([name, value]): [string, unknown][] => {
    const child = Object.hasOwn(properties, name) ? properties[name] : own[ENTRIES];
    const old = isMap(before) ? ownOf(before, name) : undefined;
    const next = withoutEmptied(child, old, value, root);
    const canBeEmpty =
      required.includes(name) || !Object.hasOwn(properties, name) || isOwnChoice(child, root);
    return !canBeEmpty && isSame(next, {}) && !isSame(old, next) ? [] : [[name, next]];
  });
  return Object.fromEntries(entries);
}

/** Of these an empty group says something: it is not null, not the default, a branch, or was typed as JSON. */
function isOwnChoice(node: unknown, root: JsonMap): boolean {
  const own = merged(node, root) ?? {};
  const isGroup = unionOf(own) === null && own[AS_JSON] === undefined;
  return !isGroup || own[NULLABLE] === true || own[DEFAULT] !== undefined;
}

function patch(stored: unknown, before: unknown, after: unknown): unknown {
  if (isSame(before, after)) return stored;
  if (isMap(stored) && isMap(before) && isMap(after)) {
    const names = [...new Set([...Object.keys(stored), ...Object.keys(after)])];
    // A renamed entry stays where it was.
    const order =
      Object.keys(before).length === Object.keys(after).length ? orderLike(Object.keys(after), names) : names;
    const entries = order.flatMap((name): [string, unknown][] => {
      const isStored = Object.hasOwn(stored, name);
      const [old, next] = [ownOf(before, name), ownOf(after, name)];
      if (isSame(old, next)) return isStored ? [[name, stored[name]]] : [];
      if (next === undefined) return [];
      return [[name, isStored ? patch(stored[name], old, next) : withoutUndefined(next)]];
    });
    return Object.fromEntries(entries);
  }
  if (Array.isArray(stored) && Array.isArray(before) && Array.isArray(after)) {
    const isSameLength = before.length === after.length;
    const taken = new Set<number>();
    return after.map((item: unknown, at) => {
      const from = isSame(before[at], item)
        ? at
        : before.findIndex((old, index) => !taken.has(index) && isSame(old, item));
      if (from >= 0 && from < stored.length) {
        taken.add(from);
        return stored[from] as unknown;
      }
      return isSameLength && at < stored.length ? patch(stored[at], before[at], item) : item;
    });
  }
  return withoutUndefined(after);
}

/** Stored names keep their order; a name that is new stands where the form has it only if all are in the form. */
function orderLike(shown: readonly string[], names: readonly string[]): string[] {
  const isNew = names.filter((name) => !shown.includes(name)).length > 0;
  return isNew
    ? shown.filter((name) => names.includes(name)).concat(names.filter((name) => !shown.includes(name)))
    : [...names];
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : withoutUndefined(item)));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      entry === undefined ? [] : [[key, withoutUndefined(entry)]],
    ),
  );
}

/** With its unit, as the package wrote it. */
function titleOf(property: unknown, root: JsonMap | null, name: string): string {
  const title = merged(property, root ?? {})?.["title"];
  return typeof title === "string" ? title : name;
}

export type Change = { name: string; title: string; before: string; after: string };

/** Arguments whose value differs, in the order of the schema; values in words, the default where none is stored. */
export function changesBetween(schema: JsonMap | null, before: JsonMap, after: JsonMap): Change[] {
  const [old, now] =
    schema === null ? [before, after] : [shownValues(schema, before), shownValues(schema, after)];
  const properties = schema === null ? {} : propertiesOf(schema);
  const names = new Set([...Object.keys(properties), ...Object.keys(old), ...Object.keys(now)]);
  return [...names].flatMap((name) =>
    isSame(ownOf(old, name), ownOf(now, name))
      ? []
      : [
          {
            name,
            title: titleOf(properties[name], schema, name),
            before: inWords(ownOf(old, name)),
            after: inWords(ownOf(now, name)),
          },
        ],
  );
}
