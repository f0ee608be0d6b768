/** What is wrong with a document, as people read it: one reason per place. */
import type { z } from "zod";
import { InvalidInputError } from "./errors";

export type Problem = { path: readonly (string | number)[]; reason: string };

const EXPECTED: Readonly<Record<string, string>> = {
  string: "Must be text.",
  number: "Must be a number.",
  int: "Must be a whole number.",
  boolean: "Must be true or false.",
  array: "Must be a list: [ … ].",
  object: "Must be an object: { … }.",
  record: "Must be an object: { … }.",
  null: "Does not belong here: leave it out, or null.",
};

/** Words for the issues that no schema names itself; handed to each `safeParse`. */
function wordsOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "invalid_type") return undefined;
  return issue.input === undefined ? "Is required." : EXPECTED[issue.expected];
}

/** An unknown key is a problem at that key, not at the object around it; a key that is not allowed says why. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
    if (issue.code === "invalid_key") return [{ path, reason: issue.issues[0]?.message ?? issue.message }];
    if (issue.code !== "unrecognized_keys") return [{ path, reason: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key], reason: "Is not a known key." }));
  });
}

/** Empty: the schema accepts the document. */
export function findProblems(schema: z.ZodType, document: unknown): Problem[] {
  const { error } = schema.safeParse(document, { error: wordsOf });
  return error ? problemsOf(error) : [];
}

/** Reason by dotted path, the first of each place. */
export function reasonsOf(problems: readonly Problem[]): Record<string, string> {
  const reasons: Record<string, string> = {};
  for (const { path, reason } of problems) reasons[path.join(".")] ??= reason;
  return reasons;
}

/**
 * @param what "resource": names the document in the sentence.
 * @returns What the schema made of it; what is stored is `document` itself.
 * @throws InvalidInputError with the path and the reason of every problem.
 */
export function requireDocument<S extends z.ZodType>(
  schema: S,
  document: unknown,
  what: string,
): z.output<S> {
  const { data, error } = schema.safeParse(document, { error: wordsOf });
  if (!error) return data;
  const problems = problemsOf(error);
  const sentences = problems.map(({ path, reason }) =>
    path.length === 0 ? reason : `${path.join(".")}: ${reason}`,
  );
  throw new InvalidInputError(`The ${what} is not valid. ${sentences.join(" ")}`, reasonsOf(problems));
}
