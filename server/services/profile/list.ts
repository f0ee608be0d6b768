import { asc, eq, sql } from "drizzle-orm";
import { profiles, resources, users } from "@/db/schema";
import { ListProfilesInput } from "@/server/contracts/profile";
import type { ProfileSummary } from "@/server/contracts/profile";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** By resource, then by name. */
export async function listProfiles(
  ctx: ServiceContext,
  raw: ListProfilesInput = {},
): Promise<ProfileSummary[]> {
  requireSuperuser(ctx);
  const { resource_id } = ListProfilesInput.parse(raw);
  return ctx.db
    .select({
      id: profiles.id,
      name: profiles.name,
      resource_id: profiles.resource_id,
      resource_name: resources.name,
      resource_type: profiles.resource_type,
      username: profiles.username,
      users: sql<number>`(SELECT count(*)::int FROM ${users} WHERE ${users.profile_id} = ${profiles.id})`,
      timestamp_created: profiles.timestamp_created,
    })
    .from(profiles)
    .innerJoin(resources, eq(resources.id, profiles.resource_id))
    .where(resource_id === undefined ? undefined : eq(profiles.resource_id, resource_id))
    .orderBy(asc(resources.name), asc(profiles.name));
}
