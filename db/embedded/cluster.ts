import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { moveInstructions, type Place } from "@/db/embedded/place";
import { DatabaseError } from "@/db/errors";

const run = promisify(execFile);

export const SERVER_USER = "fractal";

/** What the server's programs see of our environment: no secrets, no foreign language, no foreign libpq settings. */
const SERVER_VARIABLES: Record<string, string> = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };
export const SERVER_ENV = SERVER_VARIABLES as NodeJS.ProcessEnv;

/**
 * Makes PostgreSQL's folder unless it exists. Call under the lock. Whatever is killed half-way leaves only a
 * draft, which the next start removes.
 *
 * @returns The password of the server's user.
 */
export async function ensureCluster(place: Place): Promise<string> {
  const versionFile = join(place.data, "PG_VERSION");
  if (!existsSync(versionFile)) return initialize(place);
  const version = readFileSync(versionFile, "utf8").trim();
  if (version !== String(place.programs.major)) {
    throw new DatabaseError(moveInstructions(place.home, version, place.home));
  }
  const passwordFile = join(place.home, "password");
  if (!existsSync(passwordFile)) {
    throw new DatabaseError(
      `The database in ${place.home} is there but the file with its password, ${passwordFile}, is gone; ` +
        `restore that file, or move ${place.home} away to start with an empty database.`,
    );
  }
  return readFileSync(passwordFile, "utf8").trim();
}

async function initialize({ home, data, programs, account }: Place): Promise<string> {
  for (const name of readdirSync(home)) {
    if (name.startsWith("initdb-")) rmSync(join(home, name), { recursive: true, force: true });
  }
  const draft = join(home, `initdb-${process.pid}-${randomBytes(4).toString("hex")}`);
  const passwordDraft = `${draft}-password`;
  const password = randomBytes(24).toString("base64url");
  const giveAway = (path: string) => account && chownSync(path, account.uid, account.gid);
  try {
    mkdirSync(draft, { mode: 0o700 });
    giveAway(draft);
    // A file, because initdb runs as another account, which may not open our pipe as /dev/stdin.
    writeFileSync(passwordDraft, password, { mode: 0o600 });
    giveAway(passwordDraft);
    const options = [
      "--pgdata",
      draft,
      "--username",
      SERVER_USER,
      "--pwfile",
      passwordDraft,
      "--auth",
      "scram-sha-256",
    ];
    // Sorts by code point on every machine, upgrades of the system's library included.
    const locale = [
      "--encoding",
      "UTF8",
      "--locale",
      "C",
      "--locale-provider",
      "builtin",
      "--builtin-locale",
      "C.UTF-8",
    ];
    const user = account ? { uid: account.uid, gid: account.gid } : {};
    const initdb = join(programs.folder, "bin", "initdb");
    await run(initdb, [...options, ...locale, "--no-instructions"], { ...user, env: SERVER_ENV, cwd: home });
    // The password first: with it and without a database the next start simply makes both again.
    const passwordFile = join(home, "password");
    writeFileSync(passwordFile, password, { mode: 0o600, flush: true });
    chmodSync(passwordFile, 0o600);
    rmSync(data, { recursive: true, force: true }); // without PG_VERSION: not a database
    renameSync(draft, data);
    return password;
  } catch (err) {
    const { stderr, message } = err as { stderr?: string; message: string };
    const reason = (stderr ?? "").trim().split("\n").at(-1) || message;
    throw new DatabaseError(`Cannot make the embedded database in ${home}: ${reason}`, { cause: err });
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(passwordDraft, { force: true });
  }
}
