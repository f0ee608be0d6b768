/** Rules that hold for new accounts and for changes of old ones. */
import { and, asc, eq, isNull } from "drizzle-orm";
import type { Queryable, Tx } from "@/db/client";
import { maybeOne } from "@/db/rows";
import { datasets, profiles, projectMembers, users } from "@/db/schema";
import { isInside } from "@/server/contracts/common";
import { InvalidInputError } from "@/server/contracts/errors";

export const superuserIsGuest = () =>
  refusal("is_guest", "An administrator cannot have a guest account: guests only read.");

/**
 * Before an account loses its power or is switched off. Until the transaction ends no other administrator can be
 * taken away: two who do it to each other at once would leave nobody.
 *
 * @throws InvalidInputError at `field` if the account is the only active administrator.
 */
export async function requireAnotherSuperuser(
  tx: Tx,
  userId: number,
  field: "is_active" | "is_superuser",
): Promise<void> {
  const admins = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.is_superuser, true), eq(users.is_active, true)))
    .orderBy(asc(users.id))
    .for("update");
  if (admins.length === 1 && admins[0]?.id === userId)
    throw refusal(field, "This is the only administrator. Make another account one first.");
}

/** @throws InvalidInputError at `profile_id`. */
export async function requireProfile(db: Queryable, profileId: number | null): Promise<void> {
  if (profileId === null) return;
  const rows = await db.select({ id: profiles.id }).from(profiles).where(eq(profiles.id, profileId));
  if (!maybeOne(rows)) throw refusal("profile_id", `There is no profile ${profileId}.`);
}

/**
 * A folder cannot be taken away while a dataset of the person's projects lies in it and in no other of theirs.
 *
 * @throws InvalidInputError at `project_dirs`, naming the datasets.
 * @see Domain specification §7.3
 */
export async function requireFoldersOfDatasets(
  tx: Tx,
  user: { id: number; project_dirs: readonly string[] },
  dirs: readonly string[],
): Promise<void> {
  const covers = (folders: readonly string[], path: string) =>
    folders.some((folder) => path === folder || isInside(path, folder));
  const gone = user.project_dirs.filter((dir) => !covers(dirs, dir));
  if (gone.length === 0) return;
  const rows = await tx
    .select({ name: datasets.name, zarr_dir: datasets.zarr_dir })
    .from(datasets)
    .innerJoin(projectMembers, eq(projectMembers.project_id, datasets.project_id))
    .where(
      and(
        eq(projectMembers.user_id, user.id),
        eq(projectMembers.is_verified, true),
        isNull(datasets.deleted_at),
      ),
    );
  const orphans = rows.filter(({ zarr_dir }) => covers(gone, zarr_dir) && !covers(dirs, zarr_dir));
  if (orphans.length === 0) return;
  const names = orphans.slice(0, 3).map(({ name }) => `'${name}'`);
  const more = orphans.length > names.length ? ` and ${orphans.length - names.length} more` : "";
  throw refusal(
    "project_dirs",
    `${gone.join(", ")} cannot be taken away: the datasets ${names.join(", ")}${more} lie there. Keep the folder, or one above it.`,
  );
}

export const refusal = (field: string, reason: string) => new InvalidInputError(reason, { [field]: reason });
