import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { Queryable } from "@/db/client";
import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";
import type { ResourceUse } from "@/server/contracts/resource";
import { rowsOf } from "@/server/services/database";

const ACTIVE = sql.raw(ACTIVE_JOB_STATES.map((state) => `'${state}'`).join(", "));

/** Who and what uses each resource. @param where A condition on `resource r`. */
export async function resourceUses(db: Queryable, where: SQL = sql`true`): Promise<Map<number, ResourceUse>> {
  const query = sql`
    SELECT r.id::int,
      (SELECT count(*)::int FROM profile p WHERE p.resource_id = r.id) AS profiles,
      (SELECT count(*)::int FROM user_account u JOIN profile p ON p.id = u.profile_id
        WHERE p.resource_id = r.id AND u.is_active) AS users,
      (SELECT count(*)::int FROM project x WHERE x.resource_id = r.id) AS projects,
      (SELECT count(*)::int FROM task_group g WHERE g.resource_id = r.id) AS task_groups,
      (SELECT count(*)::int FROM job j WHERE j.resource_id = r.id) AS jobs,
      (SELECT count(*)::int FROM job j WHERE j.resource_id = r.id AND j.state IN (${ACTIVE})) AS active_jobs
    FROM resource r WHERE ${where}`;
  const rows = await rowsOf<ResourceUse & { id: number }>(db, query);
  return new Map(rows.map(({ id, ...use }) => [id, use]));
}
