/** Finds and opens one file below the folders that a person may read. */
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { ForbiddenError, NotFoundError } from "@/server/contracts/errors";
import { isReallyBelow } from "@/server/platform/containment";
import type { DataGrant } from "@/server/services/dataset/grant-data";

/** `tag` names this content: another file or another write gives another one. */
export type DataFile = { handle: FileHandle; size: number; modified: Date; tag: string };

/** The file is not there: Zarr leaves out empty chunks, so this is an everyday answer. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);
const NO_ACCESS = new Set(["EACCES", "EPERM"]);

/**
 * @param encoded `/a/b%20c` as it came in the address: still encoded, so that nothing was resolved before.
 * @returns Its components; null for what is no plain path below a folder: `..`, NUL, a hidden slash, an empty part.
 */
export function decodePath(encoded: string): string[] | null {
  try {
    const parts = encoded.split("/").slice(1).map(decodeURIComponent);
    const isPlain = (part: string) => part !== "" && part !== "." && part !== ".." && !/[/\0]/.test(part);
    return parts.length > 0 && parts.every(isPlain) ? parts : null;
  } catch {
    return null;
  }
}

/**
 * The caller closes `handle`.
 *
 * @param parts from `decodePath`
 * @throws NotFoundError also for folders, devices and sockets.
 * @throws ForbiddenError if links lead out of the granted folders, or the server's account may not read it.
 */
export async function openDataFile(grant: DataGrant, parts: readonly string[]): Promise<DataFile> {
  const wanted = path.join(grant.zarr_dir, ...parts);
  const missing = () => new NotFoundError("File", parts.join("/"));
  try {
    const real = await realpath(wanted);
    await requireGranted(grant, real);
    return await openFile(real, missing);
  } catch (err) {
    throw explain(err, missing);
  }
}

/**
 * The caller closes `handle`.
 *
 * @param real with every link resolved already: a link now would be new.
 * @throws what `missing` makes also for folders, devices and sockets; ForbiddenError as above.
 */
export async function openFile(real: string, missing: () => Error): Promise<DataFile> {
  try {
    // Not blocking: nobody may ever write into a pipe.
    const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat({ bigint: true });
      if (!stat.isFile()) throw missing();
      const tag = `"${[stat.ino, stat.size, stat.mtimeNs].map((part) => part.toString(36)).join("-")}"`;
      return { handle, size: Number(stat.size), modified: stat.mtime, tag };
    } catch (err) {
      await handle.close();
      throw err;
    }
  } catch (err) {
    throw explain(err, missing);
  }
}

function explain(err: unknown, missing: () => Error): unknown {
  const code = err instanceof Error && "code" in err ? String(err.code) : "";
  if (ABSENT.has(code)) return missing();
  if (NO_ACCESS.has(code))
    return new ForbiddenError(
      "The account of this server may not read this file. Its owner can change that.",
    );
  return err;
}

/** Links may lead anywhere in the dataset's folder and in the person's own folders; the dataset's folder may be one. */
async function requireGranted({ zarr_dir, home_dirs, allowed_dirs }: DataGrant, real: string): Promise<void> {
  if (await isReallyBelow(real, allowed_dirs)) return;
  if (!(await isReallyBelow(real, [zarr_dir])))
    throw new ForbiddenError(
      "A link leads to a file outside the folder of the dataset and outside your project folders, so it is not shown here.",
    );
  const home = await realpath(zarr_dir);
  if (home !== zarr_dir && !(await isReallyBelow(home, home_dirs)))
    throw new ForbiddenError(
      `The folder of this dataset, ${zarr_dir}, is a link that leads out of the project folder it was made in and out of yours, so its files are not shown here. Make a dataset where the images really are, or ask an administrator to make that place one of your project folders.`,
    );
}
