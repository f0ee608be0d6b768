import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";

/** One entry of a folder; `name` is relative to it, with `/`. */
export type TreeEntry = { readonly name: string; readonly mode: number; readonly modified: Date } & (
  | { readonly kind: "folder" }
  /** `stamp` changes with every write and replacement of the file. */
  | { readonly kind: "file"; readonly size: number; readonly stamp: string }
  | { readonly kind: "link"; readonly target: string }
);

/**
 * Everything below a folder, links not followed, sorted by name. Pipes, sockets and devices hold nothing and are
 * left out.
 *
 * @throws if the folder is missing, or changes while it is read.
 */
export async function listTree(folder: string): Promise<TreeEntry[]> {
  const found: TreeEntry[] = [];
  const visit = async (inside: string): Promise<void> => {
    for (const child of await readdir(path.join(folder, inside))) {
      const name = inside === "" ? child : `${inside}/${child}`;
      const entry = await look(folder, name);
      if (entry !== null) found.push(entry);
      if (entry?.kind === "folder") await visit(name);
    }
  };
  await visit("");
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function look(folder: string, name: string): Promise<TreeEntry | null> {
  const file = path.join(folder, name);
  const stat = await lstat(file, { bigint: true }).catch((err: unknown) => {
    // Node makes such bytes unreadable, so the file cannot be found by the name that it gives.
    if (name.includes("\ufffd"))
      throw new Error(`The name of ${file} is not UTF-8. Rename or remove that file.`);
    throw err;
  });
  const shared = { name, mode: Number(stat.mode), modified: stat.mtime };
  if (stat.isDirectory()) return { ...shared, kind: "folder" };
  if (stat.isSymbolicLink()) return { ...shared, kind: "link", target: await readlink(file) };
  if (!stat.isFile()) return null;
  const stamp = [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join("-");
  return { ...shared, kind: "file", size: Number(stat.size), stamp };
}

/** Has nothing been added, removed or written between the two looks? */
export function isSameTree(before: readonly TreeEntry[], after: readonly TreeEntry[]): boolean {
  return before.length === after.length && before.every((entry, i) => keyOf(entry) === keyOf(after[i]));
}

function keyOf(entry: TreeEntry | undefined): string {
  switch (entry?.kind) {
    case undefined:
      return "";
    case "folder":
      return `${entry.name}/`;
    case "file":
      return `${entry.name} ${entry.stamp}`;
    case "link":
      return `${entry.name} -> ${entry.target}`;
  }
}
