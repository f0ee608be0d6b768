import { and, eq } from "drizzle-orm";
import { taskGroups } from "@/db/schema";
import { InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { FindPackageInput, PackageAnswer } from "@/server/contracts/task";
import type { PackageFound, PackageQuestion } from "@/server/contracts/task";
import { normalizePackageName } from "@/server/domain/tasks/package-name";
import { isSameVersion } from "@/server/domain/tasks/versions";
import { requireCompute, requireWriter } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { askRunner } from "@/server/services/runner-call";
import { choosePythonVersion } from "@/server/services/task/python-version";

/** A runner takes 20 s at most. */
const WAIT_SECONDS = 25;

/** Fields of the form that a reason belongs to; any other reason belongs to none. */
const FIELDS: Readonly<Record<string, keyof FindPackageInput>> = {
  no_package: "package",
  source_only: "package",
  platform: "package",
  no_version: "package_version",
  python: "python_version",
};

/**
 * What the index has of a package, through the pip of the resource and its configuration.
 *
 * @throws InvalidInputError at the field that is wrong, PreconditionError if the index cannot be used,
 *   RunnerSilentError.
 */
export async function findPackage(ctx: ServiceContext, raw: FindPackageInput): Promise<PackageFound> {
  const user = requireWriter(ctx);
  const compute = await requireCompute(ctx);
  const input = FindPackageInput.parse(raw);
  const question: PackageQuestion = {
    ...input,
    resource_id: compute.resource.id,
    python_version: choosePythonVersion(compute, input.python_version),
  };
  const call = { kind: "find_package", args: question, user_id: user.id, waitSeconds: WAIT_SECONDS } as const;
  const answer = await askRunner(ctx.db, call, PackageAnswer);
  if (!answer.ok) {
    const field = FIELDS[answer.kind];
    throw field === undefined
      ? new PreconditionError(answer.reason)
      : new InvalidInputError(answer.reason, { [field]: answer.reason });
  }
  const pkg_name = normalizePackageName(input.package);
  const own = await ctx.db
    .select({ id: taskGroups.id, version: taskGroups.version })
    .from(taskGroups)
    .where(
      and(
        eq(taskGroups.user_id, user.id),
        eq(taskGroups.resource_id, compute.resource.id),
        eq(taskGroups.pkg_name, pkg_name),
      ),
    );
  return {
    pkg_name,
    version: answer.version,
    versions: answer.versions,
    python_version: question.python_version,
    task_group_id: own.find((group) => isSameVersion(group.version, answer.version))?.id ?? null,
  };
}
