import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { z } from "zod";
import { ListWorkflowsInput } from "@/server/contracts/workflow";
import type { WorkflowSummary } from "@/server/contracts/workflow";
import { requireProject, requireVerified } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { rowsOf } from "@/server/services/database";
import { toInstant } from "@/server/services/instant";
import { lastJob } from "@/server/services/job/last-job";

/** By name. */
export async function listWorkflows(
  ctx: ServiceContext,
  raw: z.input<typeof ListWorkflowsInput> = {},
): Promise<WorkflowSummary[]> {
  const user = requireVerified(ctx);
  const { project_id } = ListWorkflowsInput.parse(raw);
  let only: SQL = sql`true`;
  if (project_id !== undefined) {
    const project = await requireProject(ctx, project_id, "read");
    only = sql`w.project_id = ${project.id}`;
  }
  const query = sql`
    SELECT w.id, w.name, w.project_id, w.timestamp_created,
      (SELECT count(*)::int FROM workflow_task t WHERE t.workflow_id = w.id) AS tasks,
      ${lastJob(sql`j.workflow_id = w.id`)} AS last_job
    FROM workflow w
      JOIN project_member m ON m.project_id = w.project_id AND m.user_id = ${user.id} AND m.is_verified
    WHERE ${only} ORDER BY lower(w.name), w.id`;
  const rows = await rowsOf<WorkflowSummary>(ctx.db, query);
  return rows.map((row) => ({ ...row, timestamp_created: toInstant(row.timestamp_created) }));
}
