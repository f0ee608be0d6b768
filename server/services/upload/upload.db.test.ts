import { randomUUID } from "node:crypto";
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
import type { Owner } from "@/server/services/testing";
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
const place = (maxUserBytes = 3e6) => ({ dataDir, maxBytes: 1e6, maxUserBytes });
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

const sendTo = (user: Owner, room: number, bytes: number | null = BYTES.length) =>
  storeUpload(user, place(room), { file_name: NAME, source: of(BYTES), bytes });

test("a person's uploads have a limit together; the refusal names it and says when there is room again", async () => {
  const user = await makeUser(t.db);
  const first = await sendTo(user, 250);
  await makeTaskGroup(user, { upload_id: first.upload_id });
  const second = await sendTo(user, 250, null);
  await t.db.execute(
    sql`UPDATE upload SET timestamp_created = now() - interval '19.5 hours' WHERE id = ${second.upload_id}`,
  );
  const before = await filesOf();
  const sentence = (size: string) =>
    `${NAME}${size} does not fit: your uploads take 200 bytes of the 250 bytes that one person may keep on this server. An upload goes when its package is collected, else a day after it was sent: the next one within 5 hours.`;
  await expect(sendTo(user, 250)).rejects.toMatchObject({
    tag: "InvalidInput",
    message: sentence(" (100 bytes)"),
  });
  // Its size is known only when it is too much.
  await expect(sendTo(user, 250, null)).rejects.toMatchObject({ message: sentence("") });
  expect(await filesOf()).toEqual(before);
  await sendTo(await makeUser(t.db), 250);

  await t.db.delete(uploads).where(eq(uploads.id, second.upload_id));
  await sendTo(user, 250);
});

test("uploads at the same time do not pass the limit together, and what broke off takes no room", async () => {
  const user = await makeUser(t.db);
  const failed = storeUpload(user, place(250), { file_name: NAME, source: broken(), bytes: 100 });
  await expect(failed).rejects.toThrow("broke off");
  const sent = await Promise.allSettled(Array.from({ length: 5 }, () => sendTo(user, 250)));
  expect(sent.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
});

test("an upload on its way is nothing to collect yet; one that no byte comes of goes after minutes, not after a day", async () => {
  const user = await makeUser(t.db);
  const begin = async (minutesAgo: number | null) => {
    const id = randomUUID();
    await t.db.insert(uploads).values({ id, user_id: user.user.id, file_name: NAME, bytes: 100 });
    await t.db.execute(sql`UPDATE upload SET timestamp_created = now() - interval '2 days' WHERE id = ${id}`);
    if (minutesAgo === null) return id;
    const part = `${uploadPath(dataDir, id)}.part`;
    await writeFile(part, BYTES);
    const then = new Date(Date.now() - minutesAgo * 60_000);
    await utimes(part, then, then);
    return id;
  };
  const [moving, stalled, nowhere] = [await begin(1), await begin(11), await begin(null)];
  const input = { origin: "wheel-file", upload_id: moving } as const;
  await expect(collectPackage(user, input)).rejects.toThrow("does not exist any more");

  await removeOldUploads(t.db, dataDir);
  const rows = await t.db.select({ id: uploads.id }).from(uploads).where(eq(uploads.user_id, user.user.id));
  expect(rows).toEqual([{ id: moving }]);
  const files = await filesOf();
  expect(files).toContain(`${moving}.part`);
  expect(files.filter((name) => name.startsWith(stalled) || name.startsWith(nowhere))).toEqual([]);
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
