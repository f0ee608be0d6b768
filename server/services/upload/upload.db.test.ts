import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { taskGroups, uploads } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { uploadPath } from "@/server/platform/uploads";
import { removeOldUploads } from "@/server/runner/lifecycle/uploads";
import { makeTaskGroup, makeUser } from "@/server/services/testing";
import { collectPackage } from "@/server/services/task/collect";
import { storeUpload } from "./store";

let t: TestDb;
let dataDir: string;
beforeAll(async () => {
  t = await createTestDb();
  dataDir = await mkdtemp(path.join(tmpdir(), "fractal-uploads-"));
});
afterAll(async () => {
  await t.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const NAME = "my_tasks-1.0.0-py3-none-any.whl";
const BYTES = Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(96, 7)]);
const of = (...chunks: Buffer[]) => Readable.from(chunks);
const place = (maxBytes = 1e6) => ({ dataDir, maxBytes });
const filesOf = () => readdir(path.join(dataDir, "uploads")).catch(() => []);

test("a wheel is kept whole, with its size and its hash, and can be collected by the person who sent it", async () => {
  const user = await makeUser(t.db);
  const source = of(BYTES.subarray(0, 3), BYTES.subarray(3));
  const uploaded = await storeUpload(user, place(), { file_name: NAME, source, bytes: 100 });
  expect(uploaded).toMatchObject({
    file_name: NAME,
    bytes: 100,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
  });
  expect(await readFile(uploadPath(dataDir, uploaded.upload_id))).toEqual(BYTES);

  const input = { origin: "wheel-file", upload_id: uploaded.upload_id } as const;
  await expect(collectPackage(await makeUser(t.db), input)).rejects.toThrow(/does not exist any more/);
  const { task_group_id } = await collectPackage(user, input);
  const [group] = await t.db.select().from(taskGroups).where(eq(taskGroups.id, task_group_id));
  expect(group).toMatchObject({ pkg_name: "my-tasks", version: "1.0.0", upload_id: uploaded.upload_id });
});

const broken = () =>
  Readable.from(
    (async function* () {
      yield await Promise.resolve(BYTES);
      throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    })(),
  );

test.each([
  ["another name", { file_name: "tasks.tar.gz" }, "'tasks.tar.gz' is not the name of a wheel"],
  ["a folder in its name", { file_name: `../${NAME}` }, "is not the name of a wheel"],
  ["no bytes, as announced", { bytes: 0 }, `${NAME} is empty.`],
  ["no bytes, unannounced", { source: () => of() }, `${NAME} is empty.`],
  ["too many bytes, as announced", { bytes: 1e9 }, `${NAME} is larger than 1 MB, which is the most`],
  [
    "too many bytes, unannounced",
    { source: () => of(BYTES, Buffer.alloc(1e6)) },
    `${NAME} is larger than 1 MB`,
  ],
  [
    "other bytes than a wheel's",
    { source: () => of(Buffer.from("hello")) },
    "is not a wheel: a wheel is a zip",
  ],
  ["a broken connection", { source: broken }, `${NAME} broke off before its end. Send it again.`],
])("%s: refused with the reason, and nothing is kept", async (_, part, why) => {
  const before = await filesOf();
  const user = await makeUser(t.db);
  const { source, ...others } = { source: () => of(BYTES), ...part };
  const sent = storeUpload(user, place(), { file_name: NAME, bytes: null, ...others, source: source() });
  await expect(sent).rejects.toMatchObject({
    tag: "InvalidInput",
    message: expect.stringContaining(why) as unknown,
  });
  expect(await filesOf()).toEqual(before);
  expect(await t.db.select().from(uploads).where(eq(uploads.user_id, user.user.id))).toEqual([]);
});

test("guests send nothing", async () => {
  const guest = await makeUser(t.db, { is_guest: true });
  const sent = storeUpload(guest, place(), { file_name: NAME, source: of(BYTES), bytes: null });
  await expect(sent).rejects.toMatchObject({ tag: "Forbidden" });
});

test("after a day an upload goes, unless a collection waits for it, and so does what a killed server left", async () => {
  const user = await makeUser(t.db);
  const send = async () =>
    (await storeUpload(user, place(), { file_name: NAME, source: of(BYTES), bytes: null })).upload_id;
  const [fresh, old, wanted] = [await send(), await send(), await send()];
  await makeTaskGroup(user, { upload_id: wanted });
  await t.db.execute(
    sql`UPDATE upload SET timestamp_created = now() - interval '25 hours' WHERE id <> ${fresh}`,
  );
  const part = uploadPath(dataDir, "killed.part");
  await writeFile(part, BYTES);
  const yesterday = new Date(Date.now() - 25 * 60 * 60_000);
  for (const file of [part, uploadPath(dataDir, wanted)]) await utimes(file, yesterday, yesterday);

  await removeOldUploads(t.db, dataDir);
  expect([fresh, old, wanted].map((id) => existsSync(uploadPath(dataDir, id)))).toEqual([true, false, true]);
  expect(existsSync(part)).toBe(false);
});
