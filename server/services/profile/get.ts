import { and, asc, count, eq, inArray } from "drizzle-orm";
import { maybeOne, one } from "@/db/rows";
import { jobs, profiles, resources, users } from "@/db/schema";
import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";
import { NotFoundError } from "@/server/contracts/errors";
import { ProfileIdInput } from "@/server/contracts/profile";
import type { ProfileDocument, ProfileView } from "@/server/contracts/profile";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** @throws ForbiddenError, NotFoundError. */
export async function getProfile(ctx: ServiceContext, raw: { profile_id: number }): Promise<ProfileView> {
  requireSuperuser(ctx);
  const { profile_id } = ProfileIdInput.parse(raw);
  const found = await ctx.db
    .select({ profile: profiles, resource_name: resources.name })
    .from(profiles)
    .innerJoin(resources, eq(resources.id, profiles.resource_id))
    .where(eq(profiles.id, profile_id));
  const row = maybeOne(found);
  if (!row) throw new NotFoundError("Profile", profile_id);
  const [people, active] = await Promise.all([
    ctx.db
      .select({ email: users.email })
      .from(users)
      .where(eq(users.profile_id, profile_id))
      .orderBy(asc(users.email)),
    ctx.db
      .select({ n: count() })
      .from(jobs)
      .where(and(eq(jobs.profile_id, profile_id), inArray(jobs.state, [...ACTIVE_JOB_STATES]))),
  ]);
  const { profile, resource_name } = row;
  const { id, name, resource_id, resource_type, username, timestamp_created } = profile;
  const { version, timestamp_changed, changed_by } = profile;
  return {
    ...{ id, name, resource_id, resource_name, resource_type, username, timestamp_created },
    ...{ version, timestamp_changed, changed_by },
    document: profile.document as ProfileDocument,
    users: people.length,
    user_emails: people.map(({ email }) => email),
    active_jobs: one(active).n,
  };
}
