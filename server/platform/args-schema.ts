/** Task arguments against the JSON Schema of the task. Schemas come from packages and are not trusted. */
import { createHash } from "node:crypto";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { ArgsSchema } from "@/server/contracts/task";
import { toProblems, type Finding } from "@/server/domain/arguments/findings";
import { judgedSchema } from "@/server/domain/arguments/judged";
import { isMap } from "@/server/domain/arguments/json";
import { bounded, TookTooLong } from "@/server/platform/bounded";

/** `draft`: what is given must be right, nothing has to be there. `complete`: ready to run. */
export type Strictness = "draft" | "complete";

type Json = Readonly<Record<string, unknown>>;

/** The longest published schema takes 60 ms to compile and 3 ms to judge by; everybody waits meanwhile. */
const COMPILE_MS = 1_500;
const JUDGE_MS = 250;
/** A schema that took too long may have met a busy machine; it is tried again after this. */
const RETRY_MS = 60_000;

/**
 * @param args    What the user gave, without the arguments that the runner fills in.
 * @param version `args_schema_version` of the task.
 * @returns Dotted path → reason (`"channels.0.name"` → "Must be text."), as the form in the browser says it;
 *   empty: nothing wrong. A schema that is itself broken, or takes too long, refuses nothing: the task is the
 *   judge then.
 */
export function findArgumentProblems(
  schema: ArgsSchema | null,
  args: Json,
  strictness: Strictness,
  version: string | null = null,
): Readonly<Record<string, string>> {
  if (!schema) return {};
  try {
    const validate = compiledOf({ ...schema }, strictness, version);
    if (!validate || bounded(JUDGE_MS, () => validate(args))) return {};
    const problems = toProblems((validate.errors ?? []).map(toFinding));
    return Object.fromEntries(problems.map(({ path, reason }) => [path.join("."), reason]));
  } catch (err) {
    // Values nested deeper than the stack is, or a pattern that was made to take for ever.
    if (err instanceof TookTooLong || err instanceof RangeError) return {};
    throw err;
  }
}

/** Rows of the database bring the same schema as a new object each time, so it is known by its text. */
const known = new Map<string, { validate: ValidateFunction | null; until: number }>();
const MOST_KNOWN = 300;

function compiledOf(schema: Json, strictness: Strictness, version: string | null): ValidateFunction | null {
  const text = JSON.stringify(schema);
  const key = `${strictness} ${version} ${createHash("sha256").update(text).digest("base64")}`;
  const found = known.get(key);
  if (found !== undefined && Date.now() < found.until) return found.validate;
  const compiled = compile({ ...schema }, strictness, version);
  const [oldest] = known.keys();
  if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  known.set(key, compiled);
  return compiled.validate;
}

function compile(schema: Record<string, unknown>, strictness: Strictness, version: string | null) {
  const judged = judgedSchema(schema, version);
  if (!judged.ok) return { validate: null, until: Infinity };
  const asked = strictness === "draft" ? (relax(judged.schema) as Json) : judged.schema;
  try {
    const validate = bounded(COMPILE_MS, () => {
      // One instance per schema. References stay calls: written out in place, a small schema becomes a huge program.
      const ajv = new Ajv2020({
        ...{ strict: false, allErrors: true, logger: false, validateSchema: false },
        ...{ verbose: true, inlineRefs: false, multipleOfPrecision: 9, ownProperties: true },
      });
      addFormats(ajv);
      return ajv.compile(asked);
    });
    return { validate, until: Infinity };
  } catch (err) {
    return { validate: null, until: err instanceof TookTooLong ? Date.now() + RETRY_MS : Infinity };
  }
}

/** Keywords that ask for more than is there, and so must not refuse a draft. */
const DEMANDS = new Set(["required", "minItems", "minProperties", "dependentRequired"]);

/** Keywords whose value is a map from names to schemas: there, `required` is a name. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);

/** Keywords whose value is data, not a schema. */
const VALUES = new Set(["default", "const", "enum", "examples"]);

/** Keywords that hold where another schema does not, or only if it does: as they are, or they would turn round. */
const CONDITIONS = new Set(["if", "not"]);

/** The same schema without its demands. `oneOf` becomes `anyOf`, since branches may only differ in them. */
function relax(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(relax);
  if (!isMap(schema)) return schema;
  const entries = Object.entries(schema).filter(([key]) => !DEMANDS.has(key));
  return Object.fromEntries(
    entries.map(([key, value]): [string, unknown] => {
      if (VALUES.has(key) || CONDITIONS.has(key)) return [key, value];
      if (MAPS.has(key) && isMap(value))
        return [key, Object.fromEntries(Object.entries(value).map(([name, child]) => [name, relax(child)]))];
      return [key === "oneOf" ? "anyOf" : key, relax(value)];
    }),
  );
}

function toFinding(error: ErrorObject): Finding {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { keyword, schema: rule } = error;
  const params = error.params as {
    missingProperty?: string;
    additionalProperty?: string;
    unevaluatedProperty?: string;
  };
  const name = error.propertyName ?? (error.params as { propertyName?: string }).propertyName;
  if (name !== undefined) return { path: [...path, name], keyword: "propertyNames", rule };
  const unknown = params.additionalProperty ?? params.unevaluatedProperty;
  if (unknown !== undefined) return { path: [...path, unknown], keyword: "false", rule: false };
  if (params.missingProperty !== undefined)
    return { path: [...path, params.missingProperty], keyword: "required", rule };
  return { path, keyword: keyword === "false schema" ? "false" : keyword, rule };
}
