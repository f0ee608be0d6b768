import { asc, eq } from "drizzle-orm";
import { userGroupMembers, userGroups, users } from "@/db/schema";
import type { GroupView } from "@/server/contracts/group";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** By name. */
export async function listGroups(ctx: ServiceContext): Promise<GroupView[]> {
  requireSuperuser(ctx);
  const groups = await ctx.db.select().from(userGroups).orderBy(asc(userGroups.name));
  const members = await ctx.db
    .select({ group_id: userGroupMembers.group_id, id: users.id, email: users.email })
    .from(userGroupMembers)
    .innerJoin(users, eq(users.id, userGroupMembers.user_id))
    .orderBy(asc(users.email));
  return groups.map((group) => ({
    ...group,
    members: members.filter(({ group_id }) => group_id === group.id).map(({ id, email }) => ({ id, email })),
  }));
}
