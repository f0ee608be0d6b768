/** Schemas that are hard to draw or to judge, each with what has to be true of it. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const Values = z.record(z.string(), z.unknown());

const HardSchema = z.strictObject({
  /** What is hard about it. */
  what: z.string(),
  /** `args_schema_version`. */
  version: z.string(),
  /** True: there is a form. Else words of the sentence that says why not. */
  drawn: z.union([z.literal(true), z.string()]),
  schema: Values,
  /** Arguments that a task could run with, and that a form must leave as they are. */
  valid: z.array(Values),
  /** Arguments that are refused: at which path (dotted), in which words. */
  invalid: z.array(z.strictObject({ value: Values, at: z.string(), reason: z.string() })),
  /**
   * One field (label, and which of several) is typed into, or something is chosen in it; everything else stays. The
   * field of what is not drawn is the JSON. Left out where nothing can be edited.
   */
  edit: z
    .union([
      z.strictObject({ from: Values, label: z.string(), type: z.string(), stored: Values }),
      z.strictObject({ from: Values, label: z.string(), choose: z.string(), stored: Values }),
    ])
    .optional(),
});
export type HardSchema = z.infer<typeof HardSchema> & { name: string };

const folder = path.join(import.meta.dirname, "hard-schemas");

export const hardSchemas: HardSchema[] = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .sort()
  .map((file) => ({
    name: file.replace(/\.json$/, ""),
    ...HardSchema.parse(JSON.parse(readFileSync(path.join(folder, file), "utf8"))),
  }));
