/** SQLSTATE classes and socket errors that mean "the database is away", not "the statement is wrong". */
const AWAY_STATES = /^(08|57P|53)/;
const AWAY_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
]);

/** Did the database go away? Then what was being done is left for another driver, or for this one later. */
export function isDatabaseAway(err: unknown): boolean {
  for (let cause = err; cause instanceof Error; cause = cause.cause) {
    const code = (cause as { code?: unknown }).code;
    if (typeof code === "string" && (AWAY_CODES.has(code) || AWAY_STATES.test(code))) return true;
  }
  return false;
}
