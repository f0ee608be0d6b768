/** The interpreter of the resource is missing or broken: jobs end and say so, and a corrected resource helps at once. */
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { LocalExecutor } from "../executors/local";
import { startRunner } from "../index";
import type { Runner } from "../index";
import { addTestImages, batchesOfJob, endOfJob, makeJob, makeWorld, silentLog, unitsOfJob } from "../testing";
import type { World } from "../testing";

let t: TestDb;
let world: World;
let runner: Runner | null = null;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());
beforeEach(async () => {
  world = await makeWorld(t.db);
  await addTestImages(
    world,
    ["a", "b"].map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
});
afterEach(async () => {
  await runner?.stop();
  runner = null;
  await rm(world.folder, { recursive: true, force: true });
});

const start = async () =>
  void (runner = await startRunner({ databaseUrl: t.url, dataDir: world.folder, log: silentLog }));
const document = (python: string) => ({
  ...world.resource.document,
  tasks_python_config: { default_version: "3.11", versions: { "3.11": python } },
});
const setInterpreter = (python: string) =>
  t.db
    .update(tables.resources)
    .set({ document: document(python) })
    .where(eq(tables.resources.id, world.resource.id));
const endOf = (jobId: number) => endOfJob(t.db, jobId);
const batchesOf = (jobId: number) => batchesOfJob(t.db, jobId);
const unitsOf = (jobId: number) => unitsOfJob(t.db, jobId);

/** An interpreter that starts and says why it cannot go on. */
async function breakInterpreter(): Promise<string> {
  const python = path.join(world.folder, "python");
  await writeFile(python, '#!/bin/sh\necho "python: error while loading shared libraries" >&2\nexit 127\n');
  await chmod(python, 0o700);
  return python;
}

test.each([
  ["missing", () => Promise.resolve("/nowhere/python"), /spawn \/nowhere\/python ENOENT/],
  ["broken", breakInterpreter, /error while loading shared libraries/],
])(
  "%s: after three tries the job fails with that cause, and the dataset is free",
  async (_, make, evidence) => {
    await setInterpreter(await make());
    await start();
    const job = await makeJob(world, [{ type: "parallel" }]);
    const ended = await endOf(job.id);
    expect(ended.state).toBe("failed");
    expect(ended.cause).toMatchObject({
      kind: "not_started",
      text: "The worker did not start in 3 tries.",
      next_step: expect.stringContaining("Python interpreter of the resource") as string,
    });
    expect(ended.cause?.evidence).toMatch(evidence);
    expect((await batchesOf(job.id)).map((batch) => batch.state)).toEqual(["closed", "closed", "closed"]);
    expect((await unitsOf(job.id)).map(({ state, cause }) => [state, cause?.kind])).toEqual([
      ["failed", "not_started"],
      ["failed", "not_started"],
    ]);

    await setInterpreter("/usr/bin/python3");
    const next = await makeJob(world, [{ type: "parallel" }]);
    expect((await endOf(next.id)).state).toBe("done");
  },
);

test("stop works although no worker can be started", async () => {
  await setInterpreter("/nowhere/python");
  const job = await makeJob(world, [{ type: "parallel" }]);
  // Asked for at the moment in which the first batch is about to be launched.
  await t.db.execute(sql`
    CREATE FUNCTION ask_to_stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO job_request (job_id, kind, user_email)
      SELECT job_id, 'stop_job', 'ada@example.org' FROM history_run WHERE id = NEW.history_run_id;
      RETURN NULL;
    END $$`);
  await t.db.execute(sql`
    CREATE TRIGGER ask_to_stop AFTER UPDATE ON batch FOR EACH ROW WHEN (OLD.state = 'planned') EXECUTE FUNCTION ask_to_stop()`);
  try {
    await start();
    expect((await endOf(job.id)).state).toBe("stopped");
    expect((await unitsOf(job.id)).map(({ state }) => state)).toEqual(["stopped", "stopped"]);
  } finally {
    await t.db.execute(sql`DROP TRIGGER ask_to_stop ON batch`);
  }
});

test("an interpreter that is corrected while a job tries runs that job", async () => {
  await setInterpreter("/nowhere/python");
  const job = await makeJob(world, [{ type: "parallel" }]);
  await t.db.execute(sql`
    CREATE FUNCTION correct_resource() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE resource SET document = jsonb_set(document::jsonb, '{tasks_python_config,versions,3.11}', '"/usr/bin/python3"')::json;
      RETURN NULL;
    END $$`);
  await t.db.execute(sql`
    CREATE TRIGGER correct_resource AFTER UPDATE ON batch FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION correct_resource()`);
  try {
    await start();
    const ended = await endOf(job.id);
    expect(ended.state, ended.log ?? "").toBe("done");
    expect(await batchesOf(job.id)).toHaveLength(2);
  } finally {
    await t.db.execute(sql`DROP TRIGGER correct_resource ON batch`);
  }
});

test("without an interpreter a folder is voided once and for all, and a claimed one is left alone", async () => {
  const folder = path.join(world.folder, "batch");
  await mkdir(folder);
  const broken = new LocalExecutor("/nowhere/python");
  const working = new LocalExecutor("/usr/bin/python3");
  const batch = { id: 1, k: 0, tag: "", folder, handle: null, host: null };
  const isVoid = { known: true, value: { life: "never_began", detail: null } };
  expect(await broken.settle(batch)).toEqual(isVoid);
  // Whoever looks later, after a kill of the first, learns the same.
  expect(await broken.settle(batch)).toEqual(isVoid);
  expect(await working.settle(batch)).toEqual(isVoid);
  const content = {
    header: { v: 1, batch: 1, tag: "", slots: 1, cpus: 1, mem_mb: null } as never,
    units: Readable.from([[]]),
  };
  await working.prepare(batch, content);
  const launch = {
    tag: "",
    title: "",
    batches: [batch],
    folder: world.folder,
    slots: 1,
    slurm: null,
    cacheDir: "",
  };
  await new Promise<void>((resolve, reject) => void working.launch(launch, resolve).catch(reject));
  expect(await readdir(folder)).not.toContain("results.jsonl");

  const begun = { ...batch, id: 2, folder: path.join(world.folder, "begun") };
  await mkdir(path.join(begun.folder, "claim"), { recursive: true, mode: 0o700 });
  expect(await broken.settle(begun)).toMatchObject({
    known: false,
    why: expect.stringContaining("ENOENT") as string,
  });
});
