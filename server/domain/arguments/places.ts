/** A path into arguments, in the words of their form: `channels.0.name` is "Channels › entry 1 › Name". */
import { isMap, merged, type JsonMap } from "./json";

/** Unit in a title: "Diameter (pixels)". */
export const WITH_UNIT = /^(.+?)\s*\(([^()]{1,14})\)$/;

/**
 * @param schema As the package ships it.
 * @param path Names and positions, as in a `Problem`.
 */
export function placeInWords(schema: JsonMap | null, path: readonly string[]): string {
  let nodes: JsonMap[] = schema === null ? [] : [schema];
  const root = schema ?? {};
  const words = path.map((step) => {
    const inside = nodes.flatMap((node) => childrenOf(node, step, root));
    const isEntry = /^\d+$/.test(step) && nodes.every((node) => isListLike(node, root));
    const title = inside.map((node) => merged(node, root)?.["title"]).find((one) => typeof one === "string");
    nodes = inside;
    if (isEntry && nodes.length > 0) return `entry ${Number(step) + 1}`;
    return typeof title === "string" ? (WITH_UNIT.exec(title)?.[1] ?? title) : step;
  });
  return words.join(" › ");
}

/** The node itself and whatever else describes the same value. */
function facesOf(node: unknown, root: JsonMap, depth = 0): JsonMap[] {
  const own = merged(node, root);
  if (own === undefined || depth > 8) return [];
  const others = (["allOf", "anyOf", "oneOf"] as const).flatMap((key) => {
    const list = own[key];
    return Array.isArray(list) ? (list as unknown[]) : [];
  });
  return [own, ...others.flatMap((other) => facesOf(other, root, depth + 1))];
}

const isListLike = (node: JsonMap, root: JsonMap) =>
  facesOf(node, root).some((face) => "items" in face || "prefixItems" in face);

function childrenOf(node: JsonMap, step: string, root: JsonMap): JsonMap[] {
  return facesOf(node, root).flatMap((face) => {
    const { properties, prefixItems, items, additionalProperties } = face;
    const named = isMap(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
    const fixed = [prefixItems, items].find((list) => Array.isArray(list)) as unknown[] | undefined;
    const child = named ?? fixed?.[Number(step)] ?? (isMap(items) ? items : additionalProperties);
    return isMap(child) ? [child] : [];
  });
}
