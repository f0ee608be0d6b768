import type * as Files from "node:fs/promises";
import { mkdtemp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFolder, removeEmptyParents, removeFolder } from "./folder";

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof Files>();
  return { ...real, rename: vi.fn(real.rename), writeFile: vi.fn(real.writeFile) };
});

let base: string;
let folder: string;
beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), "fractal-folder-"));
  folder = path.join(base, "7", "some-tasks", "1.0");
});
afterEach(() => rm(base, { recursive: true, force: true }));

const below = async (root: string) => (await readdir(root, { recursive: true })).sort();

/** As if the server were killed when it comes to this call: what came before is there, nothing follows. */
async function killAt(call: typeof rename | typeof writeFile): Promise<void> {
  vi.mocked(call)
    .mockClear()
    .mockReturnValueOnce(new Promise(() => undefined));
  void createFolder(folder, 3);
  await vi.waitFor(() => expect(call).toHaveBeenCalled());
}

test.each([
  ["before it is marked", writeFile],
  ["before it has its name", rename],
])("after a kill %s, the next try leaves only the folder", async (_, call) => {
  await killAt(call);
  await createFolder(folder, 3);
  expect(await below(path.dirname(folder))).toEqual(["1.0", "1.0/fractal_task_group_id.txt"]);
});

test.each([
  ["before it is marked", writeFile],
  ["before it has its name", rename],
])("after a kill %s, a failure leaves nothing", async (_, call) => {
  await killAt(call);
  await removeFolder(folder, 3);
  await removeEmptyParents(folder);
  expect(await below(base)).toEqual([]);
});

test("what another group has, whole or begun, stays", async () => {
  await killAt(rename);
  const [begun = ""] = await below(path.dirname(folder));
  await mkdir(folder);
  await writeFile(path.join(folder, "own.txt"), "");
  await removeFolder(folder, 4);
  await expect(createFolder(folder, 4)).rejects.toThrow(/exists already and does not belong/);
  await removeEmptyParents(folder);
  const kept = await below(path.dirname(folder));
  expect(kept).toEqual(expect.arrayContaining(["1.0", "1.0/own.txt", begun]));
  expect(kept).toHaveLength(4);
});

test("a file where a folder above should be is said, whoever put it there", async () => {
  await mkdir(path.join(base, "7"));
  await writeFile(path.join(base, "7", "some-tasks"), "");
  await expect(createFolder(folder, 3)).rejects.toThrow(
    `The folder ${folder} cannot be made: one of the folders above it is a file.`,
  );
});
