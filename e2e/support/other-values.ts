/** Arguments made from their schema: each is given, fits, and is not its default. */
import { withoutManaged } from "@/server/domain/arguments/judged";
import { isMap, isSame, merged, type JsonMap } from "@/server/domain/arguments/json";

/** @param schema Of one call of a task; null: the package ships none. */
export function otherValues(schema: JsonMap | null): JsonMap {
  if (schema === null) return {};
  const value = other(withoutManaged(schema), "arguments", schema);
  return isMap(value) ? value : {};
}

function other(node: unknown, name: string, root: JsonMap): unknown {
  const own = merged(node, root) ?? {};
  const { allOf, anyOf, oneOf, enum: choices } = own;
  if ("const" in own) return own["const"];
  if (Array.isArray(choices)) return choices.findLast((choice) => !isSame(choice, own["default"]));
  // As pydantic 1 writes "this class, but with my title".
  if (Array.isArray(allOf)) return other({ ...merged(allOf[0], root), ...own, allOf: undefined }, name, root);
  const branches = [anyOf, oneOf].find(Array.isArray) as unknown[] | undefined;
  if (branches) {
    const values = branches.filter((one) => !isNull(one, root)).map((one) => other(one, name, root));
    return values.findLast((value) => !isSame(value, own["default"])) ?? values.at(-1);
  }
  switch (own["type"]) {
    case "object":
      return otherGroup(own, root);
    case "array":
      return otherList(own, name, root);
    case "boolean":
      return own["default"] !== true;
    case "integer":
    case "number":
      return otherNumber(own);
    default:
      return otherText(own, name);
  }
}

const isNull = (branch: unknown, root: JsonMap) => merged(branch, root)?.["type"] === "null";

function otherGroup({ properties, additionalProperties }: JsonMap, root: JsonMap): JsonMap {
  if (isMap(properties))
    return Object.fromEntries(
      Object.entries(properties).map(([name, own]) => [name, other(own, name, root)]),
    );
  return isMap(additionalProperties) ? { key: other(additionalProperties, "key", root) } : {};
}

function otherList({ prefixItems, items, minItems, default: base }: JsonMap, name: string, root: JsonMap) {
  const fixed: unknown[] = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
  if (fixed.length > 0) return fixed.map((item, at) => other(item, `${name} ${at + 1}`, root));
  const usual = Array.isArray(base) ? base.length : 0;
  const length = Math.max(usual, typeof minItems === "number" ? minItems : 0, 1);
  return Array.from({ length }, (_, at) => other(items, `${name} ${at + 1}`, root));
}

function otherNumber(own: JsonMap): number {
  const bound = (...keys: string[]) => keys.map((key) => own[key]).find((value) => typeof value === "number");
  const least = bound("minimum", "exclusiveMinimum") ?? 0;
  const most = bound("maximum", "exclusiveMaximum") ?? Infinity;
  const base = bound("default") ?? least;
  const step = own["type"] === "integer" || most - least > 2 ? 1 : (most - least) / 4;
  return base + 2 * step <= most ? base + step : base - step;
}

function otherText({ pattern, default: base }: JsonMap, name: string): string {
  const longer = typeof base === "string" ? [`${base}_other`] : [];
  const texts = [`other ${name}`, `other_${name}`.replaceAll(/\W/g, "_"), "00FF00", ...longer];
  return texts.find((text) => typeof pattern !== "string" || new RegExp(pattern).test(text)) ?? "";
}
