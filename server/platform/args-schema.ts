/** Task arguments against the JSON Schema of the task. Schemas come from packages and are not trusted to be valid. */
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { ArgsSchema } from "@/server/contracts/task";
import { MANAGED_ARGUMENTS } from "@/server/contracts/workflow";

/** `draft`: what is given must be right, nothing has to be there. `complete`: ready to run. */
export type Strictness = "draft" | "complete";

type Json = Readonly<Record<string, unknown>>;

/** Compiled once per schema object and strictness; a schema that Ajv cannot compile is null. */
const compiled: Record<Strictness, WeakMap<ArgsSchema, ValidateFunction | null>> = {
  draft: new WeakMap(),
  complete: new WeakMap(),
};

/**
 * @param args   What the user gave, without the arguments that the runner fills in.
 * @returns Dotted path → reason (`"channels.0.name"` → "must be a string"); empty: nothing wrong.
 *   A schema that is itself broken refuses nothing: the task is the judge then.
 */
export function findArgumentProblems(
  schema: ArgsSchema | null,
  args: Json,
  strictness: Strictness,
): Readonly<Record<string, string>> {
  if (!schema) return {};
  const validate = compile(schema, strictness);
  if (!validate || validate(args)) return {};
  return describe(validate.errors ?? []);
}

/**
 * Whether a schema is one. Packages rarely say for which draft they were written, and the drafts differ in
 * keywords that are used (`items` as a list): what one of the two in use accepts is accepted.
 *
 * @returns Null: it is valid. Else the first place that is wrong, and the reason.
 */
export function findSchemaProblem(schema: ArgsSchema): { path: string[]; reason: string } | null {
  const { $schema: _, $id: __, ...own } = schema;
  const problems = DRAFTS.map(([Draft, $schema]) => {
    const ajv = new Draft({ strict: false, logger: false, validateSchema: false });
    addFormats(ajv);
    if (ajv.validateSchema({ ...own, $schema }) === true) return unresolved(ajv, own);
    const [error] = ajv.errors ?? [];
    return {
      path: (error?.instancePath ?? "")
        .split("/")
        .slice(1)
        .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~")),
      reason: error?.message ?? "it does not fit the meta-schema",
    };
  });
  return problems.includes(null) ? null : (problems[0] ?? null);
}

const DRAFTS = [
  [Ajv2020, "https://json-schema.org/draft/2020-12/schema"],
  [Ajv, "http://json-schema.org/draft-07/schema"],
] as const;

/** A reference to a definition that is not there, a pattern that is no regular expression. */
function unresolved(ajv: Ajv | Ajv2020, schema: ArgsSchema): { path: string[]; reason: string } | null {
  try {
    ajv.compile(schema);
    return null;
  } catch (err) {
    return { path: [], reason: (err as Error).message };
  }
}

function compile(schema: ArgsSchema, strictness: Strictness): ValidateFunction | null {
  const known = compiled[strictness].get(schema);
  if (known !== undefined) return known;
  const open = withoutManaged(schema);
  let validate: ValidateFunction | null;
  try {
    // One instance per schema: two packages may use the same $id for different schemas.
    const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, validateSchema: false });
    addFormats(ajv);
    validate = ajv.compile(strictness === "draft" ? (relax(open) as Json) : open);
  } catch {
    validate = null;
  }
  compiled[strictness].set(schema, validate);
  return validate;
}

function withoutManaged(schema: ArgsSchema): Json {
  const isManaged = (name: unknown) => MANAGED_ARGUMENTS.some((managed) => managed === name);
  const properties = Object.entries((schema["properties"] ?? {}) as Json).filter(
    ([name]) => !isManaged(name),
  );
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  // Packages declare older drafts; what pydantic writes means the same in 2020-12.
  const { $schema: _, ...rest } = schema;
  return {
    ...rest,
    properties: Object.fromEntries(properties),
    required: required.filter((name) => !isManaged(name)),
  };
}

/** Keywords that ask for more than is there, and so must not refuse a draft. */
const DEMANDS = new Set(["required", "minItems", "minProperties", "dependentRequired"]);

/** Keywords whose value is a map from names to schemas: there, `required` is a name. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);

/** Keywords whose value is data, not a schema. */
const VALUES = new Set(["default", "const", "enum", "examples"]);

/** The same schema without its demands. `oneOf` becomes `anyOf`, since branches may only differ in them. */
function relax(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(relax);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema as Json).filter(([key]) => !DEMANDS.has(key));
  return Object.fromEntries(
    entries.map(([key, value]): [string, unknown] => {
      if (VALUES.has(key)) return [key, value];
      if (MAPS.has(key) && typeof value === "object" && value !== null) return [key, mapValues(value, relax)];
      return [key === "oneOf" ? "anyOf" : key, relax(value)];
    }),
  );
}

const mapValues = (map: object, change: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(map as Json).map(([key, value]) => [key, change(value)]));

const A_TYPE: Readonly<Record<string, string>> = {
  integer: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "empty",
};

/** One reason per path; where a union failed, the deepest path that failed says more than the union itself. */
function describe(errors: readonly ErrorObject[]): Record<string, string> {
  const byPath = new Map<string, ErrorObject[]>();
  for (const error of errors) {
    const path = pathOf(error);
    byPath.set(path, [...(byPath.get(path) ?? []), error]);
  }
  const paths = [...byPath.keys()];
  const out: Record<string, string> = {};
  for (const [path, found] of byPath) {
    const hasDeeper = paths.some((other) => other !== path && (path === "" || other.startsWith(`${path}.`)));
    const isUnion = found.every((error) =>
      ["anyOf", "oneOf", "type", "const", "enum"].includes(error.keyword),
    );
    if (hasDeeper && isUnion) continue;
    out[path] = reasonOf(found);
  }
  return out;
}

function pathOf(error: ErrorObject): string {
  const steps = error.instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const params = error.params as { missingProperty?: string; additionalProperty?: string };
  const last = params.missingProperty ?? params.additionalProperty;
  return (last === undefined ? steps : [...steps, last]).join(".");
}

function reasonOf(errors: readonly ErrorObject[]): string {
  const error = errors.find((one) => one.keyword !== "anyOf" && one.keyword !== "oneOf") ?? errors[0];
  if (!error) return "Is not valid.";
  if (error.keyword === "required") return "Is required.";
  if (error.keyword === "additionalProperties") return "Is not an argument of this task.";
  if (error.keyword === "type") {
    const types = errors
      .filter((one) => one.keyword === "type")
      .flatMap((one) => one.params["type"] as string);
    return `Must be ${[...new Set(types.flat())].map((type) => A_TYPE[type] ?? type).join(" or ")}.`;
  }
  if (error.keyword === "enum")
    return `Must be one of: ${(error.params["allowedValues"] as unknown[]).map((value) => JSON.stringify(value)).join(", ")}.`;
  const message = error.message ?? "is not valid";
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
