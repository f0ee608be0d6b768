/** Collections of real wheels with a real pip, driven by a real runner process where one is killed. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { eq, sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import { leases, taskGroupActivities, taskGroups, tasks } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import { findPython } from "@/server/platform/python";
import type { Python } from "@/server/platform/python";
import { startRunner } from "@/server/runner";
import { systemContext } from "@/server/services/context";
import type { ServiceContext } from "@/server/services/context";
import { createProfile } from "@/server/services/profile/create";
import { createResource } from "@/server/services/resource/create";
import { collectWheel } from "@/server/services/task/collect-wheel";
import { createUser } from "@/server/services/user/create";
import { findUserContext } from "@/server/services/user/find-session";
import { childEnvironment } from "./commands";

const run = promisify(execFile);
const EXAMPLE = path.resolve("examples/fractal-example-tasks");
const log = pino({ level: "silent" });

let t: Awaited<ReturnType<typeof createTestDb>>;
let python: Python;
let work: string;
let ctx: ServiceContext;
let builder: string;

beforeAll(async () => {
  python = await findPython();
  t = await createTestDb();
  builder = await mkdtemp(path.join(tmpdir(), "fractal-builder-"));
  await run(python.path, ["-m", "venv", path.join(builder, "venv")]);
});
afterAll(async () => {
  await t.drop();
  await rm(builder, { recursive: true, force: true });
});
beforeEach(async () => {
  work = await mkdtemp(path.join(tmpdir(), "fractal-collect-"));
  ctx = await makeUser();
});
afterEach(() => rm(work, { recursive: true, force: true }));

async function makeUser(): Promise<ServiceContext> {
  const system = systemContext(t.db);
  const name = path.basename(work);
  const minor = python.version.split(".").slice(0, 2).join(".") as "3.11";
  const { resource_id } = await createResource(system, {
    type: "local",
    name,
    jobs_local_dir: `${work}/jobs`,
    jobs_runner_config: {},
    tasks_local_dir: `${work}/tasks`,
    tasks_python_config: { default_version: minor, versions: { [minor]: python.path } },
    tasks_pixi_config: {},
  });
  const profile = { resource_type: "local", name } as const;
  const { profile_id } = await createProfile(system, { resource_id, document: profile });
  const email = `${name.toLowerCase()}@example.org`;
  await createUser(system, { email, password: "a long password", project_dirs: [work], profile_id });
  const found = await findUserContext(t.db, email);
  if (!found) throw new Error("no user");
  return found;
}

/** A wheel of the example package, changed first. */
async function buildWheel(
  change: (root: string) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const source = path.join(work, "source");
  await cp(EXAMPLE, source, { recursive: true });
  await change(path.join(source, "src/fractal_example_tasks"));
  const out = path.join(work, "dist");
  const pip = path.join(builder, "venv/bin/pip");
  await run(pip, ["wheel", "--no-deps", "--no-index", "--wheel-dir", out, source]);
  return path.join(out, one(await readdir(out)));
}

async function collect(wheel: string): Promise<number> {
  return (await collectWheel(ctx, { wheel_path: wheel })).activity_id;
}

const activityOf = async (id: number) =>
  one(await t.db.select().from(taskGroupActivities).where(eq(taskGroupActivities.id, id)));

async function waitFor<T>(read: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await read();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function driveToEnd(id: number) {
  const runner = await startRunner({ databaseUrl: t.url, log });
  try {
    return await waitFor(async () => {
      const activity = await activityOf(id);
      return activity.timestamp_ended === null ? null : activity;
    });
  } finally {
    await runner.stop();
  }
}

async function expectNothingLeft() {
  expect(
    await t.db
      .select()
      .from(taskGroups)
      .where(sql`path LIKE ${`${work}%`}`),
  ).toEqual([]);
  const base = path.join(work, "tasks");
  const files = existsSync(base) ? await readdir(base, { recursive: true, withFileTypes: true }) : [];
  expect(files.filter((entry) => entry.isFile())).toEqual([]);
}

test("the example package is collected: tasks with argument vectors, what is installed, an active group", async () => {
  const wheel = await buildWheel();
  const id = await collect(wheel);
  const activity = await driveToEnd(id);
  expect(activity).toMatchObject({ status: "OK", action: "collect", pkg_name: "fractal-example-tasks" });
  for (const line of ["Create the virtual environment", "Install the wheel", "Successfully installed"])
    expect(activity.log).toContain(line);

  const group = one(
    await t.db
      .select()
      .from(taskGroups)
      .where(eq(taskGroups.id, activity.task_group_id ?? 0)),
  );
  expect(group).toMatchObject({ active: true, archive_path: `${group.path}/${path.basename(wheel)}` });
  expect(group.env_info).toContain("fractal-example-tasks");
  expect(await readFile(`${group.path}/fractal_task_group_id.txt`, "utf8")).toBe(`${group.id}\n`);

  const found = await t.db.select().from(tasks).where(eq(tasks.task_group_id, group.id)).orderBy(tasks.id);
  expect(found.map(({ name, type }) => [name, type])).toEqual([
    ["Convert TIFF Folder", "converter_compound"],
    ["Import OME-Zarr Plate", "converter_non_parallel"],
    ["Project Z", "compound"],
    ["Segment Nuclei", "parallel"],
    ["Measure Features", "parallel"],
    ["Summarise Plate", "non_parallel"],
  ]);
  for (const { command_parallel, command_non_parallel } of found)
    for (const command of [command_parallel, command_non_parallel]) {
      if (command === null) continue;
      expect(command[0]).toBe(`${group.venv_path}/bin/python`);
      expect((await run(command[0] ?? "", [command[1] ?? "", "--help"])).stdout).toContain("--args-json");
    }
  expect(await t.db.select().from(leases).where(eq(leases.id, id))).toEqual([]);
});

test("a broken manifest is refused with the place in the file, and leaves nothing behind", async () => {
  const wheel = await buildWheel(async (root) => {
    const file = path.join(root, "__FRACTAL_MANIFEST__.json");
    const manifest = JSON.parse(await readFile(file, "utf8")) as { task_list: { type: string }[] };
    for (const task of manifest.task_list.slice(3, 4)) task.type = "paralel";
    await writeFile(file, JSON.stringify(manifest));
  });
  const activity = await driveToEnd(await collect(wheel));
  expect(activity).toMatchObject({ status: "failed", task_group_id: null });
  expect(activity.log.split("\n")[0]).toMatch(/^The manifest is not valid at task_list\[3\]\.type: /);
  expect(activity.log).toContain("Successfully installed");
  await expectNothingLeft();
});

test("a manifest that points to a missing executable is refused, naming task and file", async () => {
  const wheel = await buildWheel((root) => rm(path.join(root, "measure_features.py")));
  const activity = await driveToEnd(await collect(wheel));
  expect(activity.status).toBe("failed");
  expect(activity.log.split("\n")[0]).toMatch(
    /^The task 'Measure Features' has an executable_parallel that points to a missing file: .*measure_features\.py\.$/,
  );
  await expectNothingLeft();
});

const WRITE_WHEEL = `
import json, sys, zipfile
path, name, calls_itself, extra = sys.argv[1:]
info = f"{name}-1.0.dist-info"
files = {
    f"{name}/__FRACTAL_MANIFEST__.json": json.dumps({"manifest_version": "2", "task_list": [
        {"name": "T", "executable_parallel": "__FRACTAL_MANIFEST__.json"}]}),
    f"{info}/METADATA": f"Metadata-Version: 2.1\\nName: {calls_itself}\\nVersion: 1.0\\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
}
if extra:
    files[extra] = "evil"
files[f"{info}/RECORD"] = "".join(f"{file},,\\n" for file in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(path, "w") as archive:
    for file, text in files.items():
        archive.writestr(file, text)
`;

test.each([
  [
    "calls itself like another package",
    "numpy",
    "",
    /^The wheel calls itself numpy, but its file name says evil/,
  ],
  ["writes outside of its environment", "evil", "../../../../../../evil.txt", /^"Install the wheel" failed/],
])("a wheel that %s is refused and leaves nothing behind", async (_what, callsItself, extra, why) => {
  const wheel = path.join(work, "evil-1.0-py3-none-any.whl");
  await run("python3", ["-c", WRITE_WHEEL, wheel, "evil", callsItself, extra]);
  const activity = await driveToEnd(await collect(wheel));
  expect(activity.log).toMatch(why);
  expect(activity.status).toBe("failed");
  await expectNothingLeft();
});

test("a package without manifest, a file that is not a wheel, and a missing file each say so", async () => {
  const noManifest = await buildWheel((root) => rm(path.join(root, "__FRACTAL_MANIFEST__.json")));
  expect((await driveToEnd(await collect(noManifest))).log).toMatch(
    /^The package .* has no __FRACTAL_MANIFEST__/,
  );

  const broken = path.join(work, "broken-1.0-py3-none-any.whl");
  await writeFile(broken, "not a zip file");
  const failed = await driveToEnd(await collect(broken));
  expect(failed.log).toMatch(/^"Install the wheel" failed: .*\/bin\/python exited with code \d+/);

  expect((await driveToEnd(await collect(path.join(work, "gone-1.0-py3-none-any.whl")))).log).toMatch(
    /^The wheel .* cannot be read: it does not exist\.\n/,
  );
  await expectNothingLeft();
});

test("a folder of somebody else is neither used nor removed", async () => {
  const wheel = await buildWheel();
  const taken = path.join(work, "tasks", String(userId()), "fractal-example-tasks", "0.1.0");
  await cp(EXAMPLE, taken, { recursive: true });
  const activity = await driveToEnd(await collect(wheel));
  expect(activity.log.split("\n")[0]).toMatch(/exists already and does not belong to this collection/);
  expect(existsSync(path.join(taken, "pyproject.toml"))).toBe(true);
});

// Guarantee: a killed server leaves no pip behind, and the next one collects from a clean folder.
test("a collection whose server is killed half-way is done again from the start", async () => {
  const wheel = await buildWheel();
  const id = await collect(wheel);
  const script = `import("./server/runner/index.ts").then(({ startRunner }) =>
    import("pino").then(({ pino }) => startRunner({ databaseUrl: process.env.DATABASE_URL, log: pino({ level: "silent" }) })))`;
  const server = spawn(process.execPath, ["--import", "tsx", "-e", script], {
    env: { ...process.env, DATABASE_URL: t.url },
    stdio: "ignore",
  });
  const folder = path.join(work, "tasks", String(userId()), "fractal-example-tasks", "0.1.0");
  const marker = path.join(folder, "half-way");
  await waitFor(() => Promise.resolve(existsSync(path.join(folder, "venv")) ? true : null));
  server.kill("SIGKILL");
  await waitFor(async () => ((await processesIn(folder)).length === 0 ? true : null));
  expect(await activityOf(id)).toMatchObject({ status: "ongoing" });
  await writeFile(marker, "what a killed pip leaves");
  // A minute passes: the dead server's lease runs out.
  await t.db.update(leases).set({ expires_at: sql`'-infinity'` });

  const activity = await driveToEnd(id);
  expect(activity.status).toBe("OK");
  expect(activity.log.match(/Create the virtual environment/g)).toHaveLength(1);
  expect(existsSync(marker)).toBe(false);
});

test("when the server is told to end, it leaves the collection to the next one", async () => {
  const id = await collect(await buildWheel());
  const runner = await startRunner({ databaseUrl: t.url, log });
  await waitFor(async () => ((await activityOf(id)).log.includes("virtual environment") ? true : null));
  await runner.stop();
  expect(await activityOf(id)).toMatchObject({ status: "ongoing", timestamp_ended: null });
  expect((await driveToEnd(id)).status).toBe("OK");
});

test("a child gets the environment of a log-in and pip's own variables, and none of our secrets", () => {
  const ours = {
    PATH: "/bin",
    HOME: "/root",
    LANG: "C.UTF-8",
    PIP_NO_INDEX: "1",
    PIP_TARGET: "/elsewhere",
    DATABASE_URL: "postgres://secret",
    NEXTAUTH_SECRET: "secret",
    NODE_OPTIONS: "--inspect",
  };
  expect(childEnvironment(ours)).toEqual({
    PATH: "/bin",
    HOME: "/root",
    LANG: "C.UTF-8",
    PIP_NO_INDEX: "1",
    PYTHONNOUSERSITE: "1",
    PYTHONUNBUFFERED: "1",
  });
});

const userId = () => (ctx.actor.kind === "user" ? ctx.actor.user.id : 0);

/** Lines of `ps` that name the folder. */
async function processesIn(folder: string): Promise<string[]> {
  const { stdout } = await run("ps", ["-axo", "pid=,args="]);
  return stdout.split("\n").filter((line) => line.includes(folder));
}
