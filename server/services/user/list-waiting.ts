import { and, asc, eq, isNull, not, or } from "drizzle-orm";
import { users } from "@/db/schema";
import type { WaitingUser } from "@/server/contracts/user";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** Active people who cannot work yet: not verified, or without a profile. Oldest first. */
export async function listWaitingUsers(ctx: ServiceContext): Promise<WaitingUser[]> {
  requireSuperuser(ctx);
  return ctx.db
    .select({
      id: users.id,
      email: users.email,
      is_verified: users.is_verified,
      profile_id: users.profile_id,
      timestamp_created: users.timestamp_created,
    })
    .from(users)
    .where(and(eq(users.is_active, true), or(not(users.is_verified), isNull(users.profile_id))))
    .orderBy(asc(users.id));
}
