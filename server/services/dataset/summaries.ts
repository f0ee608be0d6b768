import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { DatasetSummary } from "@/server/contracts/project";
import type { Scope, SessionUser } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { imageTotals } from "@/server/services/image/counts";
import { toInstant } from "@/server/services/instant";
import { lastJob } from "@/server/services/job/last-job";

type Row = Omit<DatasetSummary, "images"> & { images_version: number };

/**
 * Datasets of the user's projects by name: one query, and one for the image counts that are not known yet.
 *
 * @param only Condition on `d`, the dataset.
 */
export async function datasetSummaries(
  scope: Scope,
  user: SessionUser,
  only: SQL = sql`true`,
): Promise<DatasetSummary[]> {
  const query = sql`
    SELECT d.id, d.name, d.project_id, p.name AS project_name, d.zarr_dir, d.timestamp_created,
      d.images_version,
      ${lastJob(sql`j.dataset_id = d.id`)} AS last_job
    FROM dataset d JOIN project p ON p.id = d.project_id
      JOIN project_member m ON m.project_id = p.id AND m.user_id = ${user.id} AND m.is_verified
    WHERE d.deleted_at IS NULL AND ${only}
    ORDER BY lower(d.name), d.id`;
  const rows = await rowsOf<Row>(scope.db, query);
  const totals = await imageTotals(scope, rows);
  return rows.map(({ images_version: _, ...row }) => ({
    ...row,
    images: totals.get(row.id) ?? 0,
    timestamp_created: toInstant(row.timestamp_created),
  }));
}
