import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPython } from "@/server/platform/python";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fractal-python-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers as a Python of that version would. */
function fake(name: string, version: number[], hasVenv = true): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${JSON.stringify([path, version, hasVenv])}'\n`);
  chmodSync(path, 0o755);
  return path;
}

test("python3 comes first when it is new enough", async () => {
  fake("python3.12", [3, 12, 1]);
  const path = fake("python3", [3, 13, 0]);
  expect(await findPython(folder)).toEqual({ path, version: "3.13.0" });
});

test("an old python3 gives way to a newer one under its own name", async () => {
  fake("python3", [3, 9, 18]);
  const path = fake("python3.11", [3, 11, 9]);
  expect(await findPython(folder)).toEqual({ path, version: "3.11.9" });
});

test("a broken python3 is passed over", async () => {
  writeFileSync(join(folder, "python3"), "#!/bin/sh\nexit 127\n", { mode: 0o755 });
  const path = fake("python3.12", [3, 12, 0]);
  expect((await findPython(folder)).path).toBe(path);
});

test("none at all", async () => {
  await expect(findPython(folder)).rejects.toThrow(
    /^No python3 was found on PATH; install Python 3.11 or newer/,
  );
});

test("only an old one", async () => {
  const path = fake("python3", [3, 9, 2]);
  await expect(findPython(folder)).rejects.toThrow(
    `${path} is Python 3.9.2, and task packages need Python 3.11 or newer on PATH.`,
  );
});

test("new enough but without venv: the package that brings it is named", async () => {
  fake("python3", [3, 11, 2], false);
  await expect(findPython(folder)).rejects.toThrow(
    /lacks the venv module; on Debian or Ubuntu install python3.11-venv/,
  );
});
