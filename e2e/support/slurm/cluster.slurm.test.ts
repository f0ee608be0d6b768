/** What `slurm:up` makes, `slurm:down` removes. Leaves a cluster behind, for whatever runs next. */
import { spawnSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONFIG_FILES, down, homeOf, idOf, up } from "./cluster";
import {
  PID_FILES,
  PROFILE_USERS,
  RUN_DIR,
  SERVER_USER,
  SLURM_ETC,
  STATE_DIR,
  SUDOERS,
  USERS,
} from "./config";

beforeAll(up);
afterAll(up);

/** What a cluster could leave behind: accounts and groups, folders, files, services. */
async function traces() {
  const list = (folder: string) => readdir(folder).catch(() => null);
  const lines = async (file: string) => (await readFile(file, "utf8")).split("\n");
  const [users, groups] = [await lines("/etc/passwd"), await lines("/etc/group")];
  const of = (all: string[]) => all.filter((line) => USERS.some((user) => line.startsWith(`${user}:`)));
  const processes = spawnSync("ps", ["-eo", "stat=,comm="], { encoding: "utf8" }).stdout.split("\n");
  const cgroups = [];
  for (const controller of (await list("/sys/fs/cgroup")) ?? [])
    cgroups.push(
      ...((await list(`/sys/fs/cgroup/${controller}`)) ?? []).filter((name) => /^slurm_n\d$/.test(name)),
    );
  return {
    users: of(users),
    groups: of(groups),
    etc: ((await list(SLURM_ETC)) ?? []).filter((name) => (CONFIG_FILES as readonly string[]).includes(name)),
    sudoers: await readFile(SUDOERS, "utf8").catch(() => null),
    state: await list(STATE_DIR),
    run: await list(RUN_DIR),
    mail: ((await list("/var/mail")) ?? []).filter((name) => USERS.some((user) => user === name)),
    // Without those that have ended and that nobody has waited for.
    services: processes.filter((line) => /^[^Z]\S*\s+(slurm(ctld|dbd|d|stepd)|munged|mariadbd)$/.test(line)),
    cgroups,
  };
}

const sudo = (...args: string[]) =>
  spawnSync("runuser", ["-u", SERVER_USER, "--", "sudo", "-n", ...args], { encoding: "utf8", cwd: "/" });

test("up may be repeated: the services stay the same", async () => {
  const pids = () => Promise.all(Object.values(PID_FILES).map((file) => readFile(file, "utf8")));
  const before = await pids();
  await up();
  expect(await pids()).toEqual(before);
  expect(before).toHaveLength(6);
});

test("the server's account may submit as the accounts of profiles, and do nothing else", () => {
  const submitted = sudo("-u", PROFILE_USERS[0], "sbatch", "--test-only", "--wrap", "true");
  expect(submitted).toMatchObject({ status: 0, stderr: expect.stringContaining("to start at") as string });
  for (const args of [
    ["-u", PROFILE_USERS[0], "sh", "-c", "id"],
    ["-u", PROFILE_USERS[0], "python3", "--version"],
    ["-u", PROFILE_USERS[0], "cat", "/etc/hostname"],
    ["-u", "root", "sbatch", "--version"],
    ["sbatch", "--version"],
  ])
    expect(sudo(...args), args.join(" ")).toMatchObject({
      status: 1,
      stderr: "sudo: a password is required\n",
    });
});

test("an account of a profile cannot look into the home of another", () => {
  const [one, two] = PROFILE_USERS;
  expect(sudo("-u", one, "mkdir", "-m", "700", `${homeOf(one)}/secret`).status).toBe(0);
  expect(sudo("-u", two, "stat", `${homeOf(one)}/secret/x`).stderr).toContain("Permission denied");
});

test("down leaves nothing of it, also with a job that ignores its end, and may be repeated", async () => {
  const script = ["--wrap", "trap '' TERM; while :; do sleep 1; done"];
  const job = sudo(
    "-u",
    PROFILE_USERS[1],
    "sbatch",
    "--parsable",
    "--chdir=/",
    "--output=/dev/null",
    ...script,
  );
  expect(job).toMatchObject({ status: 0, stderr: "" });
  expect(await traces()).not.toMatchObject({ users: [], services: [] });
  await down();
  const nothing = {
    ...{
      users: [],
      groups: [],
      etc: [],
      sudoers: null,
      state: null,
      run: null,
      mail: [],
      services: [],
      cgroups: [],
    },
  };
  expect(await traces()).toEqual(nothing);
  expect(USERS.map(idOf)).toEqual(USERS.map(() => null));
  await down();
  expect(await traces()).toEqual(nothing);
});
