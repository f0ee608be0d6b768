import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { one } from "@/db/rows";
import { projectMembers, projects } from "@/db/schema";
import { UpdateProjectInput } from "@/server/contracts/project";
import { requireProject } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { requireFreeProjectName } from "@/server/services/project/create";

/** Absent keys stay; a null description clears it. */
export async function updateProject(
  ctx: ServiceContext,
  raw: z.input<typeof UpdateProjectInput>,
): Promise<{ project_id: number }> {
  const input = UpdateProjectInput.parse(raw);
  const project = await requireProject(ctx, input.project_id, "write");
  const change = {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.description === undefined ? {} : { description: input.description }),
  };
  if (Object.keys(change).length === 0) return { project_id: project.id };
  return ctx.db.transaction(async (tx) => {
    if (input.name !== undefined) {
      const owner = one(
        await tx
          .select({ user_id: projectMembers.user_id })
          .from(projectMembers)
          .where(and(eq(projectMembers.project_id, project.id), eq(projectMembers.is_owner, true))),
      );
      await requireFreeProjectName(tx, owner.user_id, input.name, project.id);
    }
    await tx.update(projects).set(change).where(eq(projects.id, project.id));
    return { project_id: project.id };
  });
}
