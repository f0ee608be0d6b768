import { eq } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { profiles, resources } from "@/db/schema";
import type { CurrentUser } from "@/server/contracts/user";
import { requireUser } from "@/server/services/access";
import { groupsOf } from "@/server/services/group/of-users";
import type { ServiceContext } from "@/server/services/context";

/** Works for accounts that are not verified yet: the page tells them so. */
export async function getCurrentUser(ctx: ServiceContext): Promise<CurrentUser> {
  const user = requireUser(ctx);
  const rows = await ctx.db
    .select({
      id: profiles.id,
      name: profiles.name,
      resource_id: resources.id,
      resource_name: resources.name,
      resource_type: resources.type,
    })
    .from(profiles)
    .innerJoin(resources, eq(resources.id, profiles.resource_id))
    .where(eq(profiles.id, user.profile_id ?? 0));
  const { id, email, is_superuser, is_verified, is_guest, project_dirs, slurm_accounts } = user;
  return {
    id,
    email,
    is_superuser,
    is_verified,
    is_guest,
    project_dirs,
    slurm_accounts,
    groups: (await groupsOf(ctx.db, [id])).get(id) ?? [],
    profile: maybeOne(rows),
  };
}
