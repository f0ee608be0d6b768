/**
 * Collections that cannot succeed, with a real pip: each says why on its first line and leaves nothing behind, neither
 * rows nor a folder (10.22 of the conformance checklist).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { one } from "@/db/rows";
import { createTestDb } from "@/db/testing";
import type { CollectInput } from "@/server/contracts/task";
import { collectPackage } from "@/server/services/task/collect";
import { findPackage } from "./find-package";
import { TOO_MUCH, pythonWithFullDisk } from "./full-disk.testing";
import { NOTHING, collectWheel, driveToEnd, leftOvers, makeCollectWorld, removeWorld } from "./testing";
import type { CollectWorld } from "./testing";
import { writeWheel } from "./wheel.testing";
import type { WheelSpec } from "./wheel.testing";

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
  // An index of our own, so that every case is the same everywhere: a folder of wheels.
  vi.stubEnv("PIP_NO_INDEX", "1");
  vi.stubEnv("PIP_FIND_LINKS", wheels);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await removeWorld(world);
});

const make = (spec: WheelSpec) => writeWheel(wheels, spec);

async function expectFailure(activityId: number, why: RegExp, step: string | null) {
  const activity = await driveToEnd(world, activityId);
  expect(activity).toMatchObject({ status: "failed", task_group_id: null });
  expect(activity.log.split("\n")[0]).toMatch(why);
  expect(activity.steps.filter(({ state }) => state === "failed").map(({ title }) => title)).toEqual(
    step === null ? [] : [step],
  );
  expect(activity.steps.filter(({ state }) => state === "running")).toEqual([]);
  expect(await leftOvers(world)).toEqual(NOTHING);
}

async function useWorld(part: Parameters<typeof makeCollectWorld>[1]) {
  const before = world;
  world = await makeCollectWorld(t, part);
  await removeWorld(before);
  wheels = path.join(world.work, "wheels");
  vi.stubEnv("PIP_FIND_LINKS", wheels);
}

async function collect(input: Partial<CollectInput> & { package: string; package_version: string }) {
  return (await collectPackage(world.ctx, { origin: "pypi", ...input } as CollectInput)).activity_id;
}

/** As a runner does it for a page. */
async function look(python_version: string) {
  const rows = await t.db.execute<{ id: number; name: string; document: Record<string, unknown> }>(
    sql`SELECT id, name, document FROM resource WHERE name = ${path.basename(world.work)}`,
  );
  const resource = one([...rows]);
  const question = {
    package: "some-tasks",
    resource_id: resource.id,
    python_version: python_version as "3.11",
  };
  return findPackage(resource, question, new AbortController().signal);
}

const CHOOSE = "Choose the packages";
const MANIFEST = "Read the manifest";

test("10.22 a version that does not exist: the newest that do", async () => {
  await make({ name: "some_tasks", version: "1.0" });
  await make({ name: "some_tasks", version: "1.10" });
  await make({ name: "some_tasks", version: "2.0a1" });
  await expectFailure(
    await collect({ package: "some-tasks", package_version: "3.0" }),
    /^There is no version 3\.0 of some-tasks\. The newest are 1\.10, 1\.0\.$/,
    CHOOSE,
  );
});

test("a package that does not exist", async () => {
  await make({ name: "some_tasks" });
  await expectFailure(
    await collect({ package: "Sume_Tasks", package_version: "1.0" }),
    /^There is no package called sume-tasks in the index\./,
    CHOOSE,
  );
});

test("a version for another Python, and which it wants", async () => {
  await make({ name: "some_tasks", requires_python: ">=3.99" });
  await expectFailure(
    await collect({ package: "some-tasks", package_version: "1.0" }),
    /^some[-_]tasks(?: 1\.0)? needs Python >=3\.99, and this is Python 3\.\d+\. Choose another Python/,
    CHOOSE,
  );
});

test("a version for another computer", async () => {
  await make({ name: "some_tasks", tag: "cp311-cp311-win_amd64" });
  await expectFailure(
    await collect({ package: "some-tasks", package_version: "1.0" }),
    /^some-tasks 1\.0 has wheels, but none for Python 3\.\d+ on this computer\./,
    CHOOSE,
  );
});

test("pins that the package cannot live with: the packages and what each needs", async () => {
  await make({ name: "some_tasks", requires: ["base-lib>=2"] });
  await make({ name: "base_lib", version: "1.0" });
  await make({ name: "base_lib", version: "2.0" });
  await expectFailure(
    await collect({
      package: "some-tasks",
      package_version: "1.0",
      pinned_package_versions_pre: { "base-lib": "1.0" },
    }),
    /^The packages do not fit together: you asked for base-lib==1\.0; some-tasks 1\.0 needs base-lib>=2\. Change what is pinned/,
    CHOOSE,
  );
});

test("dependencies that exclude each other", async () => {
  await make({ name: "some_tasks", requires: ["a-lib", "b-lib"] });
  await make({ name: "a_lib", requires: ["base-lib>=2"] });
  await make({ name: "b_lib", requires: ["base-lib<2"] });
  await make({ name: "base_lib", version: "1.0" });
  await make({ name: "base_lib", version: "2.0" });
  await expectFailure(
    await collect({ package: "some-tasks", package_version: "1.0" }),
    /^The packages do not fit together: a-lib 1\.0 needs base-lib>=2; b-lib 1\.0 needs base-lib<2\. Pin a version that fits/,
    CHOOSE,
  );
});

test("a dependency that does not exist: who needs it", async () => {
  await make({ name: "some_tasks", requires: ["gone-lib>=3"] });
  await expectFailure(
    await collect({ package: "some-tasks", package_version: "1.0" }),
    /^some-tasks(?:==1\.0)? needs gone-lib>=3: there is no package called gone-lib in the index\./,
    CHOOSE,
  );
});

test("an extra that does not exist: those that do", async () => {
  await make({ name: "some_tasks", extras: ["gpu", "napari"] });
  await expectFailure(
    await collect({ package: "some-tasks", package_version: "1.0", package_extras: "gpu, cellpose" }),
    /^some_tasks 1\.0 has no extra called cellpose; it has gpu, napari\./,
    CHOOSE,
  );
});

test("a package to install afterwards that does not exist: before anything is installed", async () => {
  await make({ name: "some_tasks" });
  await expectFailure(
    await collect({
      package: "some-tasks",
      package_version: "1.0",
      pinned_package_versions_post: { "late-lib": "1.0" },
    }),
    /^There is no package called late-lib in the index\./,
    CHOOSE,
  );
});

test("an index that cannot be reached", async () => {
  vi.stubEnv("PIP_NO_INDEX", "");
  vi.stubEnv("PIP_INDEX_URL", "http://user:secret@127.0.0.1:9/simple");
  vi.stubEnv("PIP_RETRIES", "0");
  const id = await collect({ package: "some-tasks", package_version: "1.0" });
  await expectFailure(
    id,
    /^The package index 127\.0\.0\.1:9 cannot be used: the connection was refused\. Try again later/,
    CHOOSE,
  );
});

test("a wheel under another name or version than its own", async () => {
  const named = await make({ name: "evil", calls_itself: "numpy" });
  await expectFailure(
    await collectWheel(world, named),
    /^The wheel calls itself numpy, but its file name says evil; do not rename wheels\.$/,
    CHOOSE,
  );
  const versioned = await make({ name: "late", version: "2.0", says_version: "1.0" });
  await expectFailure(
    await collectWheel(world, versioned),
    /^The wheel says that it is version 1\.0, but its file name says 2\.0; do not rename wheels\.$/,
    CHOOSE,
  );
});

test("a wheel for another computer, a wheel for another Python", async () => {
  const windows = await make({ name: "some_tasks", tag: "cp311-cp311-win_amd64" });
  await expectFailure(
    await collectWheel(world, windows),
    /^some_tasks-1\.0-cp311-cp311-win_amd64\.whl is not built for this computer or this Python/,
    CHOOSE,
  );
  const newer = await make({ name: "new_tasks", requires_python: ">=3.99" });
  await expectFailure(
    await collectWheel(world, newer),
    /^new-tasks needs Python >=3\.99, and this is/,
    CHOOSE,
  );
});

test("a wheel that writes outside of its environment", async () => {
  const wheel = await make({ name: "evil", files: { "../../../../../../evil.txt": "evil" } });
  await expectFailure(
    await collectWheel(world, wheel),
    /^The wheel evil-1\.0-py3-none-any\.whl tries to write outside of its environment and was refused\./,
    "Install 1 package",
  );
});

const task = { name: "T", executable_parallel: "task.py" };
const manifest = (part: object) => ({ manifest_version: "2", task_list: [task], ...part });

test.each<[string, Partial<WheelSpec>, RegExp, string]>([
  [
    "without a manifest",
    { manifest: null },
    /^some-tasks 1\.0 has no __FRACTAL_MANIFEST__\.json, so it is not a Fractal task package/,
    MANIFEST,
  ],
  [
    "with a manifest that is no JSON",
    { manifest: "{" },
    /^The manifest of the package is not JSON: /,
    MANIFEST,
  ],
  [
    "with a wrong type",
    { manifest: manifest({ task_list: [task, { ...task, name: "U", type: "paralel" }] }) },
    /^The manifest is not valid at task_list\[1\]\.type: /,
    MANIFEST,
  ],
  [
    "with an argument schema that is none",
    {
      manifest: manifest({
        task_list: [
          { ...task, args_schema_parallel: { type: "object", properties: { x: { type: "nummer" } } } },
        ],
      }),
    },
    /^The manifest is not valid at task_list\[0\]\.args_schema_parallel\.properties\.x\.type: it is not a valid JSON Schema \(/,
    MANIFEST,
  ],
  [
    "with a missing executable",
    { manifest: manifest({ task_list: [{ ...task, executable_parallel: "sub/gone.py" }] }) },
    /^The task 'T' has an executable_parallel that points to a missing file: .*sub\/gone\.py\.$/,
    "Check 1 command",
  ],
])("a package %s", async (_, spec, why, step) => {
  const wheel = await make({ name: "some_tasks", ...spec });
  await expectFailure(await collectWheel(world, wheel), why, step);
});

test("a Python that is gone from the host", async () => {
  const other = world.python === "3.14" ? "3.13" : "3.14";
  await useWorld({ versions: { [other]: "/opt/gone/bin/python" } });
  await make({ name: "some_tasks" });
  await expectFailure(
    await collect({ package: "some-tasks", package_version: "1.0", python_version: other }),
    /^The interpreter \/opt\/gone\/bin\/python cannot be started: it does not exist any more\. Ask an administrator/,
    `Create the Python ${other} environment`,
  );
  await expect(look(other)).resolves.toMatchObject({
    ok: false,
    kind: "python",
  });
});

test("a Python that the resource has stopped to offer while the collection waited", async () => {
  await make({ name: "some_tasks" });
  const id = await collect({ package: "some-tasks", package_version: "1.0" });
  await t.db.execute(sql`UPDATE resource SET document = jsonb_set(document::jsonb, '{tasks_python_config}',
    '{"default_version": "3.9", "versions": {"3.9": "/usr/bin/python3.9"}}') WHERE name = ${path.basename(world.work)}`);
  await expectFailure(
    id,
    /^The resource 'fractal-collect-\S+' does not offer Python 3\.\d+; it has 3\.9\. Choose one of these/,
    null,
  );
});

test("a disk that becomes full while the packages are installed", async () => {
  const other = world.python === "3.14" ? "3.13" : "3.14";
  const shims = await mkdtemp(path.join(tmpdir(), "fractal-full-disk-"));
  try {
    await useWorld({ versions: { [other]: await pythonWithFullDisk(shims) } });
    await make({ name: "some_tasks", files: { [`some_tasks/${TOO_MUCH}`]: "one byte is too much" } });
    await expectFailure(
      await collect({ package: "some-tasks", package_version: "1.0", python_version: other }),
      /^The disk is full: there is no space left for \S*some-tasks\/1\.0\. Free space on it, or ask an administrator/,
      "Install 1 package",
    );
  } finally {
    await rm(shims, { recursive: true });
  }
});

test("an index that does not answer is said within the time that a person waits", async () => {
  vi.stubEnv("PIP_NO_INDEX", "");
  vi.stubEnv("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
  await expect(look(world.python)).resolves.toMatchObject({
    ok: false,
    kind: "unreachable",
    reason: expect.stringMatching(
      /^The package index 127\.0\.0\.1:9 cannot be used: the connection was refused/,
    ) as unknown,
  });
});
