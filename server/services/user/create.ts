import { one } from "@/db/rows";
import { users } from "@/db/schema";
import { ConflictError } from "@/server/contracts/errors";
import { CreateUserInput } from "@/server/contracts/user";
import { hashPassword } from "@/server/platform/password";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";
import { requireProfile, superuserIsGuest } from "@/server/services/user/rules";

/** @throws ForbiddenError, ConflictError if the e-mail has an account. */
export async function createUser(ctx: ServiceContext, raw: CreateUserInput): Promise<{ user_id: number }> {
  requireSuperuser(ctx);
  const { password, ...input } = CreateUserInput.parse(raw);
  const hashed_password = password === undefined ? null : await hashPassword(password);
  if (input.is_superuser && input.is_guest) throw superuserIsGuest();
  await requireProfile(ctx.db, input.profile_id ?? null);
  try {
    const values = { ...input, profile_id: input.profile_id ?? null, hashed_password };
    const user = one(await ctx.db.insert(users).values(values).returning({ id: users.id }));
    return { user_id: user.id };
  } catch (err) {
    if (isUniqueViolation(err, "user_account_email_key"))
      throw new ConflictError(`There is already an account for ${input.email}.`);
    throw err;
  }
}
