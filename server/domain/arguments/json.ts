/** JSON values, walked without knowing their schema. */

export type JsonMap = Record<string, unknown>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equal as JSON values: order of keys does not matter, a key that is undefined is a key that is missing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || (a === 0 && b === 0)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(ownOf(a, key), ownOf(b, key)));
}

/** An entry that is really there: every object has a `constructor` by itself. */
export function ownOf(map: JsonMap, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Steps of `#/$defs/A~1B`; null for a reference out of the document. */
export function stepsOf(reference: string): string[] | null {
  if (reference === "#") return [];
  if (!reference.startsWith("#/")) return null;
  return reference
    .slice(2)
    .split("/")
    .map((step) => decoded(step).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** What lies at these steps; undefined where one of them leads nowhere. */
export function valueAt(root: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => {
    if (isMap(at)) return Object.hasOwn(at, step) ? at[step] : undefined;
    return Array.isArray(at) ? (at[Number(step)] as unknown) : undefined;
  }, root);
}

/** The schema that a chain of references ends at, without what is said beside them; undefined: nowhere. */
export function resolved(node: unknown, root: JsonMap): JsonMap | undefined {
  let at = node;
  for (let hops = 0; hops < 50; hops += 1) {
    if (!isMap(at)) return undefined;
    const reference = at["$ref"];
    if (typeof reference !== "string") return at;
    const steps = stepsOf(reference);
    if (steps === null) return undefined;
    at = valueAt(root, steps);
  }
  return undefined;
}

/** The same, with what is said beside the references on the way: the outer title, description and default win. */
export function merged(node: unknown, root: JsonMap): JsonMap | undefined {
  let beside: JsonMap = {};
  let at = node;
  for (let hops = 0; hops < 50; hops += 1) {
    if (!isMap(at)) return undefined;
    const { $ref, ...rest } = at;
    beside = { ...rest, ...beside };
    if (typeof $ref !== "string") return beside;
    const steps = stepsOf($ref);
    if (steps === null) return undefined;
    at = valueAt(root, steps);
  }
  return undefined;
}
