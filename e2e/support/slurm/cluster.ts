/**
 * A real SLURM cluster on this machine, for tests and for trying a resource out (architecture §11): munge, MariaDB,
 * slurmdbd, slurmctld and two slurmd, three accounts and a sudo rule. Both verbs may be repeated, also after one that
 * was cut short; `down` leaves nothing behind but the Debian packages.
 */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, chmod, chown, mkdir, open, readFile, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import {
  CGROUP_CONF,
  GRES_CONF,
  MARK,
  MUNGE_SOCKET,
  MYSQL_PORT,
  MYSQL_SOCKET,
  NODES,
  PID_FILES,
  RUN_DIR,
  SLURM_ETC,
  STATE_DIR,
  SUDOERS,
  USERS,
  slurmdPid,
  slurmConf,
  slurmdbdConf,
  sudoers,
} from "./config";

const PATIENCE_MS = 30_000;
const CGROUPS = "/sys/fs/cgroup";
const PROGRAMS = {
  munged: "/usr/sbin/munged",
  mariadbd: "/usr/sbin/mariadbd",
  slurmdbd: "/usr/sbin/slurmdbd",
  slurmctld: "/usr/sbin/slurmctld",
  slurmd: "/usr/sbin/slurmd",
} as const;
export const CONFIG_FILES = ["slurm.conf", "gres.conf", "cgroup.conf", "slurmdbd.conf"] as const;

export async function up(): Promise<void> {
  requireRoot();
  await requirePackages();
  await requireNoOther();
  await makeFolders();
  makeUsers();
  await writeConfig();
  await startMunge();
  await startDatabase();
  await startAccounting();
  await startScheduler();
}

/** Does its scheduler run? */
export const isUp = (): Promise<boolean> => isRunning(PID_FILES.slurmctld);

export async function down(): Promise<void> {
  requireRoot();
  await endJobs();
  for (const file of Object.values(PID_FILES).reverse()) await endDaemon(file);
  for (const user of USERS) await removeUser(user);
  for (const name of CONFIG_FILES) await removeOurs(path.join(SLURM_ETC, name));
  await removeOurs(SUDOERS);
  if (await exists(`${STATE_DIR}/made-etc`)) await rmdir(SLURM_ETC).catch(ignoreOthers);
  for (const node of NODES) await removeCgroups(`slurm_${node}`);
  await rm(RUN_DIR, { recursive: true, force: true });
  await rm(STATE_DIR, { recursive: true, force: true });
}

// --- Before anything is touched ---

function requireRoot(): void {
  if (process.getuid?.() !== 0)
    throw new Error("The cluster has accounts, services and a sudo rule of its own: only root can make it.");
}

async function requirePackages(): Promise<void> {
  const needed = [
    ...Object.values(PROGRAMS),
    "/usr/bin/sudo",
    "/usr/bin/sbatch",
    "/usr/bin/mariadb-install-db",
  ];
  const missing = [];
  for (const program of needed) if (!(await exists(program))) missing.push(program);
  if (missing.length > 0)
    throw new Error(
      `Not installed: ${missing.join(", ")}. Install slurm-wlm slurmdbd munge mariadb-server sudo (apt-get install --no-install-recommends).`,
    );
}

/** A cluster of somebody else is not ours to change. */
async function requireNoOther(): Promise<void> {
  for (const file of [...CONFIG_FILES.map((name) => path.join(SLURM_ETC, name)), SUDOERS]) {
    const text = await readText(file);
    if (text !== null && !text.startsWith(MARK))
      throw new Error(`${file} is there, and not made by slurm:up. This machine has a cluster of its own.`);
  }
}

// --- Up ---

async function makeFolders(): Promise<void> {
  await mkdir(STATE_DIR, { recursive: true, mode: 0o755 });
  if ((await mkdir(SLURM_ETC, { recursive: true, mode: 0o755 })) !== undefined)
    await writeFile(`${STATE_DIR}/made-etc`, "");
  await folder(RUN_DIR, "root", 0o755);
  await folder(path.dirname(MUNGE_SOCKET), "munge", 0o755);
  await folder(path.dirname(MYSQL_SOCKET), "mysql", 0o755);
  await folder(`${STATE_DIR}/log`, "slurm", 0o755);
  await folder(`${STATE_DIR}/slurmctld`, "slurm", 0o755);
  for (const node of NODES) await folder(`${STATE_DIR}/slurmd/${node}`, "root", 0o755);
  await folder(`${STATE_DIR}/munge`, "munge", 0o700);
  await folder(`${STATE_DIR}/mysql`, "mysql", 0o700);
  await folder(`${STATE_DIR}/home`, "root", 0o755);
}

function makeUsers(): void {
  for (const user of USERS) {
    if (idOf(user) !== null) continue;
    run("useradd", [
      "--system",
      "--user-group",
      "--create-home",
      "--home-dir",
      homeOf(user),
      "--shell",
      "/bin/sh",
      user,
    ]);
  }
}

/** Home of an account of the cluster: its own, and nobody else's to read. */
export const homeOf = (user: string): string => `${STATE_DIR}/home/${user}`;

async function writeConfig(): Promise<void> {
  const hasCgroups = await canMakeCgroups();
  const host = hostname().split(".")[0] ?? "localhost";
  await writeFile(`${SLURM_ETC}/slurm.conf`, slurmConf(host, hasCgroups), { mode: 0o644 });
  await writeFile(`${SLURM_ETC}/gres.conf`, GRES_CONF, { mode: 0o644 });
  // Its mere presence makes SLURM look for cgroups.
  if (hasCgroups) await writeFile(`${SLURM_ETC}/cgroup.conf`, CGROUP_CONF, { mode: 0o644 });
  else await removeOurs(`${SLURM_ETC}/cgroup.conf`);
  await writeFile(`${SLURM_ETC}/slurmdbd.conf`, slurmdbdConf(await databasePassword()), { mode: 0o600 });
  await chmod(`${SLURM_ETC}/slurmdbd.conf`, 0o600);
  await own(`${SLURM_ETC}/slurmdbd.conf`, "slurm");
  // sudo refuses everything to everybody while one of its files is wrong.
  const draft = `${STATE_DIR}/sudoers`;
  await writeFile(draft, sudoers(), { mode: 0o440 });
  run("visudo", ["-cqf", draft]);
  run("install", ["-o", "root", "-g", "root", "-m", "440", draft, SUDOERS]);
}

async function canMakeCgroups(): Promise<boolean> {
  for (const controller of ["memory", "freezer"]) {
    const probe = `${CGROUPS}/${controller}/fractal-slurm-probe`;
    try {
      await mkdir(probe);
      await rmdir(probe);
    } catch {
      return false;
    }
  }
  return true;
}

async function databasePassword(): Promise<string> {
  const file = `${STATE_DIR}/password`;
  const known = await readText(file);
  if (known !== null) return known;
  const made = randomBytes(16).toString("hex");
  await writeFile(file, made, { mode: 0o600 });
  return made;
}

async function startMunge(): Promise<void> {
  const key = `${STATE_DIR}/munge/key`;
  if (!(await exists(key))) await writeFile(key, randomBytes(1024), { mode: 0o400 });
  await own(key, "munge");
  if (!(await isRunning(PID_FILES.munged))) {
    await rm(MUNGE_SOCKET, { force: true });
    const files = [`--key-file=${key}`, `--socket=${MUNGE_SOCKET}`, `--pid-file=${PID_FILES.munged}`];
    const others = [`--log-file=${STATE_DIR}/munge/log`, `--seed-file=${STATE_DIR}/munge/seed`];
    run("runuser", ["-u", "munge", "--", PROGRAMS.munged, ...files, ...others]);
  }
  await eventually("munged answers", () => succeeds("munge", ["-n", "-S", MUNGE_SOCKET]));
}

async function startDatabase(): Promise<void> {
  const data = `${STATE_DIR}/mysql`;
  if (!(await exists(`${data}/mysql`)))
    run("mariadb-install-db", ["--no-defaults", "--user=mysql", `--datadir=${data}`, "--skip-test-db"]);
  if (!(await isRunning(PID_FILES.mariadbd))) {
    const log = await open(`${STATE_DIR}/log/mariadbd.log`, "a");
    const places = [`--datadir=${data}`, `--socket=${MYSQL_SOCKET}`, `--pid-file=${PID_FILES.mariadbd}`];
    const size = ["--innodb-buffer-pool-size=64M", "--innodb-lock-wait-timeout=900"];
    const network = ["--bind-address=127.0.0.1", `--port=${MYSQL_PORT}`, "--skip-name-resolve"];
    const child = spawn(
      PROGRAMS.mariadbd,
      ["--no-defaults", "--user=mysql", ...places, ...size, ...network],
      {
        detached: true,
        cwd: "/",
        stdio: ["ignore", log.fd, log.fd],
      },
    );
    child.unref();
    await log.close();
  }
  await eventually("MariaDB answers", () => succeeds("mariadb", sqlArgs("SELECT 1")));
  const password = await databasePassword();
  run(
    "mariadb",
    sqlArgs(`CREATE DATABASE IF NOT EXISTS slurm_acct_db;
      CREATE USER IF NOT EXISTS slurm@'127.0.0.1' IDENTIFIED BY '${password}';
      GRANT ALL ON slurm_acct_db.* TO slurm@'127.0.0.1'`),
  );
}

const sqlArgs = (statements: string) => ["--no-defaults", `--socket=${MYSQL_SOCKET}`, "-e", statements];

async function startAccounting(): Promise<void> {
  if (!(await isRunning(PID_FILES.slurmdbd))) {
    await rm(PID_FILES.slurmdbd, { force: true });
    run(PROGRAMS.slurmdbd, []);
  }
  await eventually("slurmdbd answers", () => succeeds("sacctmgr", ["-n", "show", "cluster"]));
  const clusters = run("sacctmgr", ["-nP", "show", "cluster", "format=cluster"]).split("\n");
  // Before slurmctld, which takes its association with the cluster when it starts.
  if (!clusters.includes("dev")) run("sacctmgr", ["-i", "add", "cluster", "dev"]);
}

async function startScheduler(): Promise<void> {
  if (!(await isRunning(PID_FILES.slurmctld))) {
    await rm(PID_FILES.slurmctld, { force: true });
    run(PROGRAMS.slurmctld, []);
  }
  await eventually("slurmctld answers", () => succeeds("scontrol", ["ping"]));
  for (const node of NODES) {
    const pidFile = slurmdPid(node);
    if (await isRunning(pidFile)) continue;
    await rm(pidFile, { force: true });
    run(PROGRAMS.slurmd, ["-N", node]);
  }
  await eventually("both nodes are up", () => {
    const states = spawnSync("sinfo", ["-hN", "-o", "%N %t"], { encoding: "utf8" }).stdout.trim().split("\n");
    const isUp = (line: string) => /^n\d (idle|mix|alloc|comp)$/.test(line);
    return new Set(states.filter(isUp)).size === NODES.length;
  });
}

// --- Down ---

/** While somebody can still end them; what is left belongs to our accounts and ends with them. */
async function endJobs(): Promise<void> {
  if (!(await isRunning(PID_FILES.slurmctld)) || !succeeds("scontrol", ["ping"])) return;
  const users = USERS.filter((user) => idOf(user) !== null);
  for (const user of users) succeeds("scancel", [`--user=${user}`]);
  const isEmpty = () => spawnSync("squeue", ["-h"], { encoding: "utf8" }).stdout === "";
  await eventually("all jobs have ended", isEmpty).catch(() => undefined);
}

/** Ends one service, by its pid file; `up` starts it again. */
export async function endDaemon(pidFile: string): Promise<void> {
  const pid = await pidIn(pidFile);
  if (pid !== null && (await isOurDaemon(pid))) {
    process.kill(pid, "SIGTERM");
    await eventually(`the service of ${pidFile} has ended`, async () => !(await isOurDaemon(pid)));
  }
  await rm(pidFile, { force: true });
}

async function removeUser(user: string): Promise<void> {
  const uid = idOf(user);
  if (uid === null) return;
  await eventually(`no process of ${user} is left`, async () => {
    const pids = await processesOf(uid);
    for (const pid of pids) kill(pid);
    return pids.length === 0;
  });
  run("userdel", [user]);
}

async function processesOf(uid: number): Promise<number[]> {
  const found = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readText(`/proc/${name}/status`);
    if (status?.match(/^Uid:\t(\d+)/m)?.[1] === String(uid)) found.push(Number(name));
  }
  return found;
}

async function removeCgroups(name: string): Promise<void> {
  for (const controller of await readdir(CGROUPS).catch(() => []))
    await removeCgroup(path.join(CGROUPS, controller, name));
}

/** A cgroup is a folder whose files cannot be removed: only the empty folders inside out. */
async function removeCgroup(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeCgroup(path.join(folder, entry.name));
  await rmdir(folder).catch(ignoreOthers);
}

async function removeOurs(file: string): Promise<void> {
  if ((await readText(file))?.startsWith(MARK)) await rm(file);
}

// --- Small things ---

async function folder(name: string, owner: string, mode: number): Promise<void> {
  await mkdir(name, { recursive: true });
  await chmod(name, mode);
  await own(name, owner);
}

async function own(file: string, user: string): Promise<void> {
  const uid = idOf(user);
  if (uid === null) throw new Error(`There is no account ${user}; its Debian package makes it.`);
  await chown(file, uid, Number(run("id", ["-g", user])));
}

/** Number of an account; null: there is none. */
export function idOf(user: string): number | null {
  const { status, stdout } = spawnSync("id", ["-u", user], { encoding: "utf8" });
  return status === 0 ? Number(stdout) : null;
}

/** @returns stdout, trimmed. @throws Error with what the program said. */
function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stderr.trim() || stdout}`);
  return stdout.trim();
}

const succeeds = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { cwd: "/", stdio: "ignore" }).status === 0;

async function eventually(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await look())) {
    if (performance.now() > giveUpAt)
      throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain until ${what}. Logs: ${STATE_DIR}/log`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function pidIn(file: string): Promise<number | null> {
  const pid = Number((await readText(file))?.trim());
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

async function isRunning(pidFile: string): Promise<boolean> {
  const pid = await pidIn(pidFile);
  return pid !== null && (await isOurDaemon(pid));
}

/** A number in a stale file may be that of somebody else by now. */
async function isOurDaemon(pid: number): Promise<boolean> {
  const words = (await readText(`/proc/${pid}/cmdline`))?.split("\0") ?? [];
  return words.length > 1 && (Object.values(PROGRAMS) as string[]).includes(words[0] ?? "");
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

async function readText(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((err: unknown) => {
    if (["ENOENT", "ENOTDIR", "ESRCH"].includes((err as NodeJS.ErrnoException).code ?? "")) return null;
    throw err;
  });
}

const exists = async (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

function ignoreOthers(err: unknown): void {
  if (
    !["ENOENT", "ENOTEMPTY", "EBUSY", "EEXIST", "ENOTDIR"].includes((err as NodeJS.ErrnoException).code ?? "")
  )
    throw err;
}
