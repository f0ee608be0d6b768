import { desc, eq, sql } from "drizzle-orm";
import { one } from "@/db/rows";
import { projectMembers, resources, users } from "@/db/schema";
import type { ProjectView } from "@/server/contracts/project";
import { requireProject, requireUser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { projectSummaries } from "@/server/services/project/summaries";

export async function getProject(ctx: ServiceContext, input: { project_id: number }): Promise<ProjectView> {
  const project = await requireProject(ctx, input.project_id, "read");
  const [summaries, members, resource] = await Promise.all([
    projectSummaries(ctx, requireUser(ctx), sql`p.id = ${project.id}`),
    ctx.db
      .select({
        email: users.email,
        permissions: projectMembers.permissions,
        is_owner: projectMembers.is_owner,
      })
      .from(projectMembers)
      .innerJoin(users, eq(users.id, projectMembers.user_id))
      .where(eq(projectMembers.project_id, project.id))
      .orderBy(desc(projectMembers.is_owner), users.email),
    ctx.db.select({ name: resources.name }).from(resources).where(eq(resources.id, project.resource_id)),
  ]);
  return {
    ...one(summaries),
    timestamp_created: project.timestamp_created,
    resource_name: one(resource).name,
    can: project.can,
    members,
  };
}
