/** JSON values, compared and walked without knowing their schema. */

export type JsonMap = Record<string, unknown>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equal as JSON values: order of keys does not matter, a key that is undefined is a key that is missing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => isSame(a[key], b[key]));
}

/** A value in few words, for "Smoothing 1, now 2": long ones are cut. */
export function inWords(value: unknown): string {
  if (value === undefined) return "empty";
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "string") return value === "" ? "empty" : cut(value);
  if (Array.isArray(value) && value.every((item) => typeof item !== "object"))
    return value.length === 0 ? "an empty list" : cut(value.join(", "));
  return cut(JSON.stringify(value));
}

const LONGEST = 40;
const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
