import { InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { ResourceCreate } from "@/server/contracts/resource";
import type { PythonVersion } from "@/server/contracts/resource";
import type { Compute } from "@/server/services/access";

/**
 * @param wanted Undefined: the default of the resource.
 * @throws InvalidInputError at `python_version`, naming what the resource has.
 */
export function choosePythonVersion({ resource }: Compute, wanted: PythonVersion | undefined): PythonVersion {
  const parsed = ResourceCreate.safeParse(resource.document);
  if (!parsed.success)
    throw new PreconditionError(
      `The description of the resource '${resource.name}' is not valid. Ask an administrator to correct it.`,
    );
  const { default_version, versions } = parsed.data.tasks_python_config;
  const version = wanted ?? default_version;
  if (Object.hasOwn(versions, version)) return version;
  const reason = `The resource does not offer Python ${version}; it has ${Object.keys(versions).join(", ")}.`;
  throw new InvalidInputError(reason, { python_version: reason });
}
