/** Which branch of a union a value belongs to. */
import { isMap, isSame, merged, type JsonMap } from "@/server/domain/arguments/json";
import { AS_JSON, BY, NULLABLE, propertiesOf, TUPLE, UNION, type Branch } from "./schema-marks";

export function unionOf(node: JsonMap): readonly Branch[] | null {
  const branches = node[UNION];
  return Array.isArray(branches) ? (branches as Branch[]) : null;
}

/** @returns null for a value that belongs to none, and for one that is not there. */
export function branchOf(node: JsonMap, value: unknown, root: JsonMap): Branch | null {
  const branches = unionOf(node) ?? [];
  if (value === undefined || value === null) return null;
  const by = node[BY];
  if (typeof by === "string") {
    const tag = isMap(value) ? value[by] : undefined;
    return branches.find(({ tags }) => tags.some((own) => isSame(own, tag))) ?? null;
  }
  const scores = branches.map(({ schema }) => fit(schema, value, root));
  const best = Math.max(...scores);
  return best <= 0 ? null : (branches[scores.indexOf(best)] ?? null);
}

/** 0: another kind of value. Else the more the better: a number that must be whole beats any, names that are known count. */
function fit(schema: JsonMap, value: unknown, root: JsonMap, level = 0): number {
  const own = merged(schema, root) ?? {};
  if (level > 6) return 1;
  if (value === null) return own[NULLABLE] === true || own["const"] === null ? 2 : 0;
  if ("const" in own) return isSame(own["const"], value) ? 4 : 0;
  if (Array.isArray(own["enum"])) return own["enum"].some((one) => isSame(one, value)) ? 4 : 0;
  if (own[AS_JSON] !== undefined) return 0.5;
  const inner = unionOf(own);
  if (inner !== null) return Math.max(...inner.map((branch) => fit(branch.schema, value, root, level + 1)));
  switch (own["type"]) {
    case "integer":
      return Number.isInteger(value) ? 3 : 0;
    case "number":
    case "string":
    case "boolean":
      return typeof value === own["type"] ? 2 : 0;
    case "array":
      return Array.isArray(value) ? 2 + fitOfItems(own, value, root, level) : 0;
    case "object":
      return isMap(value) ? 2 + fitOfNames(own, value, root, level) : 0;
    default:
      return 0;
  }
}

function fitOfItems(own: JsonMap, value: readonly unknown[], root: JsonMap, level: number): number {
  const tuple = own[TUPLE] as JsonMap[] | undefined;
  if (tuple !== undefined)
    return tuple.length === value.length &&
      tuple.every((item, at) => fit(item, value[at], root, level + 1) > 0)
      ? 2
      : -1;
  const items = own["items"];
  if (!isMap(items) || value.length === 0) return 0;
  return value.every((item) => fit(items, item, root, level + 1) > 0) ? 1 : -1;
}

function fitOfNames(own: JsonMap, value: JsonMap, root: JsonMap, level: number): number {
  const properties = propertiesOf(own);
  const required = Array.isArray(own["required"]) ? (own["required"] as string[]) : [];
  const names = Object.keys(value);
  const good = names.filter(
    (name) =>
      Object.hasOwn(properties, name) && fit(properties[name] as JsonMap, value[name], root, level + 1) > 0,
  );
  const bad = names.length - good.length + required.filter((name) => !Object.hasOwn(value, name)).length;
  return (good.length - bad) / (names.length + required.length + 1);
}
