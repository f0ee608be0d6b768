/** A failed statement as drizzle reports it: its message and its properties hold every value of the statement. */
function isFailedQuery(err: Error): err is Error & { query: string } {
  return "params" in err && "query" in err && typeof err.query === "string";
}

/**
 * The stack of an error, with its causes in one line each. The values of a failed statement are left out: they may
 * be secrets, and megabytes.
 */
export function errorText(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  const stack = err.stack ?? err.message;
  const own = isFailedQuery(err) ? stack.replace(err.message, () => `Failed query: ${err.query}`) : stack;
  return err.cause instanceof Error ? `${own}\nCaused by: ${err.cause.message}` : own;
}

/** One sentence for people who may not see statements. */
export function errorSentence(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  return isFailedQuery(err)
    ? "The database refused a statement; the log of the server says which."
    : err.message;
}
