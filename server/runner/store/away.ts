/**
 * SQLSTATE classes that say nothing against the statement: connection (08), rolled back by a deadlock or a
 * conflict (40), out of resources (53), cancelled by an administrator or shutting down (57), system error (58).
 */
const AWAY_STATES = /^(08|40|53|57|58)/;
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

/** May the same work succeed later? Then it is left for another driver, or for this one after a pause. */
export function isDatabaseAway(err: unknown): boolean {
  for (let cause = err; cause instanceof Error; cause = cause.cause) {
    const code = (cause as { code?: unknown }).code;
    if (typeof code === "string" && (AWAY_CODES.has(code) || AWAY_STATES.test(code))) return true;
  }
  return false;
}
