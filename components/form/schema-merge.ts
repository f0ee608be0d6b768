/** Schemas put together for drawing: `allOf` into its parent, a branch of a union with what is said beside it. */
import { isMap, isSame, merged, type JsonMap } from "@/server/domain/arguments/json";

/** What is said about a value without narrowing it. */
export const NOTES = ["title", "description", "default", "examples", "deprecated", "readOnly"] as const;
const isNote = (key: string) => NOTES.some((note) => note === key) || key.startsWith("x-");

/** Whether nothing but words stands here, beside references. */
export function hasOnlyNotes(node: JsonMap, but: readonly string[]): boolean {
  return Object.keys(node).every((key) => but.includes(key) || isNote(key));
}

/** Lists that are required are joined, properties united, and what the parent says stays. */
export function mergeSchemas(parent: JsonMap, other: JsonMap): JsonMap {
  const out: JsonMap = { ...other, ...parent };
  const mine = parent["properties"];
  const theirs = other["properties"];
  if (isMap(mine) && isMap(theirs)) {
    const both = Object.keys(mine).filter((key) => Object.hasOwn(theirs, key));
    const united = both.map((key) => [key, unite(mine[key], theirs[key])] as const);
    // In the order of the base class, then of the class itself.
    out["properties"] = { ...theirs, ...mine, ...Object.fromEntries(united) };
  }
  const required = [parent["required"], other["required"]].filter(Array.isArray).flat();
  if (required.length > 0) out["required"] = [...new Set(required)];
  return out;
}

const unite = (mine: unknown, theirs: unknown) =>
  isMap(mine) && isMap(theirs) && !("$ref" in mine) && !("$ref" in theirs) ? { ...theirs, ...mine } : mine;

/**
 * `allOf` is gone. Conditions and exclusions are left to the judge: the form hides and shows nothing (web-ui.md §3.12.7).
 *
 * @returns null where a schema contains itself this way.
 */
export function withoutAllOf(node: JsonMap, root: JsonMap, depth = 0): JsonMap | null {
  const { allOf, ...rest } = node;
  if (!Array.isArray(allOf)) return node;
  if (depth > 16) return null;
  let out: JsonMap = rest;
  for (const entry of allOf as unknown[]) {
    const own = merged(entry, root);
    if (own === undefined) continue;
    const flat = withoutAllOf(own, root, depth + 1);
    if (flat === null) return null;
    out = mergeSchemas(out, flat);
  }
  return out;
}

const STRUCTURE = [
  "type",
  "properties",
  "items",
  "prefixItems",
  "enum",
  "const",
  "$ref",
  "anyOf",
  "oneOf",
  "allOf",
  "additionalProperties",
];

/** Whether something could be drawn from it: a branch `{required: ["a"]}` only narrows. */
export const hasStructure = (node: unknown) => isMap(node) && STRUCTURE.some((key) => key in node);

/** Constants with their titles, if that is all that a union offers. */
export function constantsOf(
  branches: readonly unknown[],
  root: JsonMap,
): { value: unknown; title: string | null }[] | null {
  const out: { value: unknown; title: string | null }[] = [];
  for (const branch of branches) {
    const own = merged(branch, root);
    if (own === undefined) return null;
    const title = typeof own["title"] === "string" ? own["title"] : null;
    if ("const" in own) out.push({ value: own["const"], title });
    else if (Array.isArray(own["enum"]))
      out.push(...(own["enum"] as unknown[]).map((value) => ({ value, title: null })));
    else return null;
  }
  return out.filter(({ value }, at) => out.findIndex((other) => isSame(other.value, value)) === at);
}
