/** The configuration of the host's pip: where packages are counts, how somebody likes to install them does not. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { one } from "@/db/rows";
import { taskGroups, tasks } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import { collectPackage } from "@/server/services/task/collect";
import { findPackage } from "./find-package";
import { NOTHING, driveToEnd, leftOvers, makeCollectWorld, removeWorld } from "./testing";
import type { CollectWorld } from "./testing";
import { writeWheel } from "./wheel.testing";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: CollectWorld;
let wheels: string;

beforeAll(async () => {
  t = await createTestDb();
});
afterAll(() => t.drop());
beforeEach(async () => {
  world = await makeCollectWorld(t);
  wheels = path.join(world.work, "wheels");
  for (const name of Object.keys(process.env)) if (name.startsWith("PIP_")) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await removeWorld(world);
});

async function configure(text: string): Promise<void> {
  const file = path.join(world.work, "pip.conf");
  await writeFile(file, text);
  vi.stubEnv("PIP_CONFIG_FILE", file);
}

async function look() {
  const resource = one([
    ...(await t.db.execute<{ id: number; name: string; document: Record<string, unknown> }>(
      sql`SELECT id, name, document FROM resource WHERE name = ${path.basename(world.work)}`,
    )),
  ]);
  const question = {
    package: "some-tasks",
    resource_id: resource.id,
    python_version: world.python as "3.11",
  };
  return findPackage(resource, question, new AbortController().signal);
}

async function collect(package_version = "1.0") {
  const input = { origin: "pypi", package: "some-tasks", package_version } as const;
  return driveToEnd(world, (await collectPackage(world.ctx, input)).activity_id);
}

/** Each of them would make another environment than the promised one, or none. */
const HOW = (work: string) => ({
  ...{ user: "true", "no-deps": "true", "dry-run": "true", "require-virtualenv": "true" },
  ...{ "no-binary": ":all:", "ignore-requires-python": "true", quiet: "3", "require-hashes": "true" },
  ...{ target: `${work}/elsewhere`, editable: `${work}/other`, requirement: `${work}/requirements.txt` },
});

test.each(["a file", "the environment"])(
  "a package is found and collected into its own environment, whatever %s says of how to install",
  async (from) => {
    await writeWheel(wheels, { name: "some_tasks", requires: ["base-lib"] });
    await writeWheel(wheels, { name: "base_lib" });
    const how = Object.entries(HOW(world.work));
    const lines = from === "a file" ? how.map(([option, text]) => `${option} = ${text}`) : [];
    if (from === "the environment")
      for (const [option, text] of how) vi.stubEnv(`PIP_${option.toUpperCase().replaceAll("-", "_")}`, text);
    const cache = path.join(world.work, "cache");
    const where = [`cache-dir = ${cache}`, "no-index = true", `find-links = ${wheels}`];
    await configure(["[global]", ...where, ...lines, "[install]", ...lines, ""].join("\n"));

    expect(await look()).toMatchObject({ ok: true, version: "1.0" });
    const activity = await collect();
    expect(activity.log.split("\n")[0]).not.toMatch(/failed|cannot/);
    expect(activity).toMatchObject({ status: "OK" });
    const { env_info } = one(
      await t.db
        .select()
        .from(taskGroups)
        .where(eq(taskGroups.id, activity.task_group_id ?? 0)),
    );
    // How freeze spells a package is a matter of its version.
    const installed = env_info?.toLowerCase().replaceAll("_", "-").split("\n");
    expect(installed).toEqual(expect.arrayContaining([expect.stringMatching(/^some-tasks\b/)]));
    expect(installed).toEqual(expect.arrayContaining([expect.stringMatching(/^base-lib\b/)]));
    expect(existsSync(path.join(world.work, "elsewhere"))).toBe(false);
    expect(activity.log).toContain(`--cache-dir ${cache} `);
    if (from === "a file")
      expect(activity.log).toMatch(/Not used of pip's configuration: .*no-deps, .*target, user/);
  },
);

test("a file and a folder that are named from where the server was started are found", async () => {
  await writeWheel(wheels, { name: "some_tasks" });
  await configure("[global]\nno-index = true\n");
  const fromHere = (file: string) => path.relative(process.cwd(), file);
  vi.stubEnv("PIP_CONFIG_FILE", fromHere(path.join(world.work, "pip.conf")));
  vi.stubEnv("PIP_FIND_LINKS", fromHere(wheels));
  expect(await look()).toMatchObject({ ok: true, version: "1.0" });
  const activity = await collect();
  expect(activity).toMatchObject({ status: "OK" });
});

test("the version that is kept is the one that was installed, however it was asked for", async () => {
  await writeWheel(wheels, { name: "some_tasks", version: "2.1.0" });
  await configure(`[global]\nno-index = true\nfind-links = ${wheels}\n`);
  const { task_group_id } = await collect("2.1");
  const id = task_group_id ?? 0;
  const kept = await t.db
    .select({ active: taskGroups.active, ofGroup: taskGroups.version, ofTask: tasks.version })
    .from(taskGroups)
    .innerJoin(tasks, eq(tasks.task_group_id, taskGroups.id))
    .where(eq(taskGroups.id, id));
  expect(kept).toEqual([{ active: true, ofGroup: "2.1.0", ofTask: "2.1.0" }]);
});

test("looking where no folder can be made: a sentence that blames no field", async () => {
  vi.stubEnv("TMPDIR", path.join(world.work, "gone"));
  expect(await look()).toMatchObject({
    ok: false,
    kind: "other",
    reason: expect.stringMatching(/^No folder can be made in .*gone: ENOENT/) as unknown,
  });
});

test("the index of a file is used, and its password is in no log", async () => {
  await configure("[global]\nretries = 0\n[install]\nindex-url = http://me:secret@127.0.0.1:9/simple\n");
  const why = /^The package index 127\.0\.0\.1:9 cannot be used: the connection was refused/;
  expect(await look()).toMatchObject({ ok: false, reason: expect.stringMatching(why) as unknown });
  const activity = await collect();
  expect(activity.log).toMatch(why);
  expect(activity.log).not.toContain("secret");
});

test("a configuration that cannot be read: a sentence, nothing of its content, nothing left", async () => {
  await configure("[global]\nindex-url = http://me:secret@127.0.0.1:9/simple\nsecret without a sense\n");
  const why =
    /^The configuration of the server's pip cannot be read: .*\. Ask an administrator to correct it\.$/;
  expect(await look()).toMatchObject({
    ok: false,
    kind: "other",
    reason: expect.stringMatching(why) as unknown,
  });
  const activity = await collect();
  expect(activity.log.split("\n")[0]).toMatch(why);
  expect(activity.log).not.toContain("secret");
  expect(await leftOvers(world)).toEqual(NOTHING);
});
