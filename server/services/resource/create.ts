import { one } from "@/db/rows";
import { resources } from "@/db/schema";
import type { ResourceDocument } from "@/server/contracts/resource";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { resourceColumns, withFreeName } from "@/server/services/resource/columns";

/**
 * The document is kept as it was sent; columns hold what queries need.
 *
 * @throws ForbiddenError, InvalidInputError with the path and reason of every problem, or if the name is taken.
 */
export async function createResource(
  ctx: ServiceContext,
  document: ResourceDocument,
): Promise<{ resource_id: number }> {
  requireSuperuser(ctx);
  const columns = resourceColumns(document);
  return withFreeName("resource", columns.name, async () => {
    const rows = await ctx.db.insert(resources).values(columns).returning({ id: resources.id });
    return { resource_id: one(rows).id };
  });
}
