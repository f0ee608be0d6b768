import { afterAll, beforeAll, expect, test } from "vitest";
import { eq, sql } from "drizzle-orm";
import { one } from "@/db/rows";
import { batches, historyUnits, jobs, submissions, unitAttempts } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { getUnit } from "@/server/services/unit/get";
import { getUnitLog } from "@/server/services/unit/get-log";
import { listUnits } from "@/server/services/unit/list";
import { makeColleague, makeJob, makeRun, makeRunner, makeStudy, makeUnits } from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

async function makeFinishedUnit() {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study);
  const run = await makeRun(t.db, study, job.id, { num_done: 1, num_pending: 1 });
  const units = await makeUnits(t.db, run.id, [{ state: "done" }, { state: "pending" }]);
  const unit = units[0];
  if (!unit) throw new Error("made above");
  const output = { image_list_updates: [{ zarr_url: "/zarr/new" }] };
  await t.db.update(historyUnits).set({ output, args: '{"a":1.0}' }).where(eq(historyUnits.id, unit.id));
  const submission = one(await t.db.insert(submissions).values({ history_run_id: run.id }).returning());
  const values = {
    submission_id: submission.id,
    history_run_id: run.id,
    k: 0,
    folder: "/jobs/7/b",
    slots: 1,
    cpus: 1,
  };
  const batch = one(
    await t.db
      .insert(batches)
      .values({ ...values, host: "n1", mem_mb: 500 })
      .returning(),
  );
  const attempt = { unit_id: unit.id, batch_id: batch.id, state: "ended" as const, live: false };
  await t.db.insert(unitAttempts).values([
    { ...attempt, n: 0, state: "never_started" },
    { ...attempt, n: 1, accepted: true, exit_code: 0, wall_s: 2.5, cpu_s: 2, peak_mb: 100 },
  ]);
  return { study, job, run, unit };
}

test("a page of units is in unit order, with the counters of the run", async () => {
  const { study, run, unit } = await makeFinishedUnit();
  const page = await listUnits(study.owner, { run_id: run.id });
  expect(page).toMatchObject({ matching: 2, counts: { total: 2, done: 1, pending: 1 } });
  expect(page.items.map((item) => [item.id, item.wall_seconds, item.attempts])).toEqual([
    [unit.id, 2.5, 2],
    [unit.id + 1, null, 0],
  ]);
  expect(page.items[0]).not.toHaveProperty("args");
  const pending = await listUnits(study.owner, { run_id: run.id, states: ["pending", "pending"] });
  expect(pending).toMatchObject({ matching: 1, items: [{ id: unit.id + 1 }] });
});

test("a unit tells where it ran, with which arguments, and what it made", async () => {
  const { study, job, run, unit } = await makeFinishedUnit();
  expect(await getUnit(study.owner, { unit_id: unit.id })).toMatchObject({
    job_id: job.id,
    run_id: run.id,
    task_name: study.task.name,
    args: '{"a":1.0}',
    exit_code: 0,
    host: "n1",
    files: { kind: "folder", folder: "/jobs/7/b" },
    mem_mb: 500,
    peak_mb: 100,
    images_made: ["/zarr/new"],
  });
});

test("its files are in the folder, then in the archive, then nowhere", async () => {
  const { study, job, unit } = await makeFinishedUnit();
  const at = "2026-11-20T10:00:00.000Z";
  const filesWith = async (part: Partial<typeof jobs.$inferInsert>) => {
    await t.db.update(jobs).set(part).where(eq(jobs.id, job.id));
    return (await getUnit(study.owner, { unit_id: unit.id })).files;
  };
  const folder = { kind: "folder", folder: "/jobs/7/b" };
  expect(await filesWith({ working_dir: "/jobs/7" })).toEqual(folder);
  const archive = { kind: "archive", archive: "/jobs/7.zip", folder: "b" };
  expect(await filesWith({ archived_at: at })).toEqual(archive);
  expect(await filesWith({ archive_removed_at: at })).toEqual({ kind: "removed", removed_at: at });
});

test("strangers see no units and no logs", async () => {
  const { study, run, unit } = await makeFinishedUnit();
  const stranger = await makeColleague(study.owner);
  for (const attempt of [
    () => listUnits(stranger, { run_id: run.id }),
    () => getUnit(stranger, { unit_id: unit.id }),
    () => getUnitLog(stranger, { unit_id: unit.id }),
  ])
    await expect(attempt()).rejects.toMatchObject({ tag: "NotFound" });
});

/** A runner that answers the next open question. */
async function answerNext(answer: object): Promise<void> {
  const query = sql`UPDATE runner_call SET answer = ${JSON.stringify(answer)}::jsonb
    WHERE answer IS NULL AND expires_at > clock_timestamp() RETURNING args`;
  for (let tries = 0; tries < 200; tries++) {
    const [call] = await t.db.execute(query);
    if (call) return;
  }
  throw new Error("nobody asked");
}

test("a log is asked of a runner, and its answer handed on", async () => {
  const { study, unit } = await makeFinishedUnit();
  const chunk = { text: "hello\n", next_offset: 6, total_bytes: 6, ended: true, missing: null };
  const [log] = await Promise.all([
    getUnitLog(study.owner, { unit_id: unit.id }),
    answerNext({ ok: true, value: chunk }),
  ]);
  expect(log).toEqual(chunk);
  const refused = getUnitLog(study.owner, { unit_id: unit.id });
  await Promise.all([
    expect(refused).rejects.toThrow("The folder is gone."),
    answerNext({ ok: false, error: "The folder is gone." }),
  ]);
});

test("without a runner the wait ends with a sentence that says when one was last seen", async () => {
  const { study, unit } = await makeFinishedUnit();
  const ask = () => getUnitLog(study.owner, { unit_id: unit.id }, { waitSeconds: 0.2 });
  await expect(ask()).rejects.toThrow("The runner does not answer (no runner has been seen).");
  await makeRunner(t.db);
  await expect(ask()).rejects.toThrow(/^The runner does not answer \(last seen \d+ s ago\)\.$/);
});
