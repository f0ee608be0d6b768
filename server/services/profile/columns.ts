import { InvalidInputError } from "@/server/contracts/errors";
import { requireDocument } from "@/server/contracts/problems";
import { ProfileCreate } from "@/server/contracts/profile";
import type { ProfileDocument } from "@/server/contracts/profile";

/**
 * What a write stores: the document as it was sent, and beside it what queries need.
 *
 * @throws InvalidInputError with the path and reason of every problem, or if it is for another type of resource.
 */
export function profileColumns(document: ProfileDocument, resource: { type: string; name: string }) {
  const { name, resource_type, username } = requireDocument(ProfileCreate, document, "profile");
  if (resource.type !== resource_type)
    throw new InvalidInputError("The profile does not fit the resource.", {
      resource_type: `Must be ${resource.type}, the type of the resource '${resource.name}'.`,
    });
  return { document, name, resource_type, username: username ?? null };
}
