import { LeaseLostError } from "../store/lease";
import type { EngineContext } from "./context";

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

/** Must the driver leave the job as it is, because another driver, or this one later, goes on? */
export function isTransient(err: unknown, ctx: EngineContext): boolean {
  return ctx.lease.signal.aborted || err instanceof LeaseLostError || isDatabaseAway(err);
}

export function isDatabaseAway(err: unknown): boolean {
  for (let cause = err; cause instanceof Error; cause = cause.cause) {
    const code = (cause as { code?: unknown }).code;
    if (typeof code === "string" && (AWAY_CODES.has(code) || AWAY_STATES.test(code))) return true;
  }
  return false;
}
