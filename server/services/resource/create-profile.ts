import { eq } from "drizzle-orm";
import type { z } from "zod";
import { maybeOne, one } from "@/db/rows";
import { profiles, resources } from "@/db/schema";
import { ConflictError, InvalidInputError, NotFoundError } from "@/server/contracts/errors";
import { ProfileCreateInput } from "@/server/contracts/resource";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";

/** @throws ForbiddenError, NotFoundError (resource), InvalidInputError if the types differ, ConflictError if the name is taken. */
export async function createProfile(
  ctx: ServiceContext,
  raw: z.input<typeof ProfileCreateInput>,
): Promise<{ profile_id: number }> {
  requireSuperuser(ctx);
  const { resource_id, profile } = ProfileCreateInput.parse(raw);
  const resource = maybeOne(await ctx.db.select().from(resources).where(eq(resources.id, resource_id)));
  if (!resource) throw new NotFoundError("Resource", resource_id);
  if (resource.type !== profile.resource_type)
    throw new InvalidInputError("The profile does not fit the resource.", {
      resource_type: `Must be ${resource.type}, the type of the resource '${resource.name}'.`,
    });
  try {
    const rows = await ctx.db
      .insert(profiles)
      .values({
        resource_id,
        resource_type: profile.resource_type,
        name: profile.name,
        // Exactly `local` runs as the server itself; no other type is accepted yet.
        username: null,
        document: raw.profile,
      })
      .returning({ id: profiles.id });
    return { profile_id: one(rows).id };
  } catch (err) {
    if (isUniqueViolation(err, "profile_name_unique"))
      throw new ConflictError(`There is already a profile called '${profile.name}'.`);
    throw err;
  }
}
