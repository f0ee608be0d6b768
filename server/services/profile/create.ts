import { eq } from "drizzle-orm";
import { maybeOne, one } from "@/db/rows";
import { profiles, resources } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { CreateProfileInput } from "@/server/contracts/profile";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { profileColumns } from "@/server/services/profile/columns";
import { withFreeName } from "@/server/services/resource/columns";

/**
 * The document is kept as it was sent.
 *
 * @throws ForbiddenError, NotFoundError (resource), InvalidInputError with the path and reason of every problem,
 *   if the types differ, or if the name is taken.
 */
export async function createProfile(
  ctx: ServiceContext,
  raw: CreateProfileInput,
): Promise<{ profile_id: number }> {
  requireSuperuser(ctx);
  const { resource_id, document } = CreateProfileInput.parse(raw);
  const found = await ctx.db
    .select({ type: resources.type, name: resources.name })
    .from(resources)
    .where(eq(resources.id, resource_id));
  const resource = maybeOne(found);
  if (!resource) throw new NotFoundError("Resource", resource_id);
  const columns = profileColumns(document, resource);
  return withFreeName("profile", columns.name, async () => {
    const rows = await ctx.db
      .insert(profiles)
      .values({ ...columns, resource_id })
      .returning({ id: profiles.id });
    return { profile_id: one(rows).id };
  });
}
