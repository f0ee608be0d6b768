import type { OAuthConfig } from "next-auth/providers/oauth";
import { z } from "zod";
import type { Db } from "@/db/client";
import type { Oidc } from "@/server/platform/env";
import { findIdentityUser } from "@/server/services/user/find-identity";

/** Claims of the provider's id token that we use. Some providers send the flag as text. */
const Claims = z.object({
  sub: z.string().min(1),
  email: z.string().nullish(),
  email_verified: z.union([z.boolean(), z.stringbool()]).catch(false),
});

/**
 * The institute's log-in (OpenID Connect, authorisation code with PKCE, state and nonce). The person it names
 * becomes one of our users, or a `refusal` that the `signIn` callback turns into a sentence.
 */
export function oidcProvider(oidc: Oidc, getDb: () => Db): OAuthConfig<Record<string, unknown>> {
  return {
    id: "oidc",
    name: oidc.name,
    type: "oauth",
    wellKnown: `${oidc.issuer}/.well-known/openid-configuration`,
    issuer: oidc.issuer,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    authorization: { params: { scope: "openid email" } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    async profile(raw) {
      const { sub, email, email_verified } = Claims.parse(raw);
      const found = await findIdentityUser(getDb(), {
        issuer: oidc.issuer,
        subject: sub,
        email: email ?? null,
        isEmailVerified: email_verified,
      });
      return found.ok
        ? { id: String(found.user_id), session_epoch: found.session_epoch }
        : // next-auth wants an id; `signIn` makes no session of this one.
          { id: sub, refusal: found.refusal };
    },
  };
}
