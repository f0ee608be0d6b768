/**
 * Another runner has taken the job, and its first driver lives on without having heard of it: whatever it was about to
 * write is refused, and the other one brings the job to its end as if there had been no first.
 */
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import type { BatchFolder } from "../executors/executor";
import { LocalExecutor } from "../executors/local";
import { addKilledImages, killedWorkflow, resultOf, stateOf } from "../lifecycle/killed-workflow.testing";
import type { Result } from "../lifecycle/killed-workflow.testing";
import { LeaseLostError, claimLease } from "../store/lease";
import { makeJob, makeWorld, silentLog, until } from "../testing";
import type { World } from "../testing";
import { submitWorkflow } from "./submit-workflow";
import { HOST } from "./testing";
import { Wake } from "./wake";

let t: TestDb;
let world: World;
let undisturbed: Result;
beforeAll(async () => {
  t = await createTestDb();
  world = await makeWorld(t.db);
  await addKilledImages(world);
  const { id } = await makeJob(world, killedWorkflow(world));
  await drive(id);
  undisturbed = await resultOf(world, id);
  await rm(world.folder, { recursive: true, force: true });
});
afterAll(() => t.drop());
beforeEach(async () => {
  world = await makeWorld(t.db);
  await addKilledImages(world);
});
afterEach(() => rm(world.folder, { recursive: true, force: true, maxRetries: 3 }));

/** With a lease that always looks like ours: only the database knows better. */
async function drive(jobId: number, executor = new LocalExecutor("python3")): Promise<void> {
  const key = await claimLease(t.db, "job", "this test");
  if (key?.id !== jobId) throw new Error(`the lease of job ${jobId} is not free`);
  const lease = { key, signal: new AbortController().signal, isFresh: () => true };
  await submitWorkflow({ db: t.db, log: silentLog, lease, executor, host: HOST, wake: new Wake() }, jobId);
}

const takeOver = () =>
  t.db.execute(sql`UPDATE lease SET token = token + 1, expires_at = '-infinity' WHERE kind = 'job'`);

/** Every row that a driver of jobs may write. */
async function rowsNow(): Promise<unknown> {
  const tables = [
    "job",
    "lease",
    "history_run",
    "history_unit",
    "unit_attempt",
    "batch",
    "image",
    "image_status",
  ];
  const rows = tables.map((name) =>
    t.db.execute(sql.raw(`SELECT to_jsonb(r) AS row FROM ${name} r ORDER BY to_jsonb(r)::text`)),
  );
  return (await Promise.all(rows)).map((result, i) => [tables[i], [...result]]);
}

/** Takes the job over, once, when its driver comes to a place, and remembers the rows of that moment. */
class Overtaken extends LocalExecutor {
  rows: unknown = null;
  constructor(private readonly place: "prepare" | "launch" | "read" | "tidy") {
    super("python3");
  }
  async #at(place: string): Promise<void> {
    if (place !== this.place || this.rows !== null) return;
    await takeOver();
    this.rows = await rowsNow();
  }
  override async prepare(...args: Parameters<LocalExecutor["prepare"]>): Promise<void> {
    await this.#at("prepare");
    return super.prepare(...args);
  }
  override async launch(...args: Parameters<LocalExecutor["launch"]>) {
    const handle = await super.launch(...args);
    await this.#at("launch");
    return handle;
  }
  override async read(...args: Parameters<LocalExecutor["read"]>) {
    const bytes = await super.read(...args);
    if (bytes?.includes('"e":"end"')) await this.#at("read");
    return bytes;
  }
  override async tidy(batch: BatchFolder): Promise<void> {
    await super.tidy(batch);
    await this.#at("tidy");
  }
}

test.each([
  ["before it writes the folder of a batch", "prepare"],
  ["before it stores that the worker is launched", "launch"],
  ["before it stores what a unit did", "read"],
  ["before it merges", "tidy"],
] as const)("overtaken %s: it changes no row, and the other one ends the job", async (_when, place) => {
  const { id } = await makeJob(world, killedWorkflow(world));
  const executor = new Overtaken(place);
  await expect(drive(id, executor)).rejects.toThrow(LeaseLostError);
  expect(executor.rows).not.toBeNull();
  expect(await rowsNow()).toEqual(executor.rows);
  await drive(id);
  expect(await resultOf(world, id)).toEqual(undisturbed);
});

test("overtaken while its units run, with both alive to the end: only the other one writes", async () => {
  const gate = path.join(world.folder, "gate");
  const tasks = killedWorkflow(world).map((task) => ({ ...task, args: { ...task.args, wait_for: gate } }));
  const { id } = await makeJob(world, tasks);
  const refusal = drive(id).catch((err: unknown) => err);
  await until(async () => (await resultOf(world, id)).runs[0]?.["num_running"] === 3);
  await takeOver();
  const other = drive(id);
  // The ends of the units are news to both drivers.
  await writeFile(gate, "");
  expect(await refusal).toBeInstanceOf(LeaseLostError);
  await other;
  expect(await stateOf(t.db, id)).toBe("done");
  expect(await resultOf(world, id)).toEqual(undisturbed);
});
