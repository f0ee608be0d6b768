/** A deleted dataset is gone at once; its rows go piece by piece: nobody waits, and a kill loses nothing else. */
import { spawn } from "node:child_process";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Db, Tx } from "@/db/client";
import { one } from "@/db/rows";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { deleteDataset } from "@/server/services/dataset/delete";
import { getDataset } from "@/server/services/dataset/get";
import { editImage } from "@/server/services/image/edit";
import { listImages } from "@/server/services/image/list";
import { getJob } from "@/server/services/job/get";
import { makeDataset, makeJob, makeRun, makeStudy } from "@/server/services/testing";
import type { Study } from "@/server/services/testing";
import { getUnit } from "@/server/services/unit/get";
import { Wake } from "../engine/wake";
import { LeaseLostError, claimLease } from "../store/lease";
import { silentLog } from "../testing";
import { deleteDatasetRows } from "./delete-dataset-rows";

const IMAGES = 950;
const PIECE = 100;
let t: TestDb;
let study: Study;
let jobId: number;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());
beforeEach(async () => {
  study = await makeStudy(t.db);
  jobId = await fill(study.dataset.id);
});

/** Images, and a job that has run over all of them. @returns The job. */
async function fill(datasetId: number): Promise<number> {
  const job = await makeJob(t.db, study, { dataset_id: datasetId, state: "done" });
  const run = await makeRun(t.db, study, job.id, { dataset_id: datasetId, num_done: IMAGES });
  for (const statement of [
    sql`DELETE FROM image WHERE dataset_id = ${datasetId}`,
    sql`INSERT INTO image (dataset_id, position, zarr_url, removed_at)
      SELECT ${datasetId}, i, '/zarr/' || ${datasetId} || '/' || i, CASE WHEN i % 7 = 0 THEN now() END
      FROM generate_series(1, ${IMAGES}) i`,
    sql`INSERT INTO run_image (history_run_id, position, image_id)
      SELECT ${run.id}, position, id FROM image WHERE dataset_id = ${datasetId}`,
    sql`INSERT INTO history_unit (history_run_id, kind, position, state, num_images, args)
      SELECT ${run.id}, 'unit', position, 'done', 1, '{}' FROM image WHERE dataset_id = ${datasetId}`,
    sql`INSERT INTO unit_image (unit_id, image_id)
      SELECT u.id, i.id FROM history_unit u JOIN image i ON i.position = u.position AND i.dataset_id = ${datasetId}
      WHERE u.history_run_id = ${run.id}`,
    sql`INSERT INTO image_status (workflow_task_id, image_id, unit_id, state)
      SELECT ${run.workflow_task_id}, image_id, unit_id, 'done' FROM unit_image ui
      JOIN history_unit u ON u.id = ui.unit_id WHERE u.history_run_id = ${run.id}`,
    sql`INSERT INTO submission (history_run_id, tag) VALUES (${run.id}, ${`tag ${run.id}`})`,
    sql`INSERT INTO batch (submission_id, history_run_id, k, folder, slots, cpus, state)
      SELECT id, history_run_id, 0, '/b', 1, 1, 'closed' FROM submission WHERE history_run_id = ${run.id}`,
    sql`INSERT INTO unit_attempt (unit_id, batch_id, n, state, live, accepted)
      SELECT u.id, b.id, u.position, 'ended', false, true
      FROM history_unit u JOIN batch b ON b.history_run_id = u.history_run_id WHERE u.history_run_id = ${run.id}`,
    sql`INSERT INTO accounting_record (user_id, history_run_id, num_tasks, num_new_images)
      VALUES (${study.owner.user.id}, ${run.id}, ${IMAGES}, 0)`,
  ])
    await t.db.execute(statement);
  return job.id;
}

const TABLES = [
  "image",
  "run_image",
  "history_unit",
  "unit_image",
  "image_status",
  "unit_attempt",
  "batch",
  "submission",
  "history_run",
] as const;

async function countAll(db: Db | Tx = t.db): Promise<Record<string, number>> {
  const counts = TABLES.map(
    (table) => sql`(SELECT count(*)::int FROM ${sql.identifier(table)}) AS ${sql.identifier(table)}`,
  );
  return { ...one(await db.execute<Record<string, number>>(sql`SELECT ${sql.join(counts, sql`, `)}`)) };
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);

const idOfUnit = async () =>
  one(
    await t.db.execute<{ id: number }>(
      sql`SELECT u.id FROM history_unit u JOIN history_run r ON r.id = u.history_run_id WHERE r.job_id = ${jobId} LIMIT 1`,
    ),
  ).id;

const exists = async (datasetId: number) =>
  (await t.db.execute(sql`SELECT 1 FROM dataset WHERE id = ${datasetId}`)).length === 1;

/** One pass of the runner's deletion. */
async function pass(onPiece?: (tx: Tx) => Promise<void>): Promise<void> {
  await t.db.execute(sql`UPDATE lease SET expires_at = '-infinity' WHERE kind = 'deletion'`);
  const key = await claimLease(t.db, "deletion", "test");
  if (!key) throw new Error("nothing is to be deleted");
  const lease = { key, signal: new AbortController().signal, isFresh: () => true };
  const deps = { db: t.db, log: silentLog, lease, wake: new Wake() };
  await deleteDatasetRows(deps, key.id, { piece: PIECE, ...(onPiece && { onPiece }) });
}

test("at once nothing of it is seen any more, and its jobs say why they know nothing of their units", async () => {
  const unit_id = await idOfUnit();
  await getUnit(study.owner, { unit_id });
  await deleteDataset(study.owner, { dataset_id: study.dataset.id });
  await expect(getDataset(study.owner, { dataset_id: study.dataset.id })).rejects.toMatchObject({
    tag: "NotFound",
  });
  await expect(getUnit(study.owner, { unit_id })).rejects.toMatchObject({ tag: "NotFound" });
  const before = await getJob(study.owner, { job_id: jobId });
  expect(before).toMatchObject({ dataset_id: null, dataset_name: study.dataset.name, units: { total: 0 } });
  await pass();
  expect({ ...(await getJob(study.owner, { job_id: jobId })), version: "" }).toEqual({
    ...before,
    version: "",
  });
});

test("then its rows go in small pieces, and nobody else's", async () => {
  const empty = await countAll();
  const other = await makeDataset(t.db, study.project.id);
  await fill(other.id);
  const withOther = await countAll();
  await deleteDataset(study.owner, { dataset_id: other.id });
  const sizes: number[] = [];
  let left = sum(withOther);
  await pass(async (tx) => {
    const now = sum(await countAll(tx));
    sizes.push(left - now);
    left = now;
  });
  expect(withOther).not.toEqual(empty);
  expect(await countAll()).toEqual(empty);
  expect(await exists(other.id)).toBe(false);
  expect(Math.max(...sizes)).toBe(PIECE);
  const rows = await t.db.execute(sql`SELECT 1 FROM lease WHERE kind = 'deletion'`);
  expect(rows).toHaveLength(0);
  const kept = await t.db.execute(sql`SELECT 1 FROM accounting_record WHERE history_run_id IS NULL`);
  expect(kept.length).toBeGreaterThan(0);
});

test("whoever reads or edits the same project's other images meanwhile waits for no lock", async () => {
  const doomed = await makeDataset(t.db, study.project.id);
  await fill(doomed.id);
  await deleteDataset(study.owner, { dataset_id: doomed.id });
  const page = await listImages(study.owner, { dataset_id: study.dataset.id, limit: 1 });
  const input = { dataset_id: study.dataset.id, image_id: page.items[0]?.id ?? 0 };
  const modes = new Set<string>();
  let pieces = 0;
  await pass(async (tx) => {
    pieces += 1;
    const locks = await tx.execute<{ mode: string }>(sql`
      SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'`);
    for (const { mode } of locks) modes.add(mode);
    // Refused at once instead of waiting: the piece is still open.
    await t.db.transaction(async (theirs) => {
      await theirs.execute(sql`SET LOCAL lock_timeout = '1ms'`);
      const scope = { ...study.owner, db: theirs as unknown as Db };
      await listImages(scope, { dataset_id: study.dataset.id, limit: 10 });
      await editImage(scope, { ...input, attributes: { seen: pieces } });
    });
  });
  expect(pieces).toBeGreaterThan(40);
  expect([...modes].sort()).toEqual(["AccessShareLock", "RowExclusiveLock", "RowShareLock"]);
});

test("killed in the middle, the next runner deletes the rest", async () => {
  const before = await countAll();
  const doomed = await makeDataset(t.db, study.project.id);
  await fill(doomed.id);
  const full = await countAll();
  await deleteDataset(study.owner, { dataset_id: doomed.id });
  const run = (dieAt: string) => {
    const child = spawn(process.execPath, ["--import", "tsx", "e2e/support/runner-process.ts"], {
      env: { ...process.env, DATABASE_URL: t.url, DIE_AT: dieAt },
      stdio: "ignore",
    });
    return { child, ended: new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal))) };
  };
  for (const piece of ["3", "30"]) {
    expect(await run(piece).ended).toBe("SIGKILL");
    await t.db.execute(sql`UPDATE lease SET expires_at = '-infinity' WHERE kind = 'deletion'`);
  }
  const half = await countAll();
  expect(half["unit_attempt"]).toBeLessThan(full["unit_attempt"] ?? 0);
  expect(half["image"]).toBe(full["image"]);
  const { child, ended } = run("never");
  while (await exists(doomed.id)) await new Promise((resolve) => setTimeout(resolve, 30));
  child.kill("SIGTERM");
  await ended;
  expect(await countAll()).toEqual(before);
});

test("while it is not proven that a worker has ended, the rows stay", async () => {
  await deleteDataset(study.owner, { dataset_id: study.dataset.id });
  const before = await countAll();
  const set = (state: string) =>
    t.db.execute(sql`UPDATE batch SET state = ${state} WHERE history_run_id IN
      (SELECT id FROM history_run WHERE dataset_id = ${study.dataset.id})`);
  await set("launched");
  await pass();
  expect(await countAll()).toEqual(before);
  await set("closed");
  await pass();
  expect(await exists(study.dataset.id)).toBe(false);
});

test("a runner that was overtaken deletes nothing more", async () => {
  await deleteDataset(study.owner, { dataset_id: study.dataset.id });
  let pieces = 0;
  const overtaken = pass(async () => {
    pieces += 1;
    if (pieces === 2) await t.db.execute(sql`UPDATE lease SET token = token + 1 WHERE kind = 'deletion'`);
  });
  await expect(overtaken).rejects.toThrow(LeaseLostError);
  expect(await exists(study.dataset.id)).toBe(true);
  await pass();
  expect(await exists(study.dataset.id)).toBe(false);
});
