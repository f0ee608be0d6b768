import { copyFile, mkdir, readFile, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { CollectionError } from "./collection-error";

/** Says whose folder it is: we clean and remove only folders that carry our own id. */
const ID_FILE = "fractal_task_group_id.txt";

/**
 * An empty folder of this group, whatever an interrupted collection has left.
 *
 * @param folder Absolute; `{tasks_local_dir}/{user}/{package}/{version}`.
 * @throws CollectionError if there is one of somebody else, or the place cannot be written.
 */
export async function createFolder(folder: string, groupId: number): Promise<void> {
  const draft = draftOf(folder, groupId);
  try {
    await removeFolder(folder, groupId);
    await mkdir(draft, { recursive: true, mode: 0o755 });
    await writeFile(path.join(draft, ID_FILE), `${groupId}\n`);
    // Renamed last: a folder with this name always says whose it is. An empty one in the way is replaced.
    await rename(draft, folder);
  } catch (err) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    const { code, message } = err as NodeJS.ErrnoException;
    if (code === "ENOTDIR")
      throw new CollectionError(
        `The folder ${folder} cannot be made: one of the folders above it is a file. Ask an administrator to look at it.`,
      );
    if (code === "ENOTEMPTY" || code === "EEXIST")
      throw new CollectionError(
        `The folder ${folder} exists already and does not belong to this collection; remove it first.`,
      );
    const known = hostError(err, folder);
    if (known !== err) throw known;
    throw new CollectionError(`The folder ${folder} cannot be created: ${message}.`, { cause: err });
  }
}

/** Becomes the folder. The same after a kill, and not the name of a version, which never begins with a dot. */
const draftOf = (folder: string, groupId: number) => path.join(path.dirname(folder), `.${groupId}.new`);

/** Removes the folder if it is this group's, and what may have become it; leaves any other alone. */
export async function removeFolder(folder: string, groupId: number): Promise<void> {
  await rm(draftOf(folder, groupId), { recursive: true, force: true, maxRetries: 3 });
  const owner = await readFile(path.join(folder, ID_FILE), "utf8").catch(() => null);
  if (owner?.trim() !== String(groupId)) return;
  // The mark goes last, so that half a removal can be finished later.
  for (const name of await readdir(folder))
    if (name !== ID_FILE) await rm(path.join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes the folders of the package and of the user above `folder`, as long as nothing else is in them. */
export async function removeEmptyParents(folder: string): Promise<void> {
  const ofPackage = path.dirname(folder);
  for (const parent of [ofPackage, path.dirname(ofPackage)])
    if (
      !(await rmdir(parent).then(
        () => true,
        () => false,
      ))
    )
      return;
}

/** @returns Path of the copy. @throws CollectionError if the archive cannot be read, or the copy not written. */
export async function keepArchive(archive: string, copy: string): Promise<string> {
  try {
    await copyFile(archive, copy);
    return copy;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === "ENOENT")
      throw new CollectionError(`${path.basename(copy)} is not there any more. Send the file again.`, {
        cause: err,
      });
    throw hostError(err, copy);
  }
}

/** The disk or the rights are in the way: one sentence. Anything else stays what it is. */
export function hostError(err: unknown, where: string): unknown {
  const { code } = err as NodeJS.ErrnoException;
  const why = code === undefined ? undefined : HOST[code];
  return why === undefined ? err : new CollectionError(why(where), { cause: err });
}

const full = (where: string) =>
  `The disk is full: there is no space left for ${where}. Free space on it, or ask an administrator, and collect again.`;
const denied = (where: string) =>
  `The server may not write ${where}. Ask an administrator to correct its rights.`;
const HOST: Readonly<Record<string, (where: string) => string>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: denied,
  EPERM: denied,
  EROFS: denied,
};
