import { asc, eq, sql } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { profiles, resources } from "@/db/schema";
import { NotFoundError } from "@/server/contracts/errors";
import type { ResourceDocument, ResourceView } from "@/server/contracts/resource";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { resourceSummary } from "@/server/services/resource/list";
import { readHealth } from "@/server/services/resource/read-health";
import { resourceUses } from "@/server/services/resource/use";

/** @throws ForbiddenError, NotFoundError. */
export async function getResource(
  ctx: ServiceContext,
  { resource_id }: { resource_id: number },
): Promise<ResourceView> {
  requireSuperuser(ctx);
  const row = maybeOne(await ctx.db.select().from(resources).where(eq(resources.id, resource_id)));
  if (!row) throw new NotFoundError("Resource", resource_id);
  const [uses, health, profileRows] = await Promise.all([
    resourceUses(ctx.db, sql`r.id = ${resource_id}`),
    readHealth(ctx.db),
    ctx.db
      .select({ id: profiles.id, name: profiles.name })
      .from(profiles)
      .where(eq(profiles.resource_id, resource_id))
      .orderBy(asc(profiles.name)),
  ]);
  return {
    ...resourceSummary(row, health, uses.get(row.id)),
    // Accepted by the contract of its time; the page judges it again.
    document: row.document as ResourceDocument,
    version: row.version,
    timestamp_changed: row.timestamp_changed,
    changed_by: row.changed_by,
    profiles: profileRows,
  };
}
