import { asc } from "drizzle-orm";
import { resources } from "@/db/schema";
import type { ResourceRow } from "@/db/schema";
import type { ResourceDocument, ResourceSummary, ResourceUse } from "@/server/contracts/resource";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { readHealth } from "@/server/services/resource/read-health";
import type { Health } from "@/server/services/resource/read-health";
import { resourceUses } from "@/server/services/resource/use";

/** By name. */
export async function listResources(ctx: ServiceContext): Promise<ResourceSummary[]> {
  requireSuperuser(ctx);
  const [rows, uses, health] = await Promise.all([
    ctx.db.select().from(resources).orderBy(asc(resources.name)),
    resourceUses(ctx.db),
    readHealth(ctx.db),
  ]);
  return rows.map((row) => resourceSummary(row, health, uses.get(row.id)));
}

const UNUSED: ResourceUse = { profiles: 0, users: 0, projects: 0, task_groups: 0, jobs: 0, active_jobs: 0 };

export function resourceSummary(
  row: ResourceRow,
  health: Health,
  use: ResourceUse = UNUSED,
): ResourceSummary {
  const { id, name, type, prevent_new_submissions, timestamp_created } = row;
  const { host = null } = row.document as ResourceDocument;
  const { runner_seen_seconds_ago } = health;
  return { id, name, type, host, prevent_new_submissions, runner_seen_seconds_ago, use, timestamp_created };
}
