import type { Db } from "@/db/client";
import { readSession } from "@/server/auth/session-cookie";
import type { SessionUser } from "@/server/services/context";
import { findSessionUser } from "@/server/services/user/find-session";

/**
 * The person behind a request, or null. The account is read every time: one that is inactive or gone, and a
 * session of an older epoch, count as signed out.
 */
export async function getActor(db: Db, headers: Headers): Promise<SessionUser | null> {
  const session = await readSession(headers);
  return session && findSessionUser(db, session);
}
