import { eq, sql } from "drizzle-orm";
import { maybeOne, one } from "@/db/rows";
import { resources } from "@/db/schema";
import { NotFoundError, PreconditionError } from "@/server/contracts/errors";
import { ResourceIdInput } from "@/server/contracts/resource";
import { inUse } from "@/server/domain/resources/in-use";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";

type Users = { profiles: string[]; projects: string[]; packages: string[]; jobs: number };

/**
 * Files on disk stay.
 *
 * @throws ForbiddenError, NotFoundError, PreconditionError naming the profiles, projects, task packages and
 *   jobs that need it.
 */
export async function deleteResource(
  ctx: ServiceContext,
  raw: { resource_id: number },
): Promise<{ resource_id: number }> {
  requireSuperuser(ctx);
  const { resource_id } = ResourceIdInput.parse(raw);
  await ctx.db.transaction(async (tx) => {
    // Nothing can begin to refer to the row while it is locked like this.
    const row = maybeOne(
      await tx.select().from(resources).where(eq(resources.id, resource_id)).for("update"),
    );
    if (!row) throw new NotFoundError("Resource", resource_id);
    const query = sql`
      SELECT ARRAY(SELECT name FROM profile WHERE resource_id = ${resource_id} ORDER BY name) AS profiles,
        ARRAY(SELECT name FROM project WHERE resource_id = ${resource_id} ORDER BY name) AS projects,
        ARRAY(SELECT pkg_name || ' ' || version FROM task_group WHERE resource_id = ${resource_id}
          ORDER BY pkg_name, version) AS packages,
        (SELECT count(*)::int FROM job WHERE resource_id = ${resource_id}) AS jobs`;
    const users = one(await rowsOf<Users>(tx, query));
    const reason = inUse([
      { noun: "profile", names: users.profiles },
      { noun: "project", names: users.projects },
      { noun: "task package", names: users.packages },
      { noun: "job", count: users.jobs },
    ]);
    if (reason !== null)
      throw new PreconditionError(`The resource '${row.name}' cannot be deleted: it is used by ${reason}.`);
    await tx.delete(resources).where(eq(resources.id, resource_id));
  });
  return { resource_id };
}
