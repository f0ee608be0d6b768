/**
 * JSON Schema in the browser without generated code, which the page's security policy forbids. The server
 * judges again with Ajv; the words are the same.
 */
import { Validator, type OutputUnit } from "@cfworker/json-schema";
import type { ErrorSchema, RJSFSchema, RJSFValidationError, ValidatorType } from "@rjsf/utils";
import { isMap, type JsonMap } from "./json";

export type Dialect = "7" | "2020-12";

/** `pydantic_v1` writes draft 7; everything later 2020-12. */
export function dialectOf(argsSchemaVersion: string | null): Dialect {
  return argsSchemaVersion === "pydantic_v1" ? "7" : "2020-12";
}

export type Problem = { path: string[]; reason: string; isMissing: boolean };

/** Keywords that only repeat what is said deeper. */
const ECHOES = new Set([
  "properties",
  "patternProperties",
  "additionalProperties",
  "items",
  "prefixItems",
  "anyOf",
  "oneOf",
  "allOf",
  "$ref",
  "if",
  "then",
  "else",
  "dependentSchemas",
  "unevaluatedProperties",
]);

/**
 * What is wrong, one reason per place.
 *
 * @param value Arguments without those that the runner fills in.
 * @throws Error if the schema itself cannot be used.
 */
export function findProblems(schema: JsonMap, value: unknown, dialect: Dialect): Problem[] {
  const { $schema: _, ...plain } = schema;
  const result = new Validator(plain, dialect, false).validate(withoutUndefined(value));
  if (result.valid) return [];
  const byPath = new Map<string, Problem>();
  const typesByPath = new Map<string, string[]>();
  for (const unit of result.errors) {
    const problem = toProblem(unit, plain);
    if (problem === null) continue;
    const key = problem.path.join("\u0000");
    // Branches of a union complain side by side: their types are joined, of the rest the first says enough.
    if (unit.keyword === "type") {
      const types = [...(typesByPath.get(key) ?? []), ...typeWords(ruleAt(unit.keywordLocation, plain))];
      typesByPath.set(key, types);
      if (types.length > 1) problem.reason = `Must be ${[...new Set(types)].join(" or ")}.`;
      if (types.length > 1 || !byPath.has(key)) byPath.set(key, problem);
    } else if (!byPath.has(key)) byPath.set(key, problem);
  }
  const problems = [...byPath.values()];
  // A union whose branches all failed only by themselves has no deeper place to point at.
  return problems.length > 0 ? problems : [{ path: [], reason: "Is not valid.", isMissing: false }];
}

function toProblem(unit: OutputUnit, schema: JsonMap): Problem | null {
  const path = pointerSteps(unit.instanceLocation);
  const isUnknown =
    unit.keyword === "additionalProperties" && unit.error.includes("does not match additional");
  if (unit.keyword === "false") return { path, reason: "Is not an argument of this task.", isMissing: false };
  if (isUnknown) return null;
  if (ECHOES.has(unit.keyword)) return null;
  if (unit.keyword === "required") {
    const name = /property "(.+?)"/.exec(unit.error)?.[1];
    return { path: name === undefined ? path : [...path, name], reason: "Is required.", isMissing: true };
  }
  return { path, reason: reasonOf(unit, schema), isMissing: false };
}

const A_TYPE: Readonly<Record<string, string>> = {
  integer: "a whole number",
  number: "a number",
  string: "text",
  boolean: "on or off",
  array: "a list",
  object: "a group of values",
  null: "empty",
};

const typeWords = (rule: unknown) => [rule].flat().map((type) => A_TYPE[String(type)] ?? String(type));

function reasonOf(unit: OutputUnit, root: JsonMap): string {
  const rule = ruleAt(unit.keywordLocation, root);
  switch (unit.keyword) {
    case "type":
      return `Must be ${typeWords(rule).join(" or ")}.`;
    case "enum":
      return Array.isArray(rule)
        ? `Must be one of: ${rule.map(String).join(", ")}.`
        : "Must be one of the list.";
    case "const":
      return `Must be ${JSON.stringify(rule)}.`;
    case "minimum":
      return `Must be ${String(rule)} or more.`;
    case "maximum":
      return `Must be ${String(rule)} or less.`;
    case "exclusiveMinimum":
      return `Must be more than ${String(rule)}.`;
    case "exclusiveMaximum":
      return `Must be less than ${String(rule)}.`;
    case "multipleOf":
      return `Must be a multiple of ${String(rule)}.`;
    case "minLength":
      return rule === 1 ? "Must not be empty." : `Must have at least ${String(rule)} characters.`;
    case "maxLength":
      return `Must have at most ${String(rule)} characters.`;
    case "pattern":
      return `Must match ${String(rule)}.`;
    case "format":
      return `Must be a valid ${String(rule)}.`;
    case "minItems":
      return `Needs at least ${String(rule)} entries.`;
    case "maxItems":
      return `Takes at most ${String(rule)} entries.`;
    case "uniqueItems":
      return "Every entry must be different.";
    default:
      return unit.error.endsWith(".") ? unit.error : `${unit.error}.`;
  }
}

/** The value of the failed keyword; undefined where a reference was followed on the way. */
function ruleAt(location: string, root: JsonMap): unknown {
  return pointerSteps(location).reduce<unknown>((at, step) => {
    const here =
      isMap(at) && typeof at["$ref"] === "string" && !(step in at) ? resolve(at["$ref"], root) : at;
    if (step === "$ref") return isMap(here) ? resolve(String(here["$ref"]), root) : undefined;
    return isMap(here) ? here[step] : Array.isArray(here) ? (here[Number(step)] as unknown) : undefined;
  }, root);
}

function resolve(reference: string, root: JsonMap): unknown {
  return pointerSteps(reference).reduce<unknown>((at, step) => (isMap(at) ? at[step] : undefined), root);
}

function pointerSteps(pointer: string): string[] {
  return pointer
    .replace(/^#/, "")
    .split("/")
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A cleared field is a key with undefined, which JSON does not know. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item === undefined ? null : item));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutUndefined(entry)]));
}

/**
 * The form library's view of `findProblems`. `schema` of a form is prepared for drawing, so the values are
 * judged against `original`; parts of it (the branches of a choice) against themselves.
 */
export function makeFormValidator(original: JsonMap, dialect: Dialect): ValidatorType<JsonMap> {
  return {
    validateFormData(formData) {
      const problems = findProblems(original, formData ?? {}, dialect);
      return { errors: problems.map(toFormError), errorSchema: errorTree(problems) };
    },
    isValid(schema, formData, rootSchema) {
      try {
        const { $defs, definitions } = rootSchema as JsonMap;
        const own: unknown = schema;
        if (typeof own === "boolean") return own;
        if (!isMap(own)) return false;
        const whole = { ...own, ...($defs ? { $defs } : {}), ...(definitions ? { definitions } : {}) };
        return findProblems(whole, formData, "7").length === 0;
      } catch {
        return false;
      }
    },
    rawValidation: (schema: RJSFSchema, formData) => {
      try {
        const found = findProblems(schema as JsonMap, formData, dialect).map(toFormError);
        return { errors: found as never[] };
      } catch (error) {
        return { validationError: error instanceof Error ? error : new Error(String(error)) };
      }
    },
  };
}

function toFormError({ path, reason, isMissing }: Problem): RJSFValidationError {
  return {
    name: isMissing ? "required" : "invalid",
    message: reason,
    property: path.map((step) => `.${step}`).join(""),
    stack: `${path.join(".")}: ${reason}`,
  };
}

/** Reasons as the form library wants them: a tree along the paths. */
export function errorTree(problems: readonly Pick<Problem, "path" | "reason">[]): ErrorSchema<JsonMap> {
  const root: JsonMap = {};
  for (const { path, reason } of problems) {
    let at = root;
    for (const step of path) {
      const next = isMap(at[step]) ? at[step] : {};
      at[step] = next;
      at = next;
    }
    at["__errors"] = [...(Array.isArray(at["__errors"]) ? (at["__errors"] as unknown[]) : []), reason];
  }
  return root as ErrorSchema<JsonMap>;
}
