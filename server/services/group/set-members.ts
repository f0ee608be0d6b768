import { and, eq, notInArray } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import { userGroupMembers, userGroups, users } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { SetGroupMembersInput } from "@/server/contracts/group";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** @throws NotFoundError for a group or a user that is gone. */
export async function setGroupMembers(
  ctx: ServiceContext,
  raw: z.input<typeof SetGroupMembersInput>,
): Promise<{ group_id: number }> {
  requireSuperuser(ctx);
  const { group_id, user_ids } = SetGroupMembersInput.parse(raw);
  await ctx.db.transaction(async (tx) => {
    // Locked, so that two changes of a membership follow one another.
    const group = await tx.select().from(userGroups).where(eq(userGroups.id, group_id)).for("update");
    if (!maybeOne(group)) throw new NotFoundError("Group", group_id);
    for (const id of user_ids) {
      const user = await tx.select({ id: users.id }).from(users).where(eq(users.id, id)).for("key share");
      if (!maybeOne(user)) throw new NotFoundError("User", id);
    }
    const others = notInArray(userGroupMembers.user_id, user_ids);
    await tx
      .delete(userGroupMembers)
      .where(and(eq(userGroupMembers.group_id, group_id), user_ids.length > 0 ? others : undefined));
    if (user_ids.length > 0)
      await tx
        .insert(userGroupMembers)
        .values(user_ids.map((user_id) => ({ group_id, user_id })))
        .onConflictDoNothing();
  });
  return { group_id };
}
