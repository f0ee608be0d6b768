import { eq, inArray, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { apiTokens, userGroupMembers, userGroups, users } from "@/db/schema";
import { ConflictError, NotFoundError } from "@/server/contracts/errors";
import { UpdateUserInput } from "@/server/contracts/user";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";
import {
  refusal,
  requireAnotherSuperuser,
  requireFoldersOfDatasets,
  requireProfile,
  superuserIsGuest,
} from "@/server/services/user/rules";

/**
 * Changes what is given and nothing else. Administrators cannot switch themselves off, take their own power
 * away or lock themselves out of the pages, and the last one stays, whoever asks.
 *
 * @throws ForbiddenError, NotFoundError, ConflictError for a taken e-mail, InvalidInputError at its field.
 */
export async function updateUser(ctx: ServiceContext, raw: UpdateUserInput): Promise<{ user_id: number }> {
  requireSuperuser(ctx);
  const { user_id, group_ids, ...changes } = UpdateUserInput.parse(raw);
  const isOwn = ctx.actor.kind === "user" && ctx.actor.user.id === user_id;
  if (isOwn && changes.is_active === false)
    throw refusal("is_active", "You cannot switch off your own account. Another administrator can.");
  if (isOwn && changes.is_superuser === false)
    throw refusal("is_superuser", "You cannot take this right from yourself. Another administrator can.");
  if (isOwn && changes.is_verified === false)
    throw refusal("is_verified", "You would lock yourself out. Another administrator can do this.");
  try {
    await ctx.db.transaction(async (tx) => {
      if (changes.is_active === false) await requireAnotherSuperuser(tx, user_id, "is_active");
      if (changes.is_superuser === false) await requireAnotherSuperuser(tx, user_id, "is_superuser");
      const user = maybeOne(await tx.select().from(users).where(eq(users.id, user_id)).for("update"));
      if (!user) throw new NotFoundError("User", user_id);
      const next = { ...user, ...changes };
      if (next.is_superuser && next.is_guest) throw superuserIsGuest();
      if (changes.profile_id !== undefined) await requireProfile(tx, changes.profile_id);
      if (changes.project_dirs !== undefined) await requireFoldersOfDatasets(tx, user, changes.project_dirs);
      // Administrators vouch for addresses, their own too.
      const isUnproven = !isOwn && changes.email !== undefined && changes.email !== user.email;
      await tx
        .update(users)
        .set({
          ...changes,
          is_verified: changes.is_verified ?? (isUnproven ? false : user.is_verified),
          ...(changes.is_active === false ? { session_epoch: sql`${users.session_epoch} + 1` } : {}),
        })
        .where(eq(users.id, user_id));
      // As sessions: an account that is switched on again begins without them.
      if (changes.is_active === false) await tx.delete(apiTokens).where(eq(apiTokens.user_id, user_id));
      if (group_ids !== undefined) await setGroups(tx, user_id, group_ids);
    });
  } catch (err) {
    if (isUniqueViolation(err, "user_account_email_key"))
      throw new ConflictError(`There is already an account for ${changes.email}.`);
    throw err;
  }
  return { user_id };
}

async function setGroups(tx: Tx, userId: number, wanted: readonly number[]): Promise<void> {
  const ids = [...new Set(wanted)];
  const known = await tx.select({ id: userGroups.id }).from(userGroups).where(inArray(userGroups.id, ids));
  const missing = ids.find((id) => !known.some((group) => group.id === id));
  if (missing !== undefined) throw refusal("group_ids", `There is no group ${missing}.`);
  const kept = await tx
    .select({ id: userGroupMembers.group_id })
    .from(userGroupMembers)
    .where(eq(userGroupMembers.user_id, userId));
  const left = kept.filter(({ id }) => !ids.includes(id)).map(({ id }) => id);
  if (left.length > 0)
    await tx
      .delete(userGroupMembers)
      .where(sql`${userGroupMembers.user_id} = ${userId} AND ${inArray(userGroupMembers.group_id, left)}`);
  const joined = ids.filter((id) => !kept.some((group) => group.id === id));
  if (joined.length > 0)
    await tx.insert(userGroupMembers).values(joined.map((group_id) => ({ group_id, user_id: userId })));
}
