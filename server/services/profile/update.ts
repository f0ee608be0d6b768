import { eq, sql } from "drizzle-orm";
import { maybeOne, one } from "@/db/rows";
import { profiles, resources } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import { UpdateProfileInput } from "@/server/contracts/profile";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { profileColumns } from "@/server/services/profile/columns";
import { emailOf, staleVersion, withFreeName } from "@/server/services/resource/columns";

/**
 * Replaces the document; the resource stays.
 *
 * @throws ForbiddenError, NotFoundError, ConflictError if somebody else saved meanwhile, InvalidInputError with
 *   the path and reason of every problem, if the types differ, or if the name is taken.
 */
export async function updateProfile(
  ctx: ServiceContext,
  raw: UpdateProfileInput,
): Promise<{ profile_id: number; version: number }> {
  requireSuperuser(ctx);
  const { profile_id, version, document } = UpdateProfileInput.parse(raw);
  const isProfile = eq(profiles.id, profile_id);
  return withFreeName("profile", document.name, () =>
    ctx.db.transaction(async (tx) => {
      const row = maybeOne(await tx.select().from(profiles).where(isProfile).for("no key update"));
      if (!row) throw new NotFoundError("Profile", profile_id);
      const resource = one(await tx.select().from(resources).where(eq(resources.id, row.resource_id)));
      const columns = profileColumns(document, resource);
      if (row.version !== version) throw staleVersion(row.name, row.changed_by);
      const changes = {
        version: version + 1,
        timestamp_changed: sql`clock_timestamp()`,
        changed_by: emailOf(ctx),
      };
      await tx
        .update(profiles)
        .set({ ...columns, ...changes })
        .where(isProfile);
      return { profile_id, version: version + 1 };
    }),
  );
}
