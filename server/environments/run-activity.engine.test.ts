/**
 * Collections of real wheels with a real pip, driven by a real runner process where one is killed. 10.22: item of the
 * conformance checklist (runner specification §10).
 */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import { leases, taskGroups, tasks } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import { uploadPath } from "@/server/platform/uploads";
import { startRunner } from "@/server/runner";
import { childEnvironment } from "./commands";
import {
  activityOf,
  collectWheel,
  driveToEnd,
  makeCollectWorld,
  removeWorld,
  silent,
  waitFor,
} from "./testing";
import type { CollectWorld } from "./testing";

const run = promisify(execFile);
const EXAMPLE = path.resolve("examples/fractal-example-tasks");

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: CollectWorld;
let work: string;
let builder: string;

beforeAll(async () => {
  t = await createTestDb();
  builder = await mkdtemp(path.join(tmpdir(), "fractal-builder-"));
  await run("python3", ["-m", "venv", path.join(builder, "venv")]);
});
afterAll(async () => {
  await t.drop();
  await rm(builder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await makeCollectWorld(t);
  ({ work } = world);
});
afterEach(() => removeWorld(world));

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

const collect = (wheel: string) => collectWheel(world, wheel);

test("10.22 the example package is collected: tasks with argument vectors, what is installed, an active group", async () => {
  const wheel = await buildWheel();
  const id = await collect(wheel);
  const activity = await driveToEnd(world, id);
  expect(activity).toMatchObject({ status: "OK", action: "collect", pkg_name: "fractal-example-tasks" });
  for (const line of ["environment", "Install 1 package", "Successfully installed"])
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
  // Argument vectors: the environment's Python, then the executable below the root of the package.
  const root = path.dirname(
    (
      await run(`${group.venv_path}/bin/python`, [
        "-c",
        "import fractal_example_tasks as p; print(p.__file__)",
      ])
    ).stdout.trim(),
  );
  const manifest = JSON.parse(await readFile(path.join(root, "__FRACTAL_MANIFEST__.json"), "utf8")) as {
    task_list: { executable_parallel?: string; executable_non_parallel?: string }[];
  };
  const commandOf = (executable: string | undefined) =>
    executable === undefined ? null : [`${group.venv_path}/bin/python`, `${root}/${executable}`];
  expect(found.map((task) => [task.command_parallel, task.command_non_parallel])).toEqual(
    manifest.task_list.map((task) => [
      commandOf(task.executable_parallel),
      commandOf(task.executable_non_parallel),
    ]),
  );
  for (const { command_parallel, command_non_parallel } of found)
    for (const command of [command_parallel, command_non_parallel]) {
      if (command === null) continue;
      expect(command[0]).toBe(`${group.venv_path}/bin/python`);
      expect((await run(command[0] ?? "", [command[1] ?? "", "--help"])).stdout).toContain("--args-json");
    }
  expect(activity.steps.map(({ title, state, detail }) => [title, state, detail])).toEqual([
    [`Create the Python ${world.python} environment`, "done", null],
    ["Choose the packages", "done", "1 package"],
    ["Install 1 package", "done", null],
    ["Read the manifest", "done", "6 tasks"],
    ["Check 8 commands", "done", null],
  ]);
  expect(await t.db.select().from(leases).where(eq(leases.id, id))).toEqual([]);
  // The wheel lies with its environment now; the upload and everything temporary is gone.
  expect(await readdir(path.dirname(uploadPath(world.dataDir, "x")))).toEqual([]);
  expect((await readdir(group.path ?? "")).sort()).toEqual([
    path.basename(wheel),
    "fractal_task_group_id.txt",
    "venv",
  ]);
});

test("a folder of somebody else is neither used nor removed", async () => {
  const wheel = await buildWheel();
  const taken = path.join(work, "tasks", String(world.userId), "fractal-example-tasks", "0.1.0");
  await cp(EXAMPLE, taken, { recursive: true });
  const activity = await driveToEnd(world, await collect(wheel));
  expect(activity.log.split("\n")[0]).toMatch(/exists already and does not belong to this collection/);
  expect(existsSync(path.join(taken, "pyproject.toml"))).toBe(true);
});

// Guarantee: a killed server leaves no pip behind, and the next one collects from a clean folder.
test("a collection whose server is killed half-way is done again from the start", async () => {
  const wheel = await buildWheel();
  const id = await collect(wheel);
  const script = `import("./server/runner/index.ts").then(({ startRunner }) =>
    import("pino").then(({ pino }) => startRunner({ databaseUrl: process.env.DATABASE_URL, dataDir: process.env.FRACTAL_DATA_DIR, log: pino({ level: "silent" }) })))`;
  const server = spawn(process.execPath, ["--import", "tsx", "-e", script], {
    env: { ...process.env, DATABASE_URL: t.url, FRACTAL_DATA_DIR: world.dataDir },
    stdio: "ignore",
  });
  const folder = path.join(work, "tasks", String(world.userId), "fractal-example-tasks", "0.1.0");
  const marker = path.join(folder, "half-way");
  await waitFor(() => Promise.resolve(existsSync(path.join(folder, "venv")) ? true : null));
  server.kill("SIGKILL");
  await waitFor(async () => ((await processesIn(folder)).length === 0 ? true : null));
  expect(await activityOf(world, id)).toMatchObject({ status: "ongoing" });
  await writeFile(marker, "what a killed pip leaves");
  // A minute passes: the dead server's lease runs out.
  await t.db.update(leases).set({ expires_at: sql`'-infinity'` });

  const activity = await driveToEnd(world, id);
  expect(activity.status).toBe("OK");
  expect(activity.log.match(/Create the Python .* environment/g)).toHaveLength(1);
  expect(existsSync(marker)).toBe(false);
});

test("when the server is told to end, it leaves the collection to the next one", async () => {
  const id = await collect(await buildWheel());
  const runner = await startRunner({ databaseUrl: t.url, dataDir: world.dataDir, log: silent });
  await waitFor(async () => ((await activityOf(world, id)).log.includes("Create the Python") ? true : null));
  await runner.stop();
  expect(await activityOf(world, id)).toMatchObject({ status: "ongoing", timestamp_ended: null });
  expect((await driveToEnd(world, id)).status).toBe("OK");
});

test("a child gets the environment of a log-in, pip's own variables and its way out, and none of our secrets", () => {
  // A host behind a proxy, with a configuration and certificates of its own.
  const wayOut = {
    HTTPS_PROXY: "http://proxy.example:3128",
    no_proxy: "localhost",
    REQUESTS_CA_BUNDLE: "/etc/ssl/own.pem",
    XDG_CONFIG_HOME: "/root/own-config",
  };
  const ours = {
    PATH: "/bin",
    HOME: "/root",
    LANG: "C.UTF-8",
    PIP_NO_INDEX: "1",
    PIP_TARGET: "/elsewhere",
    ...wayOut,
    DATABASE_URL: "postgres://secret",
    NEXTAUTH_SECRET: "secret",
    NODE_OPTIONS: "--inspect",
  };
  expect(childEnvironment(ours)).toEqual({
    PATH: "/bin",
    HOME: "/root",
    LANG: "C.UTF-8",
    PIP_NO_INDEX: "1",
    ...wayOut,
    PYTHONNOUSERSITE: "1",
    PYTHONUNBUFFERED: "1",
  });
  const { PATH, HOME, LANG } = ours;
  expect(childEnvironment(ours, true)).toEqual({
    ...{ PATH, HOME, LANG },
    ...{ PYTHONNOUSERSITE: "1", PYTHONUNBUFFERED: "1" },
  });
});

/** Lines of `ps` that name the folder. */
async function processesIn(folder: string): Promise<string[]> {
  const { stdout } = await run("ps", ["-axo", "pid=,args="]);
  return stdout.split("\n").filter((line) => line.includes(folder));
}
