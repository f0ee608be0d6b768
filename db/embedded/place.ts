import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { copyPrograms, hasAllLinks, packagedPrograms, type Programs } from "@/db/embedded/programs";
import { DatabaseError } from "@/db/errors";

/** The account that the server runs as. PostgreSQL refuses to run as root. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/** Where one embedded server lives, what it runs and as whom. */
export type Place = {
  /** `<base>/postgres-<major>`: everything of this server but its programs. */
  readonly home: string;
  /** PostgreSQL's own folder, below `home`. Belongs to the account. */
  readonly data: string;
  readonly programs: Programs;
  /** Null: ourselves. */
  readonly account: Account | null;
  /** One sentence per surprise, for the log and the quickstart. */
  readonly notes: readonly string[];
};

const SYSTEM_ACCOUNTS = ["postgres", "nobody"];

/** Where the server's account finds its folder if it cannot enter the data folder. */
export function fallbackBase(dataDir: string): string {
  return join("/var/lib/fractal-ts", createHash("sha256").update(dataDir).digest("hex").slice(0, 12));
}

/**
 * Decides where the server lives and makes that folder. As root, the account may be unable to enter the data
 * folder or to execute the programs (a clone under /root): then both live under /var/lib and a note says so.
 *
 * @param dataDir Exists.
 * @throws DatabaseError when the folder holds a database of another major version, or cannot be made.
 */
export function preparePlace(dataDir: string): Place {
  const packaged = packagedPrograms();
  const folderName = `postgres-${packaged.major}`;
  const real = realpathSync(dataDir);
  if (process.getuid?.() !== 0) {
    refuseOtherMajor(real, packaged.major);
    const home = makeFolder(join(real, folderName), 0o700);
    const programs = hasAllLinks(packaged) ? packaged : copyPrograms(packaged, real);
    return { home, data: join(home, "data"), programs, account: null, notes: [] };
  }

  const fallback = fallbackBase(real);
  const account = findAccount([join(real, folderName, "data"), join(fallback, folderName, "data")]);
  const hasMoved = existsSync(join(fallback, folderName, "data")); // stays there even if the data folder opens up later
  const base = hasMoved || !canEnter(account, real) ? fallback : real;
  refuseOtherMajor(real, packaged.major);
  refuseOtherMajor(fallback, packaged.major);
  if (base === fallback) for (const folder of [dirname(fallback), fallback]) makeFolder(folder, 0o711);
  const home = makeFolder(join(base, folderName), 0o711);

  const isUsable = hasAllLinks(packaged) && canExecute(account, packaged);
  const programs = isUsable ? packaged : copyPrograms(packaged, base);
  const notes = [`PostgreSQL does not run as root, so it runs as the account ${account.name}.`];
  if (base === fallback) notes.push(`${account.name} cannot enter ${real}, so the database is in ${home}.`);
  if (!isUsable)
    notes.push(
      `The PostgreSQL programs were copied to ${programs.folder}, where ${account.name} can run them.`,
    );
  return { home, data: join(home, "data"), programs, account, notes };
}

/** The owner of a folder that exists already keeps it; otherwise the first system account there is. */
function findAccount(dataFolders: readonly string[]): Account {
  for (const folder of dataFolders) {
    const { uid, gid } = statSync(folder, { throwIfNoEntry: false }) ?? { uid: 0, gid: 0 };
    if (uid !== 0) return { name: nameOf(uid), uid, gid };
  }
  for (const name of SYSTEM_ACCOUNTS) {
    const uid = askId("-u", name);
    const gid = askId("-g", name);
    if (uid && gid) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new DatabaseError(
    "PostgreSQL does not run as root, and there is no account postgres or nobody to run it as; " +
      "start fractal-ts as another user, or set DATABASE_URL to a PostgreSQL server.",
  );
}

const nameOf = (uid: number) => askId("-un", String(uid)) ?? `number ${uid}`;

function askId(option: string, name: string): string | null {
  const { status, stdout } = spawnSync("id", [option, name], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

/** Asked of the system and not computed from mode bits, which say nothing of ACLs and mounts. */
const canEnter = ({ uid, gid }: Account, folder: string) =>
  spawnSync("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], { uid, gid, cwd: "/" }).status === 0;

function canExecute({ uid, gid }: Account, programs: Programs): boolean {
  try {
    const variables: Record<string, string> = { LC_ALL: "C" };
    const env = variables as NodeJS.ProcessEnv;
    execFileSync(join(programs.folder, "bin", "initdb"), ["--version"], {
      uid,
      gid,
      env,
      cwd: "/",
      stdio: "ignore",
    });
    // The time zones are read at every start; programs may be executable while this is not.
    execFileSync("/bin/sh", ["-c", 'test -r "$1"', "sh", join(programs.folder, "share")], {
      uid,
      gid,
      cwd: "/",
    });
    return true;
  } catch {
    return false;
  }
}

function makeFolder(path: string, mode: number): string {
  try {
    if (!existsSync(path)) {
      mkdirSync(path, { recursive: true });
      chmodSync(path, mode); // mkdir's mode is cut by the umask
    }
    return path;
  } catch (err) {
    throw new DatabaseError(`Cannot make the database folder ${path}: ${(err as Error).message}`, {
      cause: err,
    });
  }
}

/** Files of one major version cannot be read by another; the old folder is left alone. */
function refuseOtherMajor(base: string, major: number): void {
  if (!existsSync(base) || existsSync(join(base, `postgres-${major}`, "data", "PG_VERSION"))) return;
  const old = readdirSync(base).find((name) => /^postgres-\d+$/.test(name) && name !== `postgres-${major}`);
  if (!old || !existsSync(join(base, old, "data", "PG_VERSION"))) return;
  throw new DatabaseError(
    moveInstructions(join(base, old), old.slice("postgres-".length), join(base, `postgres-${major}`)),
  );
}

/** @param from Home folder of the old server. @param to That of the new one. */
export function moveInstructions(from: string, version: string, to: string): string {
  const dump = `${dirname(from)}/fractal.dump`;
  return [
    `${from} holds a PostgreSQL ${version} database and this version of fractal-ts runs PostgreSQL ${to.split("-").at(-1)}.`,
    `Move it with the programs of PostgreSQL ${version}, as the owner of ${from}/data:`,
    `  pg_ctl -D '${from}/data' -o '-p 54329' -w start`,
    `  PGPASSWORD=$(cat '${from}/password') pg_dump -h 127.0.0.1 -p 54329 -U fractal -Fc -f '${dump}' fractal`,
    `  pg_ctl -D '${from}/data' -w stop`,
    `  mv '${from}' '${from}-moved'`,
    `Then start fractal-ts once and fill the new database:`,
    `  PGPASSWORD=$(cat '${to}/password') pg_restore --clean --if-exists -h 127.0.0.1 -p $(cat '${to}/port') -U fractal -d fractal '${dump}'`,
  ].join("\n");
}
