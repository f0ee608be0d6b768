import { stat, statfs } from "node:fs/promises";
import path from "node:path";

/** `free` is what an ordinary account may still write. */
export type DiskSpace = {
  /** Where the disk is mounted. */
  readonly mount: string;
  readonly free_bytes: number;
  readonly total_bytes: number;
};

/**
 * The disk on which `folder` is, or will be once it is made.
 *
 * @param folder Absolute.
 * @returns Null if the file system does not say, as some network file systems do.
 */
export async function diskSpaceOf(folder: string): Promise<DiskSpace | null> {
  try {
    const there = await nearest(folder);
    const { bavail, bsize, blocks } = await statfs(there);
    if (blocks === 0) return null;
    const mount = await mountOf(there);
    return { mount, free_bytes: bavail * bsize, total_bytes: blocks * bsize };
  } catch {
    return null;
  }
}

/** The folder itself, or the closest one above it that exists. */
async function nearest(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (err) {
    const above = path.dirname(folder);
    if (above === folder) throw err;
    return nearest(above);
  }
}

async function mountOf(folder: string): Promise<string> {
  const { dev } = await stat(folder);
  let mount = folder;
  for (;;) {
    const above = path.dirname(mount);
    if (above === mount || (await stat(above)).dev !== dev) return mount;
    mount = above;
  }
}
