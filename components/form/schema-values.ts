/** Stored arguments against the defaults of their schema: what is kept, what counts as changed. */
import { getDefaultFormState, type RJSFSchema } from "@rjsf/utils";
import { inWords, isMap, isSame, type JsonMap } from "./json";
import { prepareSchema, withoutManaged } from "./schema-prepare";
import { makeFormValidator, type Dialect } from "./schema-validator";

/** How the form library fills in defaults; the form and the functions here must agree. */
export const DEFAULTS = {
  emptyObjectFields: "populateAllDefaults",
  arrayMinItems: { populate: "requiredOnly" },
  requiredBooleanDefault: "skip",
} as const;

/** Every argument with its default; arguments without one are missing. Empty for a schema that cannot be drawn. */
export function defaultsOf(schema: JsonMap, dialect: Dialect): JsonMap {
  try {
    const form = prepareSchema(schema) as RJSFSchema;
    const validator = makeFormValidator(withoutManaged(schema), dialect);
    const values: unknown = getDefaultFormState(validator, form, {}, form, false, DEFAULTS);
    return isMap(values) ? values : {};
  } catch {
    return {};
  }
}

/**
 * What is worth storing: no cleared fields, nothing that says the same as the default. A required argument
 * stays even then, since a task is refused without it.
 */
export function storedValues(schema: JsonMap, values: JsonMap, dialect: Dialect): JsonMap {
  const defaults = defaultsOf(schema, dialect);
  const required: unknown = schema["required"];
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  const kept = Object.entries(values).filter(
    ([name, value]) => value !== undefined && (isRequired(name) || !isSame(value, defaults[name])),
  );
  return Object.fromEntries(kept);
}

/** What a new workflow task must carry from the start: required arguments that have a default. */
export function requiredDefaults(schema: JsonMap | null, dialect: Dialect): JsonMap {
  if (schema === null) return {};
  return storedValues(schema, defaultsOf(schema, dialect), dialect);
}

export type Change = { name: string; title: string; before: string; after: string };

/** Arguments whose value differs, in the order of the schema; values in words, the default where none is stored. */
export function changesBetween(
  schema: JsonMap | null,
  before: JsonMap,
  after: JsonMap,
  dialect: Dialect,
): Change[] {
  const defaults = schema === null ? {} : defaultsOf(schema, dialect);
  const properties = isMap(schema?.["properties"]) ? schema["properties"] : {};
  const names = new Set([...Object.keys(properties), ...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const [old, now] = [before, after].map((values) => values[name] ?? defaults[name]);
    if (isSame(old, now)) return [];
    const property = properties[name];
    const title = isMap(property) && typeof property["title"] === "string" ? property["title"] : name;
    return [{ name, title, before: inWords(old), after: inWords(now) }];
  });
}
