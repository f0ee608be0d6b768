/** Whether what a package calls a schema is one. Asked once, when the package is collected. */
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ValidateFunction } from "ajv";
import type { ArgsSchema } from "@/server/contracts/task";
import { BrokenReference, requireSoundReferences } from "@/server/domain/arguments/judged";
import { SchemaTooHard } from "@/server/domain/arguments/normalise";

export type SchemaProblem = { path: string[]; reason: string };

/**
 * Packages rarely say for which draft they were written, and the drafts differ in keywords that are used
 * (`items` as a list): what one of the two in use accepts is accepted. A pattern may be one that only Python reads,
 * and a schema may be too hard to judge by: the task is the judge then, so neither is a problem here.
 *
 * @returns Null: it is valid. Else the first place that is wrong, and the reason.
 */
export function findSchemaProblem(schema: ArgsSchema): SchemaProblem | null {
  const { $schema: _, $id: __, ...own } = schema;
  try {
    const problems = metaSchemas().map((isSchema) => (isSchema(own) ? null : problemOf(isSchema)));
    if (!problems.includes(null)) return problems[0] ?? null;
    requireSoundReferences(own);
    return null;
  } catch (err) {
    if (err instanceof BrokenReference) return { path: [], reason: err.message.replace(/\.$/, "") };
    if (err instanceof SchemaTooHard || err instanceof RangeError) return null;
    throw err;
  }
}

let compiled: ValidateFunction[] | null = null;

/** A quarter of a second to compile, so only once. Without formats: `regex` would ask for patterns of JavaScript. */
function metaSchemas(): ValidateFunction[] {
  compiled ??= [
    [new Ajv2020(OPTIONS), "https://json-schema.org/draft/2020-12/schema"] as const,
    [new Ajv(OPTIONS), "http://json-schema.org/draft-07/schema"] as const,
  ].map(([ajv, name]) => {
    const validate = ajv.getSchema(name);
    if (validate === undefined) throw new Error(`The library does not know ${name}.`);
    return validate as ValidateFunction;
  });
  return compiled;
}

const OPTIONS = { strict: false, logger: false, validateFormats: false } as const;

function problemOf({ errors }: ValidateFunction): SchemaProblem {
  const [error] = errors ?? [];
  return {
    path: (error?.instancePath ?? "")
      .split("/")
      .slice(1)
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~")),
    reason: error?.message ?? "it does not fit the meta-schema",
  };
}
