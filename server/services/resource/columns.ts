import { ConflictError, InvalidInputError } from "@/server/contracts/errors";
import { requireDocument } from "@/server/contracts/problems";
import { ResourceCreate } from "@/server/contracts/resource";
import type { ResourceDocument } from "@/server/contracts/resource";
import { effectiveResource } from "@/server/domain/resources/effective";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation } from "@/server/services/database";

/** What a write stores: the document as it was sent, and beside it what queries need. @throws InvalidInputError. */
export function resourceColumns(document: ResourceDocument) {
  requireDocument(ResourceCreate, document, "resource");
  const { type, name, jobs_local_dir, tasks_local_dir, jobs_poll_interval, prevent_new_submissions } =
    effectiveResource(document);
  return {
    document,
    type,
    name,
    jobs_local_dir,
    tasks_local_dir,
    jobs_poll_interval,
    prevent_new_submissions,
  };
}

/** Runs a write; a taken name becomes a refusal at `name`. */
export async function withFreeName<T>(
  what: "resource" | "profile",
  name: string,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (err) {
    if (!isUniqueViolation(err, `${what}_name_unique`)) throw err;
    throw new InvalidInputError(`There is already a ${what} called '${name}'.`, {
      name: "This name is taken.",
    });
  }
}

/** Who writes, for `changed_by`. */
export function emailOf({ actor }: ServiceContext): string | null {
  return actor.kind === "user" ? actor.user.email : null;
}

/** Somebody else was faster; the values of the person who is told so are still in the page. */
export function staleVersion(name: string, changedBy: string | null): ConflictError {
  const who = changedBy ?? "the server";
  return new ConflictError(
    `Not saved: ${who} changed '${name}' meanwhile. Compare with what is stored now, then save again.`,
  );
}
