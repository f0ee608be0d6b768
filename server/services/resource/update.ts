import { eq, sql } from "drizzle-orm";
import { maybeOne } from "@/db/rows";
import { resources } from "@/db/schema";
import { InvalidInputError, NotFoundError } from "@/server/contracts/errors";
import { UpdateResourceInput } from "@/server/contracts/resource";
import { requireSuperuser } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { emailOf, resourceColumns, staleVersion, withFreeName } from "@/server/services/resource/columns";

/**
 * Replaces the document. Jobs that have begun keep their folders.
 *
 * @throws ForbiddenError, NotFoundError, ConflictError if somebody else saved meanwhile, InvalidInputError with
 *   the path and reason of every problem, if the name is taken, or if the type would change.
 */
export async function updateResource(
  ctx: ServiceContext,
  raw: UpdateResourceInput,
): Promise<{ resource_id: number; version: number }> {
  requireSuperuser(ctx);
  const { resource_id, version, document } = UpdateResourceInput.parse(raw);
  const columns = resourceColumns(document);
  return withFreeName("resource", columns.name, () =>
    ctx.db.transaction(async (tx) => {
      const found = await tx
        .select()
        .from(resources)
        .where(eq(resources.id, resource_id))
        .for("no key update");
      const row = maybeOne(found);
      if (!row) throw new NotFoundError("Resource", resource_id);
      if (row.version !== version) throw staleVersion(row.name, row.changed_by);
      if (row.type !== columns.type)
        throw new InvalidInputError(
          "The type of a resource cannot change. Create another resource instead.",
          {
            type: `Must stay ${row.type}: create another resource instead.`,
          },
        );
      const changes = {
        version: version + 1,
        timestamp_changed: sql`clock_timestamp()`,
        changed_by: emailOf(ctx),
      };
      await tx
        .update(resources)
        .set({ ...columns, ...changes })
        .where(eq(resources.id, resource_id));
      return { resource_id, version: version + 1 };
    }),
  );
}
