import { initTRPC } from "@trpc/server";
import type { ApiContext } from "@/server/api/context";
import { fieldsOf, toTRPCError } from "@/server/api/errors";
import { webLog } from "@/server/api/log";
import { requireStorable } from "@/server/api/raw-input";
import { ForbiddenError, isAppError } from "@/server/contracts/errors";
import type { TokenScope } from "@/server/contracts/token";

/** What a token needs for a procedure: a scope, or "session" where no token will do. */
export type ProcedureMeta = { readonly scope?: TokenScope | "session" };

const t = initTRPC
  .context<ApiContext>()
  .meta<ProcedureMeta>()
  .create({
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
  if (isAppError(ctx.service)) throw ctx.service;
  return next({ ctx: { ...ctx, service: ctx.service } });
});

/** Queries read and mutations write, unless `.meta({ scope })` says otherwise. */
export const scopeOf = (type: "query" | "mutation" | "subscription", meta: ProcedureMeta | undefined) =>
  meta?.scope ?? (type === "mutation" ? "write" : "read");

const withScope = t.middleware(({ ctx, next, type, meta }) => {
  if (ctx.scopes === null) return next();
  const needed = scopeOf(type, meta);
  if (needed === "session") throw new ForbiddenError("API tokens may not do this. Log in with a browser.");
  if (!ctx.scopes.includes(needed))
    throw new ForbiddenError(
      `This API token has no scope '${needed}' (it has ${ctx.scopes.join(", ")}). Make one that has, in your profile.`,
    );
  return next();
});

/** After the session: nobody's input is read before. */
const withStorableInput = t.middleware(async ({ next, getRawInput }) => {
  requireStorable(await getRawInput());
  return next();
});

/** Answers people who are signed in; what they may do is decided by the verb. */
export const protectedProcedure = publicProcedure.use(withSession).use(withScope).use(withStorableInput);

/** As above, for the powers of administrators; the verb checks that the person is one. */
export const adminProcedure = protectedProcedure.meta({ scope: "admin" });

/** As above, but only for people in a browser: a token that leaked must not be able to do this. */
export const sessionProcedure = protectedProcedure.meta({ scope: "session" });
