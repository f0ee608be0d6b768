import { TasksPythonConfig } from "@/server/contracts/resource";
import type { PythonVersion } from "@/server/contracts/resource";
import { CollectionError } from "./collection-error";

/** An interpreter of a resource, as its document has it now. */
export type ResourcePython = {
  version: string;
  interpreter: string;
  /** Null: nothing is kept between two collections. */
  cacheDir: string | null;
};

/** @throws CollectionError if the resource does not offer this version (any more). */
export function pythonOf(
  resource: { name: string; document: Record<string, unknown> },
  version: string | null,
): ResourcePython {
  const config = TasksPythonConfig.safeParse(resource.document["tasks_python_config"]);
  if (!config.success)
    throw new CollectionError(
      `The Python versions of the resource '${resource.name}' are not described properly. Ask an administrator to correct it.`,
    );
  const { default_version, versions, pip_cache_dir } = config.data;
  const wanted = version ?? default_version;
  const interpreter = versions[wanted as PythonVersion];
  if (interpreter === undefined)
    throw new CollectionError(
      `The resource '${resource.name}' does not offer Python ${wanted}; it has ${Object.keys(versions).join(", ")}. Choose one of these, or ask an administrator.`,
    );
  return { version: wanted, interpreter, cacheDir: pip_cache_dir ?? null };
}
