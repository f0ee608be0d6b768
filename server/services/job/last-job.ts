import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";

/**
 * Scalar subquery: the newest job as `LastJob`, or null.
 *
 * @param condition On `j`, the job; an index on that column and the id makes it one probe.
 */
export function lastJob(condition: SQL): SQL {
  return sql`(
    SELECT jsonb_build_object('id', j.id, 'state', j.state,
      'timestamp', coalesce(j.end_timestamp, j.start_timestamp),
      'units_failed', (SELECT coalesce(sum(h.num_failed), 0) FROM history_run h WHERE h.job_id = j.id))
    FROM job j WHERE ${condition} ORDER BY j.id DESC LIMIT 1)`;
}
