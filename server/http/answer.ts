import type { ServerResponse } from "node:http";
import { z } from "zod";
import { isAppError } from "@/server/contracts/errors";
import type { AnyAppError } from "@/server/contracts/errors";
import type { Logger } from "@/server/platform/logger";

/** A missing entry does not compile. */
const STATUS = {
  Unauthenticated: 401,
  NotFound: 404,
  Forbidden: 403,
  Precondition: 412,
  Conflict: 409,
  InvalidInput: 400,
  RateLimited: 429,
  RunnerSilent: 503,
} as const satisfies Record<AnyAppError["tag"], number>;

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(JSON.stringify(value));
}

/** `{"error": sentence}`: our own failures keep theirs; of anything else the client learns only that it happened. */
export function sendError(response: ServerResponse, err: unknown, log: Pick<Logger, "error">): void {
  // Half an answer cannot be taken back: the client sees that the connection broke.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (isAppError(err)) sendJson(response, STATUS[err.tag], { error: err.message });
  else if (err instanceof z.ZodError)
    sendJson(response, 400, { error: err.issues[0]?.message ?? "The request is not valid." });
  else {
    log.error({ err }, "request failed");
    sendJson(response, 500, { error: "Something went wrong on the server. It has been written to the log." });
  }
}
