/** Where a path really leads. Compared by whole components, after every symbolic link was followed on both sides. */
import { realpath } from "node:fs/promises";
import path from "node:path";
import { isInside } from "@/server/contracts/common";

/**
 * @param real  from `realpath`
 * @param roots absolute; the ones that do not exist hold nothing
 */
export async function isReallyBelow(real: string, roots: readonly string[]): Promise<boolean> {
  for (const folder of roots) {
    const root = await realpath(folder).catch(() => null);
    if (root !== null && (real === root || isInside(real, root))) return true;
  }
  return false;
}

/** The path as it will be once its missing folders are made: links of those that exist are followed. */
export async function futureRealpath(wanted: string): Promise<string> {
  try {
    return await realpath(wanted);
  } catch (err) {
    const parent = path.dirname(wanted);
    if (parent === wanted) throw err;
    // Not by path.join: Next's build would follow it into every folder of the project, and stops at a link that leads out.
    return `${(await futureRealpath(parent)).replace(/\/$/, "")}/${path.basename(wanted)}`;
  }
}
