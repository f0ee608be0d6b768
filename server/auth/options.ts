import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import type { Db } from "@/db/client";
import type { Logger } from "@/server/platform/logger";
import { isAppError } from "@/server/contracts/errors";
import { addressOf } from "@/server/auth/address";
import type { Oidc } from "@/server/platform/env";
import { oidcProvider } from "@/server/auth/oidc";
import { countLogin, forgiveLogins } from "@/server/auth/login-limit";
import { SESSION_SECONDS, SessionClaims, authSecret, usesSecureCookies } from "@/server/auth/session-cookie";
import { verifyCredentials } from "@/server/services/user/verify-credentials";

/**
 * Log-in by e-mail and password, and by the institute's account if `oidc` is given; the answer's `error` is "CredentialsSignin" for a wrong pair, else a
 * sentence to show. Sessions last 8 hours in an `httpOnly`, `sameSite=lax` cookie.
 */
export function authOptions(getDb: () => Db, log: Pick<Logger, "error">, oidc: Oidc | null): NextAuthOptions {
  return {
    secret: authSecret(),
    useSecureCookies: usesSecureCookies(),
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    pages: { signIn: "/login", error: "/login" },
    providers: [
      CredentialsProvider({
        name: "E-mail and password",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        async authorize(credentials, req) {
          const email = credentials?.email ?? "";
          const address = addressOf(req.headers?.["x-forwarded-for"]);
          await countLogin(email, address);
          const session = await verifyCredentials(getDb(), credentials);
          if (!session) return null;
          await forgiveLogins(email, address);
          return { id: String(session.user_id), session_epoch: session.session_epoch };
        },
      }),
      ...(oidc === null ? [] : [oidcProvider(oidc, getDb)]),
    ],
    callbacks: {
      // Who has no account here gets a sentence on the log-in page instead of a session.
      signIn: ({ user }) => ("refusal" in user ? `/login?error=oidc-${String(user.refusal)}` : true),
      // Called with `user` once, at log-in; later with the claims alone. Name and e-mail stay out of the cookie.
      jwt({ token, user }) {
        const fresh = user as { id: string; session_epoch: number } | undefined;
        const claims = fresh
          ? { user_id: Number(fresh.id), session_epoch: fresh.session_epoch }
          : { user_id: token["user_id"], session_epoch: token["session_epoch"] };
        return SessionClaims.parse(claims);
      },
      // What next-auth's own session endpoint shows: that there is one. Pages ask `user.me`.
      session: ({ session }) => ({ expires: session.expires }),
    },
    logger: {
      error(code, metadata) {
        const cause = metadata instanceof Error ? metadata : metadata.error;
        if (!isAppError(cause)) log.error({ err: cause, code }, "log-in failed");
      },
    },
  };
}
