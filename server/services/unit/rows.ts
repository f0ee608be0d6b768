import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { UnitRow } from "@/server/contracts/job";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { toInstantOrNull } from "@/server/services/instant";

/** @param page Everything after FROM, `history_unit u` included. Arguments and outputs are left out: they are long. */
export async function unitRows(ctx: ServiceContext, page: SQL): Promise<UnitRow[]> {
  const query = sql`
    SELECT u.*, a.wall_s AS wall_seconds, a.cpu_s AS cpu_seconds, a.peak_mb,
      (SELECT count(*)::int FROM unit_attempt c WHERE c.unit_id = u.id) AS attempts
    FROM (SELECT u.id, u.kind, u.position, u.state, u.zarr_url, u.num_images, u.has_warnings, u.cause,
        u.timestamp_started AS started_at FROM ${page}) u
    LEFT JOIN unit_attempt a ON a.unit_id = u.id AND a.accepted
    ORDER BY u.position`;
  const rows = await rowsOf<UnitRow>(ctx.db, query);
  return rows.map((row) => ({ ...row, started_at: toInstantOrNull(row.started_at) }));
}
