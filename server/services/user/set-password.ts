import { eq, sql } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { users } from "@/db/schema";
import { InvalidInputError, NotFoundError } from "@/server/contracts/errors";
import { SetPasswordInput } from "@/server/contracts/user";
import { hashPassword, isPassword } from "@/server/platform/password";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/**
 * Ends every session of the account.
 *
 * @throws ForbiddenError for somebody else's account, unless the actor is an administrator;
 *   InvalidInputError at `current_password` when people who change their own do not know it.
 */
export async function setPassword(ctx: ServiceContext, raw: SetPasswordInput): Promise<{ user_id: number }> {
  const input = SetPasswordInput.parse(raw);
  const isOwn = ctx.actor.kind === "user" && ctx.actor.user.id === input.user_id;
  if (!isOwn) requireSuperuser(ctx);
  const user = maybeOne(await ctx.db.select().from(users).where(eq(users.id, input.user_id)));
  if (!user) throw new NotFoundError("User", input.user_id);
  if (isOwn && !(await isPassword(input.current_password ?? "", user.hashed_password)))
    throw new InvalidInputError("The current password is not right.", {
      current_password: "This is not your current password.",
    });
  await ctx.db
    .update(users)
    .set({
      hashed_password: await hashPassword(input.password),
      session_epoch: sql`${users.session_epoch} + 1`,
    })
    .where(eq(users.id, user.id));
  return { user_id: user.id };
}
