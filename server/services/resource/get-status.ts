import { availableParallelism } from "node:os";
import { sql } from "drizzle-orm";
import { one } from "@/db/rows";
import type { ResourceStatus } from "@/server/contracts/resource";
import { requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";

type Row = {
  id: number;
  name: string;
  type: ResourceStatus["type"];
  prevent_new_submissions: boolean;
  parallel: number | null;
  seen: number | null;
  units_running: number;
};

/** Null for a user without profile. */
export async function getResourceStatus(ctx: ServiceContext): Promise<ResourceStatus | null> {
  const user = requireUser(ctx);
  if (user.profile_id === null) return null;
  const query = sql`
    SELECT r.id, r.name, r.type, r.prevent_new_submissions,
      (r.document #>> '{jobs_runner_config,parallel_tasks_per_job}')::int AS parallel,
      (SELECT extract(epoch FROM clock_timestamp() - max(seen_at))::float8 FROM runner) AS seen,
      (SELECT coalesce(sum(h.num_running), 0)::int FROM job j JOIN history_run h ON h.job_id = j.id
        WHERE j.resource_id = r.id AND j.state IN ('running', 'stopping') AND h.state = 'running') AS units_running
    FROM profile p JOIN resource r ON r.id = p.resource_id WHERE p.id = ${user.profile_id}`;
  const row = one(await rowsOf<Row>(ctx.db, query));
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    prevent_new_submissions: row.prevent_new_submissions,
    runner_seen_seconds_ago: row.seen === null ? null : Math.max(0, Math.round(row.seen)),
    units_running: row.units_running,
    slots: row.type === "local" ? Math.min(row.parallel ?? Infinity, availableParallelism()) : null,
  };
}
