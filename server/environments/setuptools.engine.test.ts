/** Environments of a Python that begins without setuptools, as every Python does since 3.12. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { one } from "@/db/rows";
import { taskGroups } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import { findPython } from "@/server/platform/python";
import { collectWheel, driveToEnd, makeCollectWorld, removeWorld } from "./testing";
import type { CollectWorld } from "./testing";
import { writeWheel } from "./wheel.testing";

let t: Awaited<ReturnType<typeof createTestDb>>;
let shims: string;
let world: CollectWorld;
let index: string;

beforeAll(async () => {
  t = await createTestDb();
  shims = await mkdtemp(path.join(tmpdir(), "fractal-setuptools-"));
});
afterAll(async () => {
  await t.drop();
  await rm(shims, { recursive: true });
});
beforeEach(async () => {
  const { path: python, version } = await findPython();
  const shim = path.join(shims, "python");
  await writeFile(shim, bare(python), { mode: 0o755 });
  world = await makeCollectWorld(t, { versions: { [version.replace(/\.\d+$/, "")]: shim } });
  index = path.join(world.work, "wheels");
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", index);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await removeWorld(world);
});

/** What this machine's Python may bring along is gone as soon as an environment has its pip. */
const bare = (python: string) => `#!/bin/sh
"${python}" "$@" || exit
case "$*" in *" -m ensurepip "*) rm -rf "\${2%/bin/python}"/lib/*/site-packages/setuptools* ;; esac
`;

async function collect(requires: string[] = []) {
  const wheel = await writeWheel(path.join(world.work, "own"), { name: "some_tasks", requires });
  const activity = await driveToEnd(world, await collectWheel(world, wheel));
  expect(activity).toMatchObject({ status: "OK" });
  const id = activity.task_group_id ?? 0;
  const group = one(await t.db.select().from(taskGroups).where(eq(taskGroups.id, id)));
  return { log: activity.log, installed: group.env_info?.split("\n") };
}

test("setuptools of the index is there, although no package asks for it", async () => {
  await writeWheel(index, { name: "setuptools", version: "98.0" });
  await writeWheel(index, { name: "setuptools", version: "99.0" });
  expect((await collect()).installed).toContain("setuptools==99.0");
});

test("a package that asks for another version gets that one", async () => {
  await writeWheel(index, { name: "setuptools", version: "98.0" });
  await writeWheel(index, { name: "setuptools", version: "99.0" });
  expect((await collect(["setuptools<99"])).installed).toContain("setuptools==98.0");
});

test("an index without it is no reason to fail, and said", async () => {
  const { log, installed } = await collect();
  expect(installed?.filter((line) => line.startsWith("setuptools"))).toEqual([]);
  expect(log).toMatch(
    /The environment goes without setuptools\. There is no package called setuptools in the index\./,
  );
});

test("a version that the server's pip does not let in is no reason to fail either", async () => {
  await writeWheel(index, { name: "setuptools", version: "98.0" });
  const constraints = path.join(world.work, "constraints.txt");
  await writeFile(constraints, "setuptools<90\n");
  vi.stubEnv("PIP_CONSTRAINT", constraints);
  const { log, installed } = await collect();
  expect(installed?.filter((line) => line.startsWith("setuptools"))).toEqual([]);
  expect(log).toMatch(
    /The environment goes without setuptools\. .*the server's pip takes only setuptools<90/,
  );
});
