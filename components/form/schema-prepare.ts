/**
 * A task's argument schema, made ready to be drawn (web-ui.md §3.12.1). References stay where they are: the
 * form resolves them lazily, so that recursive definitions work.
 */
import { MANAGED_ARGUMENTS } from "@/server/contracts/workflow";
import { isMap, type JsonMap } from "./json";

/** Marks a property that may be null: an empty input then means null instead of "not given". */
export const NULLABLE = "x-nullable";
/** Unit that was taken out of a title: "Diameter (pixels)" → title "Diameter", unit "pixels". */
export const UNIT = "x-unit";

const isManaged = (name: unknown) => MANAGED_ARGUMENTS.some((managed) => managed === name);

/** Without the arguments that the runner fills in. This is what values are validated against. */
export function withoutManaged(schema: JsonMap): JsonMap {
  const { $schema: _, ...rest } = schema;
  const properties = Object.entries(isMap(schema["properties"]) ? schema["properties"] : {});
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return {
    ...rest,
    properties: Object.fromEntries(properties.filter(([name]) => !isManaged(name))),
    required: required.filter((name) => !isManaged(name)),
  };
}

/** Names of the arguments that a person sees, in the order of the schema. */
export function argumentNames(schema: JsonMap | null): string[] {
  return schema === null ? [] : Object.keys(schema["properties"] ?? {}).filter((name) => !isManaged(name));
}

/**
 * What the form draws: managed arguments gone, `anyOf [X, null]` folded into X, tuples in the older spelling
 * that the form library knows, units taken out of titles.
 *
 * @throws Error naming a reference that leads nowhere or out of the document.
 */
export function prepareSchema(schema: JsonMap): JsonMap {
  checkReferences(schema, schema);
  return prepareNode({ type: "object", ...withoutManaged(schema) }) as JsonMap;
}

const MAPS = ["properties", "patternProperties", "$defs", "definitions"] as const;
const LISTS = ["anyOf", "oneOf", "allOf"] as const;
const SINGLES = ["items", "additionalProperties", "not", "if", "then", "else"] as const;

function prepareNode(node: unknown): unknown {
  if (!isMap(node)) return node;
  const out: JsonMap = foldNullable({ ...node });
  for (const key of MAPS) {
    const map = out[key];
    if (isMap(map))
      out[key] = Object.fromEntries(Object.entries(map).map(([name, child]) => [name, prepareNode(child)]));
  }
  for (const key of LISTS) {
    const list = out[key];
    if (Array.isArray(list)) out[key] = list.map(prepareNode);
  }
  for (const key of SINGLES) if (key in out) out[key] = prepareNode(out[key]);
  const tuple = out["prefixItems"];
  if (Array.isArray(tuple)) {
    delete out["prefixItems"];
    out["additionalItems"] = out["items"] ?? false;
    out["items"] = tuple.map(prepareNode);
  }
  return withUnit(out);
}

/** `[T, null]` in either spelling becomes T with a mark; the outer title, description and default win. */
function foldNullable(node: JsonMap): JsonMap {
  const types = node["type"];
  if (Array.isArray(types) && types.length === 2 && types.includes("null"))
    return { ...node, type: types.find((type) => type !== "null"), [NULLABLE]: true };
  const branches = node["anyOf"];
  if (!Array.isArray(branches) || branches.length !== 2) return node;
  const isNull = (branch: unknown) => isMap(branch) && branch["type"] === "null";
  const other: unknown = branches.find((branch) => !isNull(branch));
  if (!branches.some(isNull) || !isMap(other)) return node;
  const isScalar =
    ["string", "number", "integer", "boolean"].includes(String(other["type"])) ||
    Array.isArray(other["enum"]);
  if (!isScalar) {
    // Groups and lists keep the choice, in words.
    const named = branches.map((branch) =>
      isNull(branch) ? { title: "Not set", type: "null" } : { title: "Set", ...(branch as JsonMap) },
    );
    return { ...node, anyOf: named };
  }
  const { anyOf: _, ...outer } = node;
  return { ...other, ...outer, [NULLABLE]: true };
}

function withUnit(node: JsonMap): JsonMap {
  const { title, type } = node;
  if (typeof title !== "string" || (type !== "number" && type !== "integer")) return node;
  const match = /^(.+?)\s*\(([^()]{1,14})\)$/.exec(title);
  return match ? { ...node, title: match[1], [UNIT]: match[2] } : node;
}

function checkReferences(node: unknown, root: JsonMap): void {
  if (Array.isArray(node)) for (const child of node) checkReferences(child, root);
  if (!isMap(node)) return;
  const reference = node["$ref"];
  if (typeof reference === "string" && findReference(reference, root) === undefined)
    throw new Error(`The schema refers to ${reference}, which it does not contain.`);
  for (const [key, child] of Object.entries(node))
    if (key !== "default" && key !== "enum" && key !== "const" && key !== "examples")
      checkReferences(child, root);
}

function findReference(reference: string, root: JsonMap): unknown {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  return reference
    .slice(2)
    .split("/")
    .map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (at, step) => (isMap(at) ? at[step] : Array.isArray(at) ? (at[Number(step)] as unknown) : undefined),
      root,
    );
}
