import { eq } from "drizzle-orm";
import type { Db } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { users } from "@/db/schema";
import { Credentials } from "@/server/contracts/user";
import { isPassword } from "@/server/platform/password";

/**
 * Null for a wrong password, an unknown e-mail, an account without password and an inactive one alike;
 * each costs the same time.
 */
export async function verifyCredentials(
  db: Db,
  raw: unknown,
): Promise<{ user_id: number; session_epoch: number } | null> {
  const parsed = Credentials.safeParse(raw);
  if (!parsed.success) return null;
  const { email, password } = parsed.data;
  const user = maybeOne(await db.select().from(users).where(eq(users.email, email)));
  const isRight = await isPassword(password, user?.hashed_password ?? null);
  return user?.is_active && isRight ? { user_id: user.id, session_epoch: user.session_epoch } : null;
}
