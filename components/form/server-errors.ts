import type { FieldPath, FieldValues, UseFormReturn } from "react-hook-form";
import { codeOf, fieldsOf } from "../trpc/query-client";

/**
 * Puts the reasons of the server at the fields that they are about.
 *
 * @param names fields of the form under the names that the server uses
 * @returns the sentence to show above the buttons; undefined when the fields say it all
 */
export function placeServerErrors<Values extends FieldValues>(
  err: unknown,
  form: Pick<UseFormReturn<Values>, "setError">,
  names: readonly FieldPath<Values>[],
): string | undefined {
  const reasons = fieldsOf(err);
  const placed = names.filter((name) => reasons[name] !== undefined);
  placed.forEach((name, index) => {
    form.setError(name, { type: "server", message: reasons[name] ?? "" }, { shouldFocus: index === 0 });
  });
  return placed.length > 0 && placed.length === Object.keys(reasons).length ? undefined : sentenceOf(err);
}

/** What to tell a person about a request that failed. */
export function sentenceOf(err: unknown): string {
  if (codeOf(err) === null) return "The server does not answer. Nothing was changed; try again.";
  return err instanceof Error ? err.message : "It did not work. Nothing was changed.";
}
