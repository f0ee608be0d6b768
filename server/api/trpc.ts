import { initTRPC } from "@trpc/server";
import type { ApiContext } from "@/server/api/context";
import { fieldsOf, toTRPCError } from "@/server/api/errors";
import { webLog } from "@/server/api/log";
import { requireStorable } from "@/server/api/raw-input";
import { ForbiddenError, UnauthenticatedError } from "@/server/contracts/errors";

const t = initTRPC.context<ApiContext>().create({
  errorFormatter: ({ shape, error }) => {
    // Without `stack`, which tRPC adds while developing: it would be the only text we do not choose.
    const { code, httpStatus, path } = shape.data;
    return { ...shape, data: { code, httpStatus, path, fields: fieldsOf(error.cause) } };
  },
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** The one place where failures become answers. */
const withErrors = t.middleware(async ({ next, path }) => {
  const result = await next();
  if (result.ok) return result;
  const error = toTRPCError(result.error);
  if (error.code === "INTERNAL_SERVER_ERROR") webLog().error({ err: error.cause, path }, "request failed");
  throw error;
});

/** A signed-in browser must not be used by other sites to change something. */
const withSameOrigin = t.middleware(({ ctx, next, type }) => {
  if (type === "mutation" && ctx.isCrossSite)
    throw new ForbiddenError("This request came from another site and was refused.");
  return next();
});

/** Answers anybody. Every use is listed in `server/conventions.test.ts`. */
export const publicProcedure = t.procedure.use(withErrors).use(withSameOrigin);

const withSession = t.middleware(({ ctx, next }) => {
  if (!ctx.service) throw new UnauthenticatedError();
  return next({ ctx: { ...ctx, service: ctx.service } });
});

/** After the session: nobody's input is read before. */
const withStorableInput = t.middleware(async ({ next, getRawInput }) => {
  requireStorable(await getRawInput());
  return next();
});

/** Answers people who are signed in; what they may do is decided by the verb. */
export const protectedProcedure = publicProcedure.use(withSession).use(withStorableInput);
