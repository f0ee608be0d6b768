import { and, eq, isNotNull, isNull } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { maybeOne, one } from "@/db/rows";
import { leases, taskGroupActivities, taskGroups, uploads, users } from "@/db/schema";
import { isInside, normalizeAbsolutePath } from "@/server/contracts/common";
import { ConflictError, InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { CollectInput } from "@/server/contracts/task";
import { pendingSteps } from "@/server/domain/tasks/collection-steps";
import { normalizePackageName, parseWheelName } from "@/server/domain/tasks/package-name";
import { isSameVersion } from "@/server/domain/tasks/versions";
import { requireCompute, requireWriter } from "@/server/services/access";
import type { ServiceContext } from "@/server/services/context";
import { isUniqueViolation, notify } from "@/server/services/database";
import { findPackage } from "@/server/services/task/find-package";
import { choosePythonVersion } from "@/server/services/task/python-version";

/**
 * Asks the runner to install a package; `task.activity` says how it goes. The group is not active until the
 * collection has succeeded.
 *
 * @throws ConflictError if the user has this version already, whole or under way, or its folder is taken;
 *   InvalidInputError at the field that is wrong; what `findPackage` throws if no version is given.
 */
export async function collectPackage(
  ctx: ServiceContext,
  raw: CollectInput,
): Promise<{ activity_id: number; task_group_id: number }> {
  const user = requireWriter(ctx);
  const compute = await requireCompute(ctx);
  const input = CollectInput.parse(raw);
  if (compute.resource.type !== "local")
    throw new PreconditionError(
      `Packages cannot be collected on '${compute.resource.name}' yet: it is of type ${compute.resource.type}.`,
    );
  const python_version = choosePythonVersion(compute, input.python_version);
  const what =
    input.origin === "pypi"
      ? await fromIndex(ctx, { ...input, python_version })
      : await fromUpload(ctx, user.id, input.upload_id);
  const { pkg_name, version } = what;
  const resource_id = compute.resource.id;
  const base = normalizeAbsolutePath(compute.resource.tasks_local_dir);
  const path = normalizeAbsolutePath(`${base}/${user.id}/${pkg_name}/${version}`);
  if (!isInside(path, base))
    throw new InvalidInputError("The name of the package leads out of the folder for tasks.");
  const group = {
    user_id: user.id,
    resource_id,
    origin: input.origin,
    ...what,
    python_version,
    path,
    venv_path: `${path}/venv`,
    pip_extras: input.package_extras?.replaceAll(/\s/g, "") ?? null,
    pinned_package_versions_pre: input.pinned_package_versions_pre ?? {},
    pinned_package_versions_post: input.pinned_package_versions_post ?? {},
  };
  try {
    return await ctx.db.transaction(async (tx) => {
      await refuseDuplicate(tx, group);
      const { id: task_group_id } = one(
        await tx.insert(taskGroups).values(group).returning({ id: taskGroups.id }),
      );
      const steps = pendingSteps(group);
      const values = {
        user_id: user.id,
        task_group_id,
        pkg_name,
        version,
        action: "collect",
        steps,
      } as const;
      const { id: activity_id } = one(
        await tx.insert(taskGroupActivities).values(values).returning({ id: taskGroupActivities.id }),
      );
      await tx.insert(leases).values({ kind: "activity", id: activity_id });
      await notify(tx, "fractal_runner", "activity");
      return { activity_id, task_group_id };
    });
  } catch (err) {
    if (isUniqueViolation(err, "task_group_path_key"))
      throw new ConflictError(`The folder ${path} belongs to another package.`);
    throw err;
  }
}

type What = { pkg_name: string; version: string; upload_id: string | null };

async function fromIndex(
  ctx: ServiceContext,
  input: Extract<CollectInput, { origin: "pypi" }>,
): Promise<What> {
  const { package: name, package_version, python_version } = input;
  const version =
    package_version?.replace(/^v/, "") ??
    (await findPackage(ctx, { package: name, ...(python_version && { python_version }) })).version;
  return { pkg_name: normalizePackageName(name), version, upload_id: null };
}

/** An upload of somebody else does not exist, nor one that is still on its way. */
async function fromUpload(ctx: ServiceContext, userId: number, uploadId: string): Promise<What> {
  const rows = await ctx.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, uploadId), eq(uploads.user_id, userId), isNotNull(uploads.sha256)));
  const upload = maybeOne(rows);
  const wheel = upload && parseWheelName(upload.file_name);
  if (!wheel) {
    const reason = "This upload does not exist any more. Send the file again.";
    throw new InvalidInputError(reason, { upload_id: reason });
  }
  return { ...wheel, upload_id: uploadId };
}

type Identity = { user_id: number; resource_id: number; pkg_name: string; version: string };

/**
 * A collection that failed has left no group. Versions are compared as pip does, which no index of the database
 * can; so the collections of one person are written down one after the other.
 */
async function refuseDuplicate(tx: Tx, wanted: Identity): Promise<void> {
  await tx.select({ id: users.id }).from(users).where(eq(users.id, wanted.user_id)).for("no key update");
  const rows = await tx
    .select({ group: taskGroups, activity_id: taskGroupActivities.id })
    .from(taskGroups)
    .leftJoin(
      taskGroupActivities,
      and(
        eq(taskGroupActivities.task_group_id, taskGroups.id),
        eq(taskGroupActivities.action, "collect"),
        isNull(taskGroupActivities.timestamp_ended),
      ),
    )
    .where(
      and(
        eq(taskGroups.user_id, wanted.user_id),
        eq(taskGroups.resource_id, wanted.resource_id),
        eq(taskGroups.pkg_name, wanted.pkg_name),
      ),
    );
  const same = rows.find(({ group }) => isSameVersion(group.version, wanted.version));
  if (!same) return;
  const { group, activity_id } = same;
  const name = `${group.pkg_name} ${group.version}`;
  if (activity_id !== null) throw new ConflictError(`The collection of ${name} is already under way.`);
  const have = `You already have ${name} on this resource, collected on ${group.timestamp_created.slice(0, 10)} for Python ${group.python_version ?? "of its own"}`;
  throw new ConflictError(
    group.active ? `${have}.` : `${have}, but it is not active. Collect another version.`,
  );
}
