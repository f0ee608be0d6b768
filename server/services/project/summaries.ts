import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { Permissions } from "@/server/contracts/enums";
import type { ActivityDay, LastJob, ProjectSummary } from "@/server/contracts/project";
import type { Scope, SessionUser } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { imageTotals } from "@/server/services/image/counts";
import { toInstant } from "@/server/services/instant";
import { lastJob } from "@/server/services/job/last-job";

const FORTNIGHT = 14;

type Row = {
  id: number;
  name: string;
  description: string | null;
  permissions: Permissions;
  is_owner: boolean;
  datasets: { id: number; images_version: number }[];
  workflows: number;
  last_job: LastJob;
  /** Days ago → what happened. */
  days: Record<string, ActivityDay> | null;
  timestamp_changed: string;
};

/**
 * The user's projects, newest change first: one query, and one for the image counts that are not known yet.
 *
 * @param only Condition on `p`, the project.
 */
export async function projectSummaries(
  scope: Scope,
  user: SessionUser,
  only: SQL = sql`true`,
): Promise<ProjectSummary[]> {
  const query = sql`
    SELECT p.id, p.name, p.description, m.permissions, m.is_owner,
      d.datasets, w.workflows, a.days, ${lastJob(sql`j.project_id = p.id`)} AS last_job,
      greatest(p.timestamp_created, d.newest, w.newest, a.newest) AS timestamp_changed
    FROM project_member m JOIN project p ON p.id = m.project_id
    CROSS JOIN LATERAL (
      SELECT max(ds.timestamp_created) AS newest, coalesce(
        jsonb_agg(jsonb_build_object('id', ds.id, 'images_version', ds.images_version)), '[]') AS datasets
      FROM dataset ds WHERE ds.project_id = p.id AND ds.deleted_at IS NULL) d
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS workflows, max(wf.timestamp_created) AS newest
      FROM workflow wf WHERE wf.project_id = p.id) w
    CROSS JOIN LATERAL (
      SELECT jsonb_object_agg(ago, kind) AS days, max(newest) AS newest FROM (
        SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date - (j.start_timestamp AT TIME ZONE 'UTC')::date AS ago,
          CASE WHEN bool_or(j.state IN ('queued', 'running', 'stopping')) THEN 'running'
            WHEN bool_or(j.state IN ('failed', 'stopped')) THEN 'failed' ELSE 'done' END AS kind,
          max(coalesce(j.end_timestamp, j.start_timestamp)) AS newest
        FROM job j WHERE j.project_id = p.id GROUP BY 1) per_day) a
    WHERE m.user_id = ${user.id} AND m.is_verified AND ${only}
    ORDER BY timestamp_changed DESC, p.id DESC`;
  const rows = await rowsOf<Row>(scope.db, query);
  const totals = await imageTotals(
    scope,
    rows.flatMap((row) => row.datasets),
  );
  return rows.map((row) => ({
    ...row,
    datasets: row.datasets.length,
    images: row.datasets.reduce((sum, dataset) => sum + (totals.get(dataset.id) ?? 0), 0),
    days: Array.from({ length: FORTNIGHT }, (_, n) => row.days?.[FORTNIGHT - 1 - n] ?? "none"),
    timestamp_changed: toInstant(row.timestamp_changed),
  }));
}
