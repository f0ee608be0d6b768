import { eq, sql } from "drizzle-orm";
import { users } from "@/db/schema";
import { requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** Ends every session of the user, this one included. */
export async function signOutEverywhere(ctx: ServiceContext): Promise<{ user_id: number }> {
  const user = requireUser(ctx);
  await ctx.db
    .update(users)
    .set({ session_epoch: sql`${users.session_epoch} + 1` })
    .where(eq(users.id, user.id));
  return { user_id: user.id };
}
