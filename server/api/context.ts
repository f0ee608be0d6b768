/** Wiring: the one file of the API that knows where the database is. */
import { getDb } from "@/db/client";
import { webLog } from "@/server/api/log";
import { getActor } from "@/server/auth/actor";
import { isCrossSite } from "@/server/auth/cross-site";
import { authOptions } from "@/server/auth/options";
import type { ServiceContext } from "@/server/services/context";
import { readHealth } from "@/server/services/resource/read-health";

export type ApiContext = {
  /** Null: nobody is signed in. */
  readonly service: ServiceContext | null;
  /** See `server/auth/cross-site.ts`. */
  readonly isCrossSite: boolean;
};

export async function createApiContext(headers: Headers): Promise<ApiContext> {
  const db = getDb();
  const user = await getActor(db, headers);
  return { service: user && { db, actor: { kind: "user", user } }, isCrossSite: isCrossSite(headers) };
}

export const nextAuthOptions = () => authOptions(getDb, webLog());

export const health = () => readHealth(getDb());
