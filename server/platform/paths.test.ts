import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureDataDir, ensureSecret } from "@/server/platform/paths";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fractal-paths-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the data folder is made with its parents, closed to readers, and holds no probe afterwards", () => {
  const path = join(folder, "a", "b");
  ensureDataDir(path);
  ensureDataDir(path);
  expect(statSync(path).mode & 0o066).toBe(0);
  expect(readdirSync(path)).toEqual([]);
});

test.each([
  ["file", "it exists and is not a folder"],
  ["file/inside", "a part of the path is a file, not a folder"],
])("a data folder at %s: %s", (name, reason) => {
  writeFileSync(join(folder, "file"), "");
  const path = join(folder, name);
  expect(() => ensureDataDir(path)).toThrow(
    `Cannot write to the data folder ${path}: ${reason}. Set FRACTAL_DATA_DIR to a folder that can be written.`,
  );
});

function mount(target: string, options: string): boolean {
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", target]).status === 0;
}

const canMount = process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;
if (!canMount) process.stdout.write("skipped: full and read-only file systems (needs root and mount)\n");

// Root writes through mode bits, so only a file system can refuse it.
test.runIf(canMount)("a read-only and a full file system are told apart", () => {
  for (const [options, reason] of [
    ["ro", "the file system is read-only"],
    ["size=4k", "the disk is full"],
  ] as const) {
    expect(mount(folder, options)).toBe(true);
    try {
      if (options !== "ro")
        spawnSync("dd", ["if=/dev/zero", `of=${join(folder, "filler")}`, "bs=64k", "count=1"]);
      expect(() => ensureDataDir(folder)).toThrow(`: ${reason}.`);
    } finally {
      execFileSync("umount", [folder]);
    }
  }
});

test("a secret is made once, for our eyes only, and stays", () => {
  const secret = ensureSecret(folder, "nextauth-secret");
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(ensureSecret(folder, "nextauth-secret")).toBe(secret);
  expect(ensureSecret(folder, "other")).not.toBe(secret);
  expect(statSync(join(folder, "nextauth-secret")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(["nextauth-secret", "other"]);
});

test("a secret cut short is refused, never used", () => {
  writeFileSync(join(folder, "nextauth-secret"), "abc");
  expect(() => ensureSecret(folder, "nextauth-secret")).toThrow(/cut short; delete the file/);
});
