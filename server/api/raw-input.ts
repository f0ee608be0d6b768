import { InvalidInputError } from "@/server/contracts/errors";
import { storableText } from "@/server/domain/jobs/storable";

/** Deeper than any argument of a task; a request can be nested as deep as it is long. */
const MAX_DEPTH = 64;

/**
 * JSON can say what neither PostgreSQL nor the object it becomes can hold.
 *
 * @throws InvalidInputError naming the place: a text with NUL or half a character, a key `__proto__`, or nesting
 *   without end.
 */
export function requireStorable(value: unknown, path: readonly string[] = []): void {
  const refuse = (reason: string) => {
    const place = path.join(".");
    throw new InvalidInputError(place ? `${place}: ${reason}` : reason, place ? { [place]: reason } : {});
  };
  if (typeof value === "string" && storableText(value) !== value)
    refuse("Must not contain NUL or half of a surrogate pair.");
  if (typeof value !== "object" || value === null) return;
  if (path.length > MAX_DEPTH) refuse(`Must not be nested deeper than ${MAX_DEPTH} levels.`);
  for (const [key, entry] of Object.entries(value)) {
    const at = [...path, key];
    if (key === "__proto__" || storableText(key) !== key)
      throw new InvalidInputError(`The key ${JSON.stringify(key)} cannot be used.`);
    requireStorable(entry, at);
  }
}
