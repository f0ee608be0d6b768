import { PreconditionError } from "@/server/contracts/errors";
import { TasksPythonConfig } from "@/server/contracts/resource";
import type { OfferedPythons, PythonVersion } from "@/server/contracts/resource";
import { requireCompute } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";

/** The Python versions of the user's resource, oldest first. @throws PreconditionError if it does not describe them. */
export async function listPythons(ctx: ServiceContext): Promise<OfferedPythons> {
  const { resource } = await requireCompute(ctx);
  const config = TasksPythonConfig.safeParse(resource.document["tasks_python_config"]);
  if (!config.success)
    throw new PreconditionError(
      `The Python versions of the resource '${resource.name}' are not described properly. Ask an administrator to correct it.`,
    );
  const { default_version, versions } = config.data;
  const minor = (version: string) => Number(version.split(".")[1]);
  const names = Object.keys(versions) as PythonVersion[];
  return { default_version, versions: names.sort((a, b) => minor(a) - minor(b)) };
}
