import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { one } from "@/db/rows";
import { projectMembers, projects, users } from "@/db/schema";
import { InvalidInputError } from "@/server/contracts/errors";
import { CreateProjectInput } from "@/server/contracts/project";
import { requireCompute, requireWriter } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import type { Queryable } from "@/db/client";

/** The project belongs to the user and, for good, to the resource of their profile. */
export async function createProject(
  ctx: ServiceContext,
  raw: z.input<typeof CreateProjectInput>,
): Promise<{ project_id: number }> {
  const user = requireWriter(ctx);
  const { resource } = await requireCompute(ctx);
  const input = CreateProjectInput.parse(raw);
  return ctx.db.transaction(async (tx) => {
    await requireFreeProjectName(tx, user.id, input.name);
    const values = { name: input.name, description: input.description ?? null, resource_id: resource.id };
    const project = one(await tx.insert(projects).values(values).returning({ id: projects.id }));
    await tx.insert(projectMembers).values({
      project_id: project.id,
      user_id: user.id,
      is_owner: true,
      is_verified: true,
      permissions: "rwx",
    });
    return { project_id: project.id };
  });
}

/**
 * A person owns at most one project of a name. Locks the owner's row, because no index can say it.
 *
 * @throws InvalidInputError at `name`.
 */
export async function requireFreeProjectName(
  tx: Queryable,
  ownerId: number,
  name: string,
  exceptId = 0,
): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, ownerId)).for("no key update");
  const rows = await tx
    .select({ id: projects.id })
    .from(projects)
    .innerJoin(projectMembers, eq(projectMembers.project_id, projects.id))
    .where(
      and(eq(projectMembers.user_id, ownerId), eq(projectMembers.is_owner, true), eq(projects.name, name)),
    );
  if (rows.some((row) => row.id !== exceptId))
    throw new InvalidInputError(`There is already a project called '${name}'.`, {
      name: "This name is taken.",
    });
}
