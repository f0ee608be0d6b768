import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { isAppError } from "@/server/contracts/errors";
import type { AnyAppError } from "@/server/contracts/errors";
import { problemsOf, reasonsOf } from "@/server/contracts/problems";

/** A missing entry does not compile. */
const CODES = {
  Unauthenticated: "UNAUTHORIZED",
  NotFound: "NOT_FOUND",
  Forbidden: "FORBIDDEN",
  Precondition: "PRECONDITION_FAILED",
  Conflict: "CONFLICT",
  InvalidInput: "BAD_REQUEST",
  RateLimited: "TOO_MANY_REQUESTS",
  RunnerSilent: "SERVICE_UNAVAILABLE",
} as const satisfies Record<AnyAppError["tag"], TRPCError["code"]>;

const HIDDEN = "Something went wrong on the server. It has been written to the log.";

/** Our own failures keep their sentence; of anything else the client learns only that it happened. */
export function toTRPCError(err: unknown): TRPCError {
  const cause = err instanceof TRPCError ? (err.cause ?? err) : err;
  if (isAppError(cause)) return new TRPCError({ code: CODES[cause.tag], message: cause.message, cause });
  if (cause instanceof z.ZodError)
    return new TRPCError({ code: "BAD_REQUEST", message: sentenceOf(cause), cause });
  if (err instanceof TRPCError && err.code !== "INTERNAL_SERVER_ERROR") return err;
  return new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: HIDDEN, cause });
}

/** Dotted path → reason, for forms; empty where no field is at fault. */
export function fieldsOf(err: unknown): Readonly<Record<string, string>> {
  if (isAppError(err, "InvalidInput")) return err.fields;
  if (!(err instanceof z.ZodError)) return {};
  return reasonsOf(problemsOf(err));
}

function sentenceOf(err: z.ZodError): string {
  const problem = problemsOf(err)[0];
  if (!problem) return "The request is not valid.";
  return problem.path.length > 0 ? `${problem.path.join(".")}: ${problem.reason}` : problem.reason;
}
