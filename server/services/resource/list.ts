import { asc } from "drizzle-orm";
import { resources } from "@/db/schema";
import type { ResourceRow } from "@/db/schema";
import type { ResourceDocument, ResourceSummary, ResourceUse } from "@/server/contracts/resource";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { resourceUses } from "@/server/services/resource/use";

/** By name. */
export async function listResources(ctx: ServiceContext): Promise<ResourceSummary[]> {
  requireSuperuser(ctx);
  const [rows, uses] = await Promise.all([
    ctx.db.select().from(resources).orderBy(asc(resources.name)),
    resourceUses(ctx.db),
  ]);
  return rows.map((row) => resourceSummary(row, uses.get(row.id)));
}

const UNUSED: ResourceUse = { profiles: 0, users: 0, projects: 0, task_groups: 0, jobs: 0, active_jobs: 0 };

export function resourceSummary(row: ResourceRow, use: ResourceUse = UNUSED): ResourceSummary {
  const { id, name, type, prevent_new_submissions, timestamp_created } = row;
  const { host = null } = row.document as ResourceDocument;
  return { id, name, type, host, prevent_new_submissions, use, timestamp_created };
}
