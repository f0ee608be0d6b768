/** JSON values in words. */
import { isMap, isSame, type JsonMap } from "@/server/domain/arguments/json";

export { isMap, isSame, type JsonMap };

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
