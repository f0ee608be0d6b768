/** The end of a collection whose work is done already, or whose lease is somebody else's by then. */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { one } from "@/db/rows";
import { leases, taskGroups } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import { uploadPath } from "@/server/platform/uploads";
import { LeaseLostError, claimLease } from "@/server/runner/store/lease";
import { collect } from "./collect";
import { CollectionError } from "./collection-error";
import { createFolder } from "./folder";
import { runActivity } from "./run-activity";
import { activityOf, collectWheel, makeCollectWorld, removeWorld } from "./testing";
import type { CollectWorld } from "./testing";
import { writeWheel } from "./wheel.testing";

// Only how it ends is of interest: the environment itself is a folder with a file.
vi.mock("./collect", () => ({ collect: vi.fn() }));

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

/** @param meanwhile What happens once the environment is there. */
async function driven(meanwhile: (group: { upload_id: string | null }) => Promise<void>) {
  const id = await collectWheel(
    world,
    await writeWheel(path.join(world.work, "wheels"), { name: "own_tasks" }),
  );
  vi.mocked(collect).mockImplementation(async ({ group }) => {
    await createFolder(group.path ?? "", group.id);
    await mkdir(group.venv_path ?? "");
    await writeFile(path.join(group.venv_path ?? "", "pyvenv.cfg"), "");
    await meanwhile(group);
    return { tasks: [], env_info: "", archive_path: null, version: group.version };
  });
  const key = await claimLease(t.db, "activity", "test");
  if (!key) throw new Error("no lease");
  const warnings: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void warnings.push(line) });
  const lease = { key, signal: new AbortController().signal, isFresh: () => true };
  const run = runActivity({ db: t.db, dataDir: world.dataDir, log, lease }, id);
  const groupOf = async () =>
    one(await t.db.select().from(taskGroups).where(eq(taskGroups.user_id, world.userId)));
  return { id, run, warnings, groupOf };
}
const hasEnvironment = (group: { venv_path: string | null }) =>
  existsSync(path.join(group.venv_path ?? "", "pyvenv.cfg"));

test("an upload that cannot be removed does not cost the environment of a collection that has succeeded", async () => {
  const { id, run, warnings, groupOf } = await driven(async ({ upload_id }) => {
    // A folder is not removed as a file.
    const file = uploadPath(world.dataDir, upload_id ?? "");
    await rm(file);
    await mkdir(file);
  });
  await run;
  expect(await activityOf(world, id)).toMatchObject({ status: "OK" });
  const group = await groupOf();
  expect(group).toMatchObject({ active: true, upload_id: null });
  expect(hasEnvironment(group)).toBe(true);
  expect(warnings.join("")).toContain("cannot be removed");
});

test("who fails after another has taken over removes nothing of the folder in which that one works", async () => {
  const { id, run, groupOf } = await driven(async () => {
    await t.db.update(leases).set({ token: sql`token + 1` });
    throw new CollectionError("It does not work.");
  });
  await expect(run).rejects.toThrow(LeaseLostError);
  expect(await activityOf(world, id)).toMatchObject({ status: "ongoing" });
  expect(hasEnvironment(await groupOf())).toBe(true);
});
