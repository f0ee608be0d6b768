import { TRPCError } from "@trpc/server";
import { expect, test } from "vitest";
import { z } from "zod";
import { fieldsOf, toTRPCError } from "@/server/api/errors";
import * as errors from "@/server/contracts/errors";

test.each([
  [new errors.UnauthenticatedError(), "UNAUTHORIZED"],
  [new errors.NotFoundError("Job", 1), "NOT_FOUND"],
  [new errors.ForbiddenError("no"), "FORBIDDEN"],
  [new errors.PreconditionError("not now"), "PRECONDITION_FAILED"],
  [new errors.ConflictError("changed"), "CONFLICT"],
  [new errors.InvalidInputError("wrong", { a: "b" }), "BAD_REQUEST"],
  [new errors.RateLimitedError(3), "TOO_MANY_REQUESTS"],
  [new errors.RunnerSilentError("silent"), "SERVICE_UNAVAILABLE"],
] as const)("%o keeps its sentence", (err, code) => {
  const wrapped = new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause: err });
  for (const mapped of [toTRPCError(err), toTRPCError(wrapped)])
    expect(mapped).toMatchObject({ code, message: err.message });
});

test("the text of a bug never reaches a client", () => {
  const mapped = toTRPCError(new Error("SELECT secret FROM user_account"));
  expect(mapped.code).toBe("INTERNAL_SERVER_ERROR");
  expect(mapped.message).not.toContain("secret");
  expect(mapped.cause?.message).toContain("secret");
});

test("fields come from our errors and from contracts alike", () => {
  expect(fieldsOf(new errors.InvalidInputError("x", { "a.b": "reason" }))).toEqual({ "a.b": "reason" });
  const parsed = z.object({ a: z.object({ b: z.array(z.string()) }) }).safeParse({ a: { b: ["x", 1] } });
  expect(Object.keys(fieldsOf(parsed.error))).toEqual(["a.b.1"]);
  expect(fieldsOf(new Error("x"))).toEqual({});
});
