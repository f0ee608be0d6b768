/** The schema of one part of a task as its arguments are judged by it: in the browser and on the server alike. */
import { MANAGED_ARGUMENTS } from "@/server/contracts/workflow";
import { isMap, stepsOf, valueAt, type JsonMap } from "./json";
import { normalise, SchemaTooHard } from "./normalise";

/** `why`: a sentence for the person who sees the arguments as JSON instead of a form. */
export type Judged = { ok: true; schema: JsonMap } | { ok: false; why: string };

/** Longer than any that was ever published (the longest has 70 KB). */
export const MOST_CHARACTERS = 600_000;
/** Schemas that one value may have to be held against at one place. */
const MOST_BRANCHES = 1_000;

export class BrokenReference extends SchemaTooHard {}

const cache = { strict: new WeakMap<object, Judged>(), lenient: new WeakMap<object, Judged>() };

/**
 * @param version `args_schema_version` of the task.
 * @returns Without the arguments that the runner fills in, in one spelling, and bounded: no reference leads
 *   nowhere or in a circle, and a value is held against a limited number of branches.
 */
export function judgedSchema(schema: JsonMap, version: string | null): Judged {
  const isLenient = version === "pydantic_v1" || version === "pydantic_v2";
  const known = cache[isLenient ? "lenient" : "strict"];
  const found = known.get(schema) ?? judge(schema, isLenient);
  known.set(schema, found);
  return found;
}

function judge(schema: JsonMap, isLenient: boolean): Judged {
  try {
    requireReasonable(schema);
    const judged = normalise(withoutManaged(schema), isLenient ? "judge-lenient" : "judge");
    requireSoundReferences(judged);
    if (!isOfGroup(judged)) return { ok: false, why: NOT_A_GROUP };
    return { ok: true, schema: judged };
  } catch (err) {
    if (err instanceof SchemaTooHard) return { ok: false, why: err.message };
    // Nested deeper than the stack is.
    if (err instanceof RangeError) return { ok: false, why: "The schema is nested too deep." };
    throw err;
  }
}

/** Nothing that a person could store would ever be right. */
export const NOT_A_GROUP = "The arguments are not a list of names with values.";

/** Whether names with values may be right by it. */
export const isOfGroup = (schema: JsonMap) =>
  !("type" in schema) || [schema["type"]].flat().includes("object");

/** @throws SchemaTooHard */
export function requireReasonable(schema: JsonMap): void {
  const characters = JSON.stringify(schema).length;
  if (characters > MOST_CHARACTERS)
    throw new SchemaTooHard(
      `The schema has ${Math.round(characters / 1000)} KB; at most ${MOST_CHARACTERS / 1000} KB are read.`,
    );
}

const isManaged = (name: unknown) => MANAGED_ARGUMENTS.some((managed) => managed === name);

/** The schema at the root: what a `$ref` there leads to is its own. */
export function rootOf(schema: JsonMap): JsonMap {
  const { $ref, ...rest } = schema;
  const steps = typeof $ref === "string" ? stepsOf($ref) : null;
  const target = steps === null ? undefined : valueAt(schema, steps);
  return isMap(target) && target !== schema ? { ...target, ...rest } : schema;
}

/** Without the arguments that the runner fills in. */
export function withoutManaged(schema: JsonMap): JsonMap {
  const root = rootOf(schema);
  const out = { ...root };
  if (isMap(root["properties"]))
    out["properties"] = Object.fromEntries(
      Object.entries(root["properties"]).filter(([name]) => !isManaged(name)),
    );
  if (Array.isArray(root["required"])) out["required"] = root["required"].filter((name) => !isManaged(name));
  return out;
}

/** Keywords whose schemas are held against the same value. */
const IN_PLACE = ["anyOf", "oneOf", "allOf", "not", "if", "then", "else", "dependentSchemas"] as const;
/** Keywords whose value is data. */
const DATA = new Set(["default", "enum", "const", "examples"]);

/**
 * Every reference has a target, and none comes back to itself without going deeper into the value.
 *
 * @throws SchemaTooHard naming the reference.
 */
export function requireSoundReferences(root: JsonMap): void {
  const costs = new Map<object, number>();
  const open = new Set<object>();

  const costOf = (node: unknown): number => {
    if (!isMap(node)) return 1;
    const known = costs.get(node);
    if (known !== undefined) return known;
    if (open.has(node)) throw new SchemaTooHard("The schema refers to itself in a circle that never ends.");
    open.add(node);
    let cost = 1;
    if (typeof node["$ref"] === "string") cost += costOf(targetOf(node["$ref"], root));
    for (const key of IN_PLACE) {
      const value = node[key];
      const branches = Array.isArray(value)
        ? value
        : key === "dependentSchemas" && isMap(value)
          ? Object.values(value)
          : [value];
      for (const branch of branches as unknown[]) if (isMap(branch)) cost += costOf(branch);
    }
    open.delete(node);
    if (cost > MOST_BRANCHES)
      throw new SchemaTooHard(`One value would be held against more than ${MOST_BRANCHES} alternatives.`);
    costs.set(node, cost);
    return cost;
  };

  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (!isMap(node)) return;
    costOf(node);
    for (const [key, child] of Object.entries(node)) if (!DATA.has(key)) visit(child);
  };
  visit(root);
}

function targetOf(reference: string, root: JsonMap): unknown {
  const steps = stepsOf(reference);
  const target = steps === null ? undefined : valueAt(root, steps);
  if (target === undefined)
    throw new BrokenReference(`The schema refers to ${reference}, which it does not contain.`);
  return target;
}
