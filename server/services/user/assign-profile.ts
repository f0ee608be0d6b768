import { eq } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import { profiles, users } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { AssignProfileInput } from "@/server/contracts/user";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** Null takes the access to compute away; running jobs go on. */
export async function assignProfile(
  ctx: ServiceContext,
  raw: z.input<typeof AssignProfileInput>,
): Promise<{ user_id: number }> {
  requireSuperuser(ctx);
  const { user_id, profile_id } = AssignProfileInput.parse(raw);
  if (profile_id !== null) {
    const rows = await ctx.db.select({ id: profiles.id }).from(profiles).where(eq(profiles.id, profile_id));
    if (!maybeOne(rows)) throw new NotFoundError("Profile", profile_id);
  }
  const rows = await ctx.db
    .update(users)
    .set({ profile_id })
    .where(eq(users.id, user_id))
    .returning({ id: users.id });
  if (!maybeOne(rows)) throw new NotFoundError("User", user_id);
  return { user_id };
}
