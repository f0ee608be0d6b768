/** Wiring: the one file of the API that knows where the database is. */
import { getDb } from "@/db/client";
import { webLog } from "@/server/api/log";
import { getActor } from "@/server/auth/actor";
import { authOptions } from "@/server/auth/options";
import type { ServiceContext } from "@/server/services/context";
import { readHealth } from "@/server/services/resource/read-health";

export type ApiContext = {
  /** Null: nobody is signed in. */
  readonly service: ServiceContext | null;
  /** True for a request that another site's page sent from the browser of somebody who is signed in here. */
  readonly isCrossSite: boolean;
};

export async function createApiContext(headers: Headers): Promise<ApiContext> {
  const db = getDb();
  const user = await getActor(db, headers);
  return { service: user && { db, actor: { kind: "user", user } }, isCrossSite: isCrossSite(headers) };
}

/**
 * Browsers name the page's origin with every change they send; programs send none, and cannot be tricked
 * into using somebody's cookie.
 */
export function isCrossSite(headers: Headers): boolean {
  const origin = headers.get("origin");
  if (origin === null) {
    const site = headers.get("sec-fetch-site");
    return site !== null && site !== "same-origin" && site !== "none";
  }
  if (!URL.canParse(origin)) return true;
  const publicUrl = process.env["NEXTAUTH_URL"];
  const ours = [headers.get("host"), publicUrl && URL.canParse(publicUrl) ? new URL(publicUrl).host : null];
  return !ours.includes(new URL(origin).host);
}

export const nextAuthOptions = () => authOptions(getDb, webLog());

export const health = () => readHealth(getDb());
