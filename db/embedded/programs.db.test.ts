import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyPrograms, hasAllLinks, packagedPrograms, type Programs } from "@/db/embedded/programs";

let folder: string;
/** As npm installs it: without symbolic links, and here without leave for other accounts. */
let unpacked: Programs;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fractal-programs-"));
  const packaged = packagedPrograms();
  unpacked = { ...packaged, folder: join(folder, "native") };
  const isFile = (path: string) => !lstatSync(path).isSymbolicLink();
  cpSync(packaged.folder, unpacked.folder, { recursive: true, filter: isFile });
  chmodSync(unpacked.folder, 0o500);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("programs without their libraries' links are copied, and the copy runs", () => {
  expect(hasAllLinks(unpacked)).toBe(false);
  const copy = copyPrograms(unpacked, folder);
  expect(hasAllLinks(copy)).toBe(true);
  for (const program of ["initdb", "postgres"]) {
    const version = execFileSync(join(copy.folder, "bin", program), ["--version"], { encoding: "utf8" });
    expect(version).toContain(`(PostgreSQL) ${copy.major}`);
  }
  expect(lstatSync(copy.folder).mode & 0o777).toBe(0o755);
});

test("a copy is made once per version", () => {
  const first = copyPrograms(unpacked, folder);
  const inode = lstatSync(join(first.folder, "bin", "postgres")).ino;
  expect(copyPrograms(unpacked, folder)).toEqual(first);
  expect(lstatSync(join(first.folder, "bin", "postgres")).ino).toBe(inode);
  expect(readdirSync(folder).sort()).toEqual(["native", `postgres-programs-${first.version}`]);
});
