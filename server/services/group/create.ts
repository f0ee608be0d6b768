import type { z } from "zod";
import { one } from "@/db/rows";
import { userGroups } from "@/db/schema";
import { InvalidInputError } from "@/server/contracts/errors";
import { CreateGroupInput } from "@/server/contracts/group";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";

/** @throws InvalidInputError at `name` if there is such a group. */
export async function createGroup(
  ctx: ServiceContext,
  raw: z.input<typeof CreateGroupInput>,
): Promise<{ group_id: number }> {
  requireSuperuser(ctx);
  const { name } = CreateGroupInput.parse(raw);
  try {
    const group = one(await ctx.db.insert(userGroups).values({ name }).returning({ id: userGroups.id }));
    return { group_id: group.id };
  } catch (err) {
    if (!isUniqueViolation(err, "user_group_name_key")) throw err;
    const reason = `There is already a group called '${name}'.`;
    throw new InvalidInputError(reason, { name: reason });
  }
}
