import { sql } from "drizzle-orm";
import type { z } from "zod";
import { ListJobsInput } from "@/server/contracts/job";
import type { JobSummary } from "@/server/contracts/job";
import { requireDataset, requireProject, requireVerified, requireWorkflow } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { jobSummaries } from "@/server/services/job/summaries";

/** Newest first: jobs of the user's projects, and the user's own of projects that were deleted. */
export async function listJobs(
  ctx: ServiceContext,
  raw: z.input<typeof ListJobsInput> = {},
): Promise<JobSummary[]> {
  const user = requireVerified(ctx);
  const input = ListJobsInput.parse(raw);
  const conditions = [];
  if (input.project_id !== undefined) {
    const project = await requireProject(ctx, input.project_id, "read");
    conditions.push(sql`j.project_id = ${project.id}`);
  }
  if (input.dataset_id !== undefined) {
    const dataset = await requireDataset(ctx, input.dataset_id, "read");
    conditions.push(sql`j.dataset_id = ${dataset.id}`);
  }
  if (input.workflow_id !== undefined) {
    const workflow = await requireWorkflow(ctx, input.workflow_id, "read");
    conditions.push(sql`j.workflow_id = ${workflow.id}`);
  }
  if (conditions.length === 0)
    conditions.push(sql`(j.project_id IN (SELECT m.project_id FROM project_member m
      WHERE m.user_id = ${user.id} AND m.is_verified) OR (j.project_id IS NULL AND j.user_id = ${user.id}))`);
  if (input.states) {
    const states = input.states.map((state) => sql`${state}`);
    conditions.push(states.length > 0 ? sql`j.state IN (${sql.join(states, sql`, `)})` : sql`false`);
  }
  return jobSummaries(
    ctx,
    sql`job j WHERE ${sql.join(conditions, sql` AND `)}
      ORDER BY j.id DESC LIMIT ${input.limit} OFFSET ${input.offset}`,
  );
}
