import { asc, eq, inArray } from "drizzle-orm";
import type { Queryable } from "@/db/client";
import { userGroupMembers, userGroups } from "@/db/schema";

/** Groups of these people by user id, each list by name. People without a group are missing. */
export async function groupsOf(
  db: Queryable,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, { id: number; name: string }[]>> {
  const rows = await db
    .select({ user_id: userGroupMembers.user_id, id: userGroups.id, name: userGroups.name })
    .from(userGroupMembers)
    .innerJoin(userGroups, eq(userGroups.id, userGroupMembers.group_id))
    .where(inArray(userGroupMembers.user_id, [...userIds]))
    .orderBy(asc(userGroups.name));
  const groups = new Map<number, { id: number; name: string }[]>();
  for (const { user_id, ...group } of rows) groups.set(user_id, [...(groups.get(user_id) ?? []), group]);
  return groups;
}
