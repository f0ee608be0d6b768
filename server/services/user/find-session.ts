import { eq, getTableColumns } from "drizzle-orm";
import type { Db } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { users } from "@/db/schema";
import type { ServiceContext, SessionUser } from "@/server/services/context";

const { hashed_password: _, ...columns } = getTableColumns(users);

/**
 * The person behind a session, or null when the session has ended: account gone or inactive, or the
 * epoch was raised since (password change, "sign out everywhere").
 */
export async function findSessionUser(
  db: Db,
  session: { user_id: number; session_epoch: number },
): Promise<SessionUser | null> {
  const user = maybeOne(await db.select(columns).from(users).where(eq(users.id, session.user_id)));
  return user?.is_active && user.session_epoch === session.session_epoch ? user : null;
}

/** For programs on the server that act for a person, such as quickstart. Null: no such active account. */
export async function findUserContext(db: Db, email: string): Promise<ServiceContext | null> {
  const user = maybeOne(await db.select(columns).from(users).where(eq(users.email, email.toLowerCase())));
  return user?.is_active ? { db, actor: { kind: "user", user } } : null;
}
