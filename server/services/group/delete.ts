import { eq } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne } from "@/db/rows";
import { userGroups } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { GroupIdInput } from "@/server/contracts/group";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** Its members stay. */
export async function deleteGroup(
  ctx: ServiceContext,
  raw: z.input<typeof GroupIdInput>,
): Promise<{ group_id: number }> {
  requireSuperuser(ctx);
  const { group_id } = GroupIdInput.parse(raw);
  const deleted = await ctx.db
    .delete(userGroups)
    .where(eq(userGroups.id, group_id))
    .returning({ id: userGroups.id });
  if (!maybeOne(deleted)) throw new NotFoundError("Group", group_id);
  return { group_id };
}
