import { one } from "@/db/rows";
import { leases, taskGroupActivities, taskGroups } from "@/db/schema";
import { isInside, normalizeAbsolutePath } from "@/server/contracts/common";
import { ConflictError, InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { ResourceCreate } from "@/server/contracts/resource";
import { CollectWheelInput } from "@/server/contracts/task";
import { parseWheelName } from "@/server/domain/tasks/package-name";
import { requireCompute, requireWriter } from "@/server/services/access";
import type { Compute } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation, notify } from "@/server/services/database";

/**
 * Asks the runner to install a wheel; `task.getActivity` says how it goes. The group is not active until
 * the collection has succeeded. `archive_path` holds the wheel to install.
 *
 * @throws ConflictError if this version is there already, or its folder is taken.
 */
export async function collectWheel(
  ctx: ServiceContext,
  raw: CollectWheelInput,
): Promise<{ activity_id: number; task_group_id: number }> {
  const user = requireWriter(ctx);
  const compute = await requireCompute(ctx);
  const input = CollectWheelInput.parse(raw);
  const refuse = (reason: string) => new InvalidInputError(reason, { wheel_path: reason });
  if (input.wheel_path.split("/").includes("..")) throw refuse("Must not contain '..'.");
  const wheel = parseWheelName(input.wheel_path);
  if (!wheel) throw refuse("The file name is not that of a wheel, such as my_tasks-1.0.0-py3-none-any.whl.");
  const python_version = pythonVersion(compute, input.python_version);
  const base = normalizeAbsolutePath(compute.resource.tasks_local_dir);
  const path = normalizeAbsolutePath(`${base}/${user.id}/${wheel.pkg_name}/${wheel.version}`);
  if (!isInside(path, base)) throw refuse("The file name leads out of the folder for tasks.");
  try {
    return await ctx.db.transaction(async (tx) => {
      const groups = await tx
        .insert(taskGroups)
        .values({
          user_id: user.id,
          resource_id: compute.resource.id,
          origin: "wheel-file",
          ...wheel,
          python_version,
          path,
          venv_path: `${path}/venv`,
          archive_path: normalizeAbsolutePath(input.wheel_path),
        })
        .returning({ id: taskGroups.id });
      const group = one(groups);
      const activities = await tx
        .insert(taskGroupActivities)
        .values({ user_id: user.id, task_group_id: group.id, ...wheel, action: "collect" })
        .returning({ id: taskGroupActivities.id });
      const activity = one(activities);
      await tx.insert(leases).values({ kind: "activity", id: activity.id });
      await notify(tx, "fractal_runner", "activity");
      return { activity_id: activity.id, task_group_id: group.id };
    });
  } catch (err) {
    if (isUniqueViolation(err, "task_group_identity_key"))
      throw new ConflictError(
        `You already have ${wheel.pkg_name} ${wheel.version} on this resource, or its collection is under way.`,
      );
    if (isUniqueViolation(err, "task_group_path_key"))
      throw new ConflictError(`The folder ${path} belongs to another package.`);
    throw err;
  }
}

function pythonVersion({ resource }: Compute, wanted: string | undefined): string {
  const parsed = ResourceCreate.safeParse(resource.document);
  if (!parsed.success)
    throw new PreconditionError(
      `The description of the resource '${resource.name}' is not valid. Ask an administrator to correct it.`,
    );
  const { default_version, versions } = parsed.data.tasks_python_config;
  const version = wanted ?? default_version;
  if (Object.hasOwn(versions, version)) return version;
  const reason = `The resource has no Python ${version}; it has ${Object.keys(versions).join(", ")}.`;
  throw new InvalidInputError(reason, { python_version: reason });
}
