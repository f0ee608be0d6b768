import type { z } from "zod";
import { one } from "@/db/rows";
import { resources } from "@/db/schema";
import { ConflictError } from "@/server/contracts/errors";
import { ResourceCreate } from "@/server/contracts/resource";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";

const DEFAULT_POLL_SECONDS = 5;

/**
 * The document is kept as it was sent; columns hold what queries need.
 *
 * @throws ForbiddenError, ConflictError if the name is taken.
 */
export async function createResource(
  ctx: ServiceContext,
  document: z.input<typeof ResourceCreate>,
): Promise<{ resource_id: number }> {
  requireSuperuser(ctx);
  const parsed = ResourceCreate.parse(document);
  try {
    const rows = await ctx.db
      .insert(resources)
      .values({
        document,
        type: parsed.type,
        name: parsed.name,
        jobs_local_dir: parsed.jobs_local_dir,
        tasks_local_dir: parsed.tasks_local_dir,
        jobs_poll_interval: parsed.jobs_poll_interval ?? DEFAULT_POLL_SECONDS,
        prevent_new_submissions: parsed.prevent_new_submissions ?? false,
      })
      .returning({ id: resources.id });
    return { resource_id: one(rows).id };
  } catch (err) {
    if (isUniqueViolation(err, "resource_name_unique"))
      throw new ConflictError(`There is already a resource called '${parsed.name}'.`);
    throw err;
  }
}
