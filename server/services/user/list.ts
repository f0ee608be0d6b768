import { asc, eq, getTableColumns, sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { apiTokens, profiles, resources, userIdentities, users } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { UserIdInput } from "@/server/contracts/user";
import type { UserView } from "@/server/contracts/user";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { groupsOf } from "@/server/services/group/of-users";

/** All accounts by e-mail, those that are switched off too. */
export async function listUsers(ctx: ServiceContext): Promise<UserView[]> {
  requireSuperuser(ctx);
  return find(ctx, undefined);
}

export async function getUser(ctx: ServiceContext, raw: { user_id: number }): Promise<UserView> {
  requireSuperuser(ctx);
  const { user_id } = UserIdInput.parse(raw);
  const user = maybeOne(await find(ctx, eq(users.id, user_id)));
  if (!user) throw new NotFoundError("User", user_id);
  return user;
}

async function find(ctx: ServiceContext, condition: SQL | undefined): Promise<UserView[]> {
  const { id, email, is_active, is_superuser, is_verified, is_guest } = getTableColumns(users);
  const rows = await ctx.db
    .select({
      id,
      email,
      is_active,
      is_superuser,
      is_verified,
      is_guest,
      project_dirs: users.project_dirs,
      slurm_accounts: users.slurm_accounts,
      timestamp_created: users.timestamp_created,
      profile: sql<UserView["profile"]>`CASE WHEN ${profiles.id} IS NULL THEN NULL ELSE jsonb_build_object(
        'id', ${profiles.id}, 'name', ${profiles.name}, 'resource_name', ${resources.name}) END`,
      has_password: sql<boolean>`${users.hashed_password} IS NOT NULL`,
      has_institute_account: sql<boolean>`EXISTS (SELECT 1 FROM ${userIdentities} WHERE ${userIdentities.user_id} = ${users.id})`,
      tokens: sql<number>`(SELECT count(*)::int FROM ${apiTokens} WHERE ${apiTokens.user_id} = ${users.id} AND ${apiTokens.expires_at} > now())`,
    })
    .from(users)
    .leftJoin(profiles, eq(profiles.id, users.profile_id))
    .leftJoin(resources, eq(resources.id, profiles.resource_id))
    .where(condition)
    .orderBy(asc(users.email));
  const groups = await groupsOf(
    ctx.db,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...row, groups: groups.get(row.id) ?? [] }));
}
