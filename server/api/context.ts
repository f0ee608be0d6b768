/** Wiring: the one file of the API that knows where the database is. */
import { getDb } from "@/db/client";
import { webLog } from "@/server/api/log";
import { getRequester } from "@/server/auth/actor";
import { isCrossSite } from "@/server/auth/cross-site";
import { authOptions } from "@/server/auth/options";
import { isAppError } from "@/server/contracts/errors";
import type { AnyAppError } from "@/server/contracts/errors";
import type { TokenScope } from "@/server/contracts/token";
import { oidcOf, readEnv } from "@/server/platform/env";
import type { ServiceContext } from "@/server/services/context";
import { readHealth } from "@/server/services/resource/read-health";

export type ApiContext = {
  /** Or why nobody is signed in. */
  readonly service: ServiceContext | AnyAppError;
  /** Of the API token; null: a session, which may do all that the person may. */
  readonly scopes: readonly TokenScope[] | null;
  /** See `server/auth/cross-site.ts`. */
  readonly isCrossSite: boolean;
};

export async function createApiContext(headers: Headers): Promise<ApiContext> {
  const db = getDb();
  const isForeign = isCrossSite(headers);
  try {
    const { user, scopes } = await getRequester(db, headers);
    return { service: { db, actor: { kind: "user", user } }, scopes, isCrossSite: isForeign };
  } catch (err) {
    if (!isAppError(err)) throw err;
    return { service: err, scopes: null, isCrossSite: isForeign };
  }
}

/** For pages that work without a session too. */
export const isSignedIn = async (headers: Headers) => !isAppError((await createApiContext(headers)).service);

export const nextAuthOptions = () => authOptions(getDb, webLog(), oidcOf(readEnv()));

/** What the button for the institute's account says; null: there is none. */
export const instituteName = () => oidcOf(readEnv())?.name ?? null;

export const health = () => readHealth(getDb());
