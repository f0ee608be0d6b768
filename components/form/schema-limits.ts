/** What is too much for a form, or for the library that draws it. */
import { isMap, resolved, type JsonMap } from "@/server/domain/arguments/json";
import { SchemaTooHard } from "@/server/domain/arguments/normalise";
import { ENTRIES, propertiesOf, TUPLE, UNION, type Branch } from "./schema-marks";

const TOO_MANY_FIELDS = 1_500;

/** The form library takes such a name for given where it is not. */
export function reservedName(values: JsonMap): string | null {
  return Object.keys(values).find((name) => name in Object.prototype) ?? null;
}

/** A form of thousands of fields is no form. Recursive parts count once, since they open one by one. */
export function requireFew(root: JsonMap): void {
  const counts = new Map<JsonMap, number>();
  const open = new Set<JsonMap>();
  const count = (node: unknown): number => {
    const own = resolved(node, root);
    if (own === undefined || open.has(own)) return 1;
    const known = counts.get(own);
    if (known !== undefined) return known;
    open.add(own);
    const tuple = (own[TUPLE] as JsonMap[] | undefined) ?? [];
    const union = ((own[UNION] as Branch[] | undefined) ?? []).map(({ schema }) => schema);
    const children = [...Object.values(propertiesOf(own)), own["items"], own[ENTRIES], ...tuple, ...union];
    const total = children.filter(isMap).reduce((sum, child) => sum + count(child), 1);
    open.delete(own);
    if (total > TOO_MANY_FIELDS)
      throw new SchemaTooHard(`The form would have more than ${TOO_MANY_FIELDS} fields.`);
    counts.set(own, total);
    return total;
  };
  count(root);
}
