import type { Db } from "@/db/client";
import { addressOf } from "@/server/auth/address";
import { readSession } from "@/server/auth/session-cookie";
import { countWrongToken, requireTokenAttempts } from "@/server/auth/token-limit";
import { UnauthenticatedError, isAppError } from "@/server/contracts/errors";
import type { TokenScope } from "@/server/contracts/token";
import { bearerToken } from "@/server/platform/token";
import type { SessionUser } from "@/server/services/context";
import { findTokenUser } from "@/server/services/token/find-user";
import { findSessionUser } from "@/server/services/user/find-session";

/** The person behind a request. `scopes` is null for a session, which may do all that the person may. */
export type Requester = { readonly user: SessionUser; readonly scopes: readonly TokenScope[] | null };

/**
 * By the token in `Authorization`, else by the session cookie. The account is read every time: one that is
 * inactive or gone, and a session of an older epoch, count as signed out.
 *
 * @throws UnauthenticatedError | RateLimitedError that say what to do.
 */
export async function getRequester(db: Db, headers: Headers): Promise<Requester> {
  const token = bearerToken(headers);
  if (token !== null) return byToken(db, token, addressOf(headers.get("x-forwarded-for")));
  const session = await readSession(headers);
  const user = session && (await findSessionUser(db, session));
  if (!user) throw new UnauthenticatedError();
  return { user, scopes: null };
}

async function byToken(db: Db, token: string, address: string): Promise<Requester> {
  await requireTokenAttempts(address);
  try {
    if (token === "")
      throw new UnauthenticatedError(
        "The Authorization header holds no API token of this server. It must be: Bearer fractal_…",
      );
    return await findTokenUser(db, token);
  } catch (err) {
    if (isAppError(err, "Unauthenticated")) await countWrongToken(address);
    throw err;
  }
}
