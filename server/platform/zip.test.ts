import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isSameTree, listTree } from "@/server/platform/file-tree";
import { checkZip, readZipEntry, sizeOfZipEntry, writeZip } from "@/server/platform/zip";

let base: string;
let folder: string;
let zip: string;
const signal = new AbortController().signal;
const random = randomBytes(300_000);

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), "fractal-zip-"));
  folder = path.join(base, "job");
  zip = path.join(base, "job.zip");
  mkdirSync(path.join(folder, "0_task/s1/0/claim"), { recursive: true });
  writeFileSync(path.join(folder, "workflow.log"), "one line\n");
  writeFileSync(path.join(folder, "empty"), "");
  writeFileSync(path.join(folder, "0_task/s1/0/logs.txt"), random);
  writeFileSync(path.join(folder, "0_task/s1/0/Größe µm.txt"), "x".repeat(100_000));
  symlinkSync("/etc/passwd", path.join(folder, "link"));
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const isStored = ({ name }: { name: string }) => name.endsWith("logs.txt");
async function pack() {
  const entries = await listTree(folder);
  await writeZip(folder, entries, zip, { isStored, signal });
  return entries;
}

test("an archive holds every file, folder and link, as Python reads it too", async () => {
  await checkZip(zip, await pack(), { exactly: true, signal });
  const program =
    "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(chr(10).join(z.namelist()))";
  const names = execFileSync("python3", ["-c", program, zip], { encoding: "utf8" }).trim().split("\n");
  expect(names).toEqual([
    "0_task/",
    "0_task/s1/",
    "0_task/s1/0/",
    "0_task/s1/0/Größe µm.txt",
    "0_task/s1/0/claim/",
    "0_task/s1/0/logs.txt",
    "empty",
    "link",
    "workflow.log",
  ]);
  expect((await readZipEntry(zip, "link", 0, 100))?.toString()).toBe("/etc/passwd");
});

test.each([
  ["stored", "0_task/s1/0/logs.txt"],
  ["compressed", "0_task/s1/0/Größe µm.txt"],
])("any part of a %s file can be read", async (_how, name) => {
  await pack();
  const whole = await readFile(path.join(folder, name));
  for (const [offset, bytes] of [
    [0, 10],
    [99_990, 100],
    [70_000, 25_000],
    [400_000, 10],
    [0, 1e6],
  ] as const)
    expect(await readZipEntry(zip, name, offset, bytes)).toEqual(whole.subarray(offset, offset + bytes));
  expect(await sizeOfZipEntry(zip, name)).toBe(whole.length);
});

test("what is not there is null: no archive, no entry", async () => {
  await pack();
  expect(await readZipEntry(zip, "nothing", 0, 10)).toBeNull();
  expect(await readZipEntry(`${zip}.no`, "workflow.log", 0, 10)).toBeNull();
  expect(await sizeOfZipEntry(`${zip}.no`, "workflow.log")).toBeNull();
});

test("a check finds a changed byte, a cut archive, and a file that is missing or too many", async () => {
  const entries = await pack();
  const check = (of = entries, exactly = true) => checkZip(zip, of, { exactly, signal });
  const less = entries.filter(({ name }) => name !== "empty");
  await expect(check(less)).rejects.toThrow(/holds empty/);
  await check(less, false);
  await expect(check([...less, { ...entries[0]!, name: "more" }], false)).rejects.toThrow(/more\/ is not in/);
  const bytes = await readFile(zip);
  const broken = Buffer.from(bytes);
  const at = bytes.indexOf(random.subarray(1_000, 1_020));
  broken[at] = (broken[at] ?? 0) ^ 1;
  await writeFile(zip, broken);
  await expect(check()).rejects.toThrow(/checksum/);
  await writeFile(zip, bytes);
  await truncate(zip, bytes.length - 30);
  await expect(check()).rejects.toThrow();
});

test("a file that grows while it is packed, and a link in its place, are errors", async () => {
  const entries = await listTree(folder);
  await writeFile(path.join(folder, "workflow.log"), "another line\n", { flag: "a" });
  expect(isSameTree(entries, await listTree(folder))).toBe(false);
  await expect(writeZip(folder, entries, zip, { isStored, signal })).rejects.toThrow();
  rmSync(path.join(folder, "workflow.log"));
  symlinkSync("/etc/passwd", path.join(folder, "workflow.log"));
  rmSync(zip, { force: true });
  await expect(writeZip(folder, entries, zip, { isStored, signal })).rejects.toThrow(/ELOOP/);
  expect(existsSync(folder)).toBe(true);
});
