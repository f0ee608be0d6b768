import { and, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { userIdentities, users } from "@/db/schema";

type Identity = {
  issuer: string;
  subject: string;
  /** Null: the provider names none. */
  email: string | null;
  isEmailVerified: boolean;
};

/** `unverified`: the provider does not vouch for the address, so it could be anybody's. */
export type IdentityRefusal = "unknown" | "unverified" | "inactive";

/**
 * The user who logs in with the institute's account. The first time the account is found by its e-mail address,
 * if the provider has verified it; from then on by issuer and subject, whatever the address becomes. Accounts
 * are made by administrators: none is created here.
 */
export async function findIdentityUser(
  db: Db,
  { issuer, subject, email, isEmailVerified }: Identity,
): Promise<{ ok: true; user_id: number; session_epoch: number } | { ok: false; refusal: IdentityRefusal }> {
  const columns = { user_id: users.id, session_epoch: users.session_epoch, is_active: users.is_active };
  const linked = maybeOne(
    await db
      .select(columns)
      .from(userIdentities)
      .innerJoin(users, eq(users.id, userIdentities.user_id))
      .where(and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject))),
  );
  if (linked) return admit(linked);
  if (email === null) return { ok: false, refusal: "unknown" };
  if (!isEmailVerified) return { ok: false, refusal: "unverified" };
  const user = maybeOne(
    await db
      .select(columns)
      .from(users)
      .where(sql`lower(${users.email}) = lower(${email})`),
  );
  if (!user) return { ok: false, refusal: "unknown" };
  if (user.is_active)
    // Two first log-ins at once write the same row.
    await db.insert(userIdentities).values({ user_id: user.user_id, issuer, subject }).onConflictDoNothing();
  return admit(user);
}

const admit = ({ is_active, ...session }: { user_id: number; session_epoch: number; is_active: boolean }) =>
  is_active ? ({ ok: true, ...session } as const) : ({ ok: false, refusal: "inactive" } as const);
