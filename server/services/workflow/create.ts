import type { z } from "zod";
import type { Queryable } from "@/db/client";
import { one } from "@/db/rows";
import { workflows } from "@/db/schema";
import { InvalidInputError } from "@/server/contracts/errors";
import { CreateWorkflowInput } from "@/server/contracts/workflow";
import { requireProject } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";

export async function createWorkflow(
  ctx: ServiceContext,
  raw: z.input<typeof CreateWorkflowInput>,
): Promise<{ workflow_id: number }> {
  const input = CreateWorkflowInput.parse(raw);
  const project = await requireProject(ctx, input.project_id, "write");
  return { workflow_id: await insertWorkflow(ctx.db, { ...input, project_id: project.id }) };
}

/** @throws InvalidInputError at `name` if the project has a workflow of that name. */
export async function insertWorkflow(
  db: Queryable,
  values: { project_id: number; name: string; description?: string | null | undefined },
): Promise<number> {
  const { project_id, name, description = null } = values;
  return refuseTakenName(name, async () => {
    const rows = await db
      .insert(workflows)
      .values({ project_id, name, description })
      .returning({ id: workflows.id });
    return one(rows).id;
  });
}

/** Runs a write that may meet the unique name, and says so at the field. */
export async function refuseTakenName<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (err) {
    if (isUniqueViolation(err, "workflow_project_id_name_key"))
      throw new InvalidInputError(`There is already a workflow called '${name}' in this project.`, {
        name: "This name is taken.",
      });
    throw err;
  }
}
