import { asc, count, eq } from "drizzle-orm";
import { maybeOne, one } from "@/db/rows";
import { jobs, profiles, users } from "@/db/schema";
import { NotFoundError, PreconditionError } from "@/server/contracts/errors";
import { ProfileIdInput } from "@/server/contracts/profile";
import { inUse } from "@/server/domain/resources/in-use";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** @throws ForbiddenError, NotFoundError, PreconditionError naming the people who have it and counting its jobs. */
export async function deleteProfile(
  ctx: ServiceContext,
  raw: { profile_id: number },
): Promise<{ profile_id: number }> {
  requireSuperuser(ctx);
  const { profile_id } = ProfileIdInput.parse(raw);
  await ctx.db.transaction(async (tx) => {
    // Nothing can begin to refer to the row while it is locked like this.
    const row = maybeOne(await tx.select().from(profiles).where(eq(profiles.id, profile_id)).for("update"));
    if (!row) throw new NotFoundError("Profile", profile_id);
    const people = await tx
      .select({ email: users.email })
      .from(users)
      .where(eq(users.profile_id, profile_id))
      .orderBy(asc(users.email));
    const done = one(await tx.select({ n: count() }).from(jobs).where(eq(jobs.profile_id, profile_id)));
    const reason = inUse([
      { noun: "account", names: people.map(({ email }) => email) },
      { noun: "job", count: done.n },
    ]);
    if (reason !== null)
      throw new PreconditionError(`The profile '${row.name}' cannot be deleted: it is used by ${reason}.`);
    await tx.delete(profiles).where(eq(profiles.id, profile_id));
  });
  return { profile_id };
}
