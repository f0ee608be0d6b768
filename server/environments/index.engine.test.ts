/** Packages of the real index, through the pip configuration of whoever runs the tests. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import { createTestDb } from "@/db/testing";
import { findPython } from "@/server/platform/python";
import { collectPackage } from "@/server/services/task/collect";
import { findPackage } from "./find-package";
import { NOTHING, driveToEnd, leftOvers, makeCollectWorld, removeWorld, collectWheel } from "./testing";
import { writeWheel } from "./wheel.testing";
import type { CollectWorld } from "./testing";

const run = promisify(execFile);
/** Seven small packages, and no tasks of its own. */
const SMALL = "fractal-task-tools";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: CollectWorld;
beforeAll(async () => {
  t = await createTestDb();
});
afterAll(() => t.drop());
beforeEach(async () => {
  world = await makeCollectWorld(t);
});
afterEach(() => removeWorld(world));

async function look(question: { package: string; package_version?: string; python_version?: "3.9" }) {
  const rows = await t.db.execute<{ id: number; name: string; document: Record<string, unknown> }>(
    sql`SELECT id, name, document FROM resource WHERE name = ${path.basename(world.work)}`,
  );
  const resource = one([...rows]);
  const python_version = question.python_version ?? (world.python as "3.9");
  return findPackage(
    resource,
    { ...question, resource_id: resource.id, python_version },
    new AbortController().signal,
  );
}

test("a package is found with all its versions, and what is missing is told apart", async () => {
  const found = await look({ package: "Fractal_Task.Tools" });
  expect(found).toMatchObject({ ok: true });
  if (!found.ok) throw new Error(found.reason);
  expect(found.versions).toEqual(expect.arrayContaining(["0.5.0", "0.4.0", "0.0.14"]));
  expect(found.versions.indexOf("0.0.14")).toBeLessThan(found.versions.indexOf("0.0.9"));
  expect(found.versions).toContain(found.version);
  // The index has another spelling of this version.
  expect(await look({ package: SMALL, package_version: "v0.5" })).toMatchObject({
    ok: true,
    version: "0.5.0",
  });
  expect(await look({ package: SMALL, package_version: "77.0" })).toMatchObject({
    ok: false,
    kind: "no_version",
  });
  expect(await look({ package: "no-such-package-of-fractal-ts" })).toMatchObject({
    ok: false,
    kind: "no_package",
  });
});

test("a package of the index without tasks is installed, judged, and leaves nothing", async () => {
  const input = { origin: "pypi", package: SMALL, package_version: "0.5.0" } as const;
  const activity = await driveToEnd(world, (await collectPackage(world.ctx, input)).activity_id);
  expect(activity.log.split("\n")[0]).toBe(
    "fractal-task-tools 0.5.0 has no __FRACTAL_MANIFEST__.json, so it is not a Fractal task package. Check the name, or choose a version that has tasks.",
  );
  expect(activity.steps.map(({ title }) => title)[2]).toMatch(/^Install \d+ packages$/);
  expect(activity.log).toMatch(/\d+ packages: .*fractal-task-tools 0\.5\.0.*pydantic \d/);
  expect(await leftOvers(world)).toEqual(NOTHING);
});

test("a pip before 22.2 cannot choose: looking does without, collecting replaces it in the environment", async () => {
  const { path: python } = await findPython();
  const folder = await mkdtemp(path.join(tmpdir(), "fractal-old-pip-"));
  try {
    const old = path.join(folder, "venv");
    await run(python, ["-m", "venv", old]);
    await run(path.join(old, "bin/python"), ["-m", "pip", "install", "--quiet", OLD_PIP]);
    const shim = path.join(folder, "python");
    await writeFile(shim, shimOf(old), { mode: 0o755 });
    await removeWorld(world);
    world = await makeCollectWorld(t, { versions: { "3.9": shim } });

    expect(await look({ package: SMALL, package_version: "0.5.0", python_version: "3.9" })).toMatchObject({
      ok: true,
      version: "0.5.0",
    });
    const wheel = await writeWheel(path.join(world.work, "wheels"), { name: "own_tasks" });
    const activity = await driveToEnd(world, await collectWheel(world, wheel, { python_version: "3.9" }));
    expect(activity).toMatchObject({ status: "OK" });
    expect(activity.log).toContain("no such option: --dry-run");
    expect(activity.log).toContain("This pip is too old");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const OLD_PIP = "pip==22.0.4";

/** An interpreter whose environments begin with the old pip: their own one puts it in place of the bundled one. */
const shimOf = (old: string) => `#!/bin/sh
"${old}/bin/python" "$@" || exit
case "$*" in *" -m venv "*) ;; *) exit 0 ;; esac
for venv; do :; done
mv "$venv/bin/python" "$venv/bin/python.real"
cat > "$venv/bin/python" <<EOF
#!/bin/sh
"$venv/bin/python.real" "\\$@" || exit
case "\\$*" in *" -m ensurepip "*) exec "$venv/bin/python.real" -m pip install --quiet ${OLD_PIP} ;; esac
EOF
chmod +x "$venv/bin/python"
`;
