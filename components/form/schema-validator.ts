/**
 * JSON Schema in the browser without generated code, which the page's security policy forbids. The server
 * judges the same document again with Ajv; the places and the words are the same.
 */
import { Validator, type OutputUnit } from "@cfworker/json-schema";
import type { ErrorSchema, ValidatorType } from "@rjsf/utils";
import { toProblems, type Finding, type Problem } from "@/server/domain/arguments/findings";
import { judgedSchema } from "@/server/domain/arguments/judged";
import { isQuick } from "@/server/domain/arguments/patterns";
import { isMap, type JsonMap } from "./json";

export type { Problem };

/**
 * What is wrong, one reason per place. Empty also for a schema that cannot judge (`judgedSchema` says why).
 *
 * @param value Arguments without those that the runner fills in.
 * @param version `args_schema_version` of the task.
 */
export function findProblems(schema: JsonMap, value: unknown, version: string | null): Problem[] {
  const judged = judgedSchema(schema, version);
  if (!judged.ok) return [];
  const clean = withoutUndefined(value);
  const plain = withQuickPatterns(judged.schema, longestText(clean));
  return toProblems(
    validatorOf(plain)
      .validate(clean)
      .errors.flatMap((unit) => toFinding(unit, plain)),
  );
}

const validators = new WeakMap<JsonMap, Validator>();

/** The library notes addresses on the schema that it is given, so it gets a copy. */
function validatorOf(plain: JsonMap): Validator {
  const known = validators.get(plain);
  if (known !== undefined) return known;
  const validator = new Validator(structuredClone(plain), "2020-12", false);
  validators.set(plain, validator);
  return validator;
}

const quick = new WeakMap<JsonMap, Map<number, JsonMap>>();

/** Nothing can interrupt a match in the browser: patterns that may take long are left to the server. */
function withQuickPatterns(schema: JsonMap, length: number): JsonMap {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, length)));
  const bySize = quick.get(schema) ?? new Map<number, JsonMap>();
  quick.set(schema, bySize);
  const known = bySize.get(size);
  if (known !== undefined) return known;
  const out = dropSlow(schema, size) as JsonMap;
  bySize.set(size, out);
  return out;
}

function dropSlow(node: unknown, length: number): unknown {
  if (Array.isArray(node)) return node.map((child) => dropSlow(child, length));
  if (!isMap(node)) return node;
  const entries = Object.entries(node).filter(
    ([key, value]) => !(key === "pattern" && typeof value === "string" && !isQuick(value, length)),
  );
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (key === "enum" || key === "const" || key === "default") return [key, value];
      const named = key === "patternProperties" && isMap(value) ? Object.entries(value) : null;
      if (named === null) return [key, dropSlow(value, length)];
      return [key, dropSlow(Object.fromEntries(named.filter(([name]) => isQuick(name, length))), length)];
    }),
  );
}

function longestText(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (Array.isArray(value)) return value.reduce<number>((most, item) => Math.max(most, longestText(item)), 0);
  if (!isMap(value)) return 0;
  return Object.entries(value).reduce(
    (most, [key, item]) => Math.max(most, key.length, longestText(item)),
    0,
  );
}

/** Keywords that only repeat what is said deeper. */
const CONTAINERS = new Set([
  ...["properties", "patternProperties", "items", "prefixItems", "allOf", "$ref", "if", "then", "else"],
  ...["dependentSchemas", "unevaluatedProperties", "unevaluatedItems"],
]);

function toFinding(unit: OutputUnit, schema: JsonMap): Finding[] {
  const path = steps(unit.instanceLocation);
  const { keyword } = unit;
  if (keyword === "false") return [{ path, keyword, rule: false }];
  // Said once more, with the name, by the "false" that it stands for.
  if (CONTAINERS.has(keyword) || keyword === "additionalProperties") return [];
  const rule = ruleAt(unit.keywordLocation, schema);
  // The library names the argument in its sentence only.
  const named = NAMED[keyword]?.exec(unit.error)?.[1];
  if (named === undefined) return [{ path, keyword, rule }];
  return [{ path: [...path, named], keyword: keyword === "propertyNames" ? keyword : "required", rule }];
}

const NAMED: Readonly<Record<string, RegExp>> = {
  required: /required property "([^]+)"\.$/,
  propertyNames: /^Property name "([^]+)" does not match/,
  dependentRequired: /does not have "([^]+)"\.$/,
};

/** The value of the failed keyword; undefined where it cannot be found. */
function ruleAt(location: string, root: JsonMap): unknown {
  return steps(location).reduce<unknown>((at, step) => {
    if (step === "$ref" && isMap(at)) return steps(String(at["$ref"])).reduce<unknown>(into, root);
    return into(at, step);
  }, root);
}

const into = (at: unknown, step: string): unknown =>
  isMap(at) ? at[step] : Array.isArray(at) ? (at[Number(step)] as unknown) : undefined;

function steps(pointer: string): string[] {
  return pointer
    .replace(/^#/, "")
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (step.includes("%") ? decoded(step) : step));
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** A cleared field is a key with undefined, which JSON does not know. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutUndefined(item === undefined ? null : item));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(entries.map(([key, entry]) => [key, withoutUndefined(entry)]));
}

/** The form library asks for a judge; reasons are handed to it from outside, so this one objects to nothing. */
export const SILENT: ValidatorType<JsonMap> = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: () => true,
  rawValidation: () => ({}),
};

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
