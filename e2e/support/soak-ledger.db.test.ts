/** The soak is believed only if its ledger names what was lost. */
import { rm } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { jobs } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { makeJob, makeWorld } from "@/server/runner/testing";
import type { World } from "@/server/runner/testing";
import { Ledger } from "./soak-ledger";

let t: TestDb;
let world: World;
let ledger: Ledger;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());
beforeEach(async () => {
  vi.spyOn(console, "table").mockReturnValue(undefined);
  world = await makeWorld(t.db);
  ledger = new Ledger(t.db);
});
afterEach(() => rm(world.folder, { recursive: true, force: true }));

async function begin(part: Partial<typeof jobs.$inferInsert>): Promise<number> {
  const { id } = await makeJob(world, [{ type: "parallel" }]);
  await t.db.update(jobs).set(part).where(eq(jobs.id, id));
  await t.db.execute(sql`DELETE FROM lease WHERE id = ${id} AND kind = 'job'`);
  ledger.begin(id, world);
  return id;
}
async function report(): Promise<{ isHeld: boolean; said: string }> {
  await ledger.settle();
  const lines: string[] = [];
  const isHeld = await ledger.report((line) => lines.push(line), [], 3);
  return { isHeld, said: lines.join("\n") };
}

test("all jobs ended and archived, all servers handed over: held", async () => {
  await begin({ state: "done", archived_at: new Date().toISOString() });
  ledger.handedOver(0);
  expect(await report()).toMatchObject({ isHeld: true });
});

test.each(["queued", "running", "stopping", "done", "failed", "stopped"] as const)(
  "a job that is %s and was never archived is lost",
  async (state) => {
    const id = await begin({ state, archive_problem: "no room" });
    const { isHeld, said } = await report();
    expect(isHeld).toBe(false);
    expect(said).toContain(
      `job ${id}: not true that every job came to its end and was archived: {"state":"${state}"`,
    );
    expect(said).toContain("no room");
  },
);

test.each([1, 143, null])("a server that was told to end and ended with %s is named", async (code) => {
  ledger.handedOver(code);
  const { isHeld, said } = await report();
  expect(isHeld).toBe(false);
  expect(said).toContain(
    `a server: not true that a server that was told to end handed over and ended with 0: {"code":${code}}`,
  );
});
