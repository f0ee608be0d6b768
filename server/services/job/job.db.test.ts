import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { jobRequests } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { getJob, pollJob } from "@/server/services/job/get";
import { listJobs } from "@/server/services/job/list";
import { stopJob } from "@/server/services/job/stop";
import { stopUnits } from "@/server/services/job/stop-units";
import {
  addMember,
  makeCause,
  makeColleague,
  makeJob,
  makeRun,
  makeStudy,
  makeUnits,
} from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

test("the job page tells counters, tasks that wait, and failures by their cause", async () => {
  const study = await makeStudy(t.db);
  const dump = (order: number, alias: string) => ({
    workflow_task: { ...study.step, order, alias, task: study.task },
    task_group: study.group,
  });
  const job = await makeJob(t.db, study, {
    last_task_index: 1,
    task_dumps: [dump(0, "First"), dump(1, "Second")],
  });
  const run = await makeRun(t.db, study, job.id, {
    num_failed: 3,
    num_done: 1,
    num_running: 2,
    num_warnings: 1,
  });
  const [, first] = await makeUnits(t.db, run.id, [
    { state: "failed", cause: makeCause("KeyError: 'a'") },
    { state: "failed", cause: makeCause("ValueError: 1") },
    { state: "failed", cause: makeCause("ValueError: 1") },
    { state: "done" },
  ]);
  const view = await getJob(study.owner, { job_id: job.id });
  expect(view).toMatchObject({
    state: "running",
    status: "submitted",
    can: { execute: true },
    current_task: { order: 0 },
    units: { total: 6, pending: 0, running: 2, done: 1, failed: 3, stopped: 0, warnings: 1 },
    working_dir: null,
    stop_requested_by: null,
  });
  expect(view.tasks.map((task) => [task.order, task.run === null])).toEqual([
    [0, false],
    [1, true],
  ]);
  expect(view.tasks[1]?.name).toBe("Second");
  expect(view.tasks[0]?.run?.causes).toEqual([
    { ...makeCause("ValueError: 1"), units: 2, first_unit_id: first?.id },
    { ...makeCause("KeyError: 'a'"), units: 1, first_unit_id: (first?.id ?? 0) - 1 },
  ]);
  expect(view.seconds_left).toBeGreaterThanOrEqual(0);
});

test("a poll answers only when something on the page has changed", async () => {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study);
  const { version } = await getJob(study.owner, { job_id: job.id });
  const poll = () => pollJob(study.owner, { job_id: job.id, version });
  expect(await poll()).toBeNull();
  await makeRun(t.db, study, job.id, { num_pending: 1 });
  const changed = await poll();
  expect(changed).toMatchObject({ id: job.id });
  expect(changed?.version).not.toBe(version);
});

test("100,000 units cost the job page no more than their run's counters", async () => {
  // One session, so that its statistics are complete when it asks for them.
  const single = await createTestDb({ max: 1 });
  try {
    const study = await makeStudy(single.db);
    const job = await makeJob(single.db, study);
    const run = await makeRun(single.db, study, job.id, { num_pending: 100_000 });
    await single.db.execute(sql`
      INSERT INTO history_unit (history_run_id, kind, position, num_images, args)
      SELECT ${run.id}, 'unit', n, 1, '{}' FROM generate_series(0, 99999) n`);
    const before = await unitsRead(single);
    await getJob(study.owner, { job_id: job.id });
    expect((await unitsRead(single)) - before).toBe(0);
    await single.db.execute(sql`SELECT count(*) FROM history_unit`);
    expect((await unitsRead(single)) - before).toBeGreaterThanOrEqual(100_000);
  } finally {
    await single.drop();
  }
});

/** Rows of `history_unit` that were read so far. Needs PostgreSQL 15; the embedded one is newer. */
async function unitsRead({ db }: TestDb): Promise<number> {
  await db.execute(sql`SELECT pg_stat_force_next_flush()`);
  const [row] = await db.execute<{ n: number }>(sql`
    SELECT (seq_tup_read + idx_tup_fetch)::float8 AS n FROM pg_stat_user_tables WHERE relname = 'history_unit'`);
  return row?.n ?? 0;
}

test("a list is newest first, filtered, and holds only what the user may read", async () => {
  const study = await makeStudy(t.db);
  const done = await makeJob(t.db, study, { state: "done" });
  const failed = await makeJob(t.db, study, { state: "failed", cause: makeCause("x") });
  const list = async (part: object = {}) => (await listJobs(study.owner, part)).map((job) => job.id);
  expect(await list()).toEqual([failed.id, done.id]);
  expect(await list({ states: ["done"] })).toEqual([done.id]);
  expect(await list({ states: [] })).toEqual([]);
  expect(await list({ dataset_id: study.dataset.id, limit: 1, offset: 1 })).toEqual([done.id]);
  expect((await listJobs(study.owner, { workflow_id: study.workflow.id }))[0]).toMatchObject({
    status: "failed",
    project_name: study.project.name,
    cause: { title: "Task error" },
    current_task: null,
  });
  const stranger = await makeColleague(study.owner);
  expect(await listJobs(stranger)).toEqual([]);
  await expect(listJobs(stranger, { project_id: study.project.id })).rejects.toMatchObject({
    tag: "NotFound",
  });
});

test("a stop is asked once, by people who may run jobs, of jobs that have not ended", async () => {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study);
  await stopJob(study.owner, { job_id: job.id });
  await stopJob(study.owner, { job_id: job.id });
  const requests = await t.db.select().from(jobRequests);
  expect(requests).toMatchObject([{ job_id: job.id, kind: "stop_job", done_at: null }]);
  expect(await getJob(study.owner, { job_id: job.id })).toMatchObject({
    state: "running",
    stop_requested_by: study.owner.user.email,
  });
  const reader = await makeColleague(study.owner);
  await addMember(t.db, study.project.id, reader, "rw");
  await expect(stopJob(reader, { job_id: job.id })).rejects.toMatchObject({ tag: "Forbidden" });
  await t.db.execute(sql`UPDATE job SET state = 'done' WHERE id = ${job.id}`);
  await expect(stopJob(study.owner, { job_id: job.id })).rejects.toThrow(/already ended \(done\)/);
});

test("a part of a job is stopped by people who may run jobs: only what has not ended, only of its run", async () => {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study);
  const run = await makeRun(t.db, study, job.id, { stage: "planned", num_running: 1, num_done: 1 });
  const [running, done] = await makeUnits(t.db, run.id, [{ state: "running" }, { state: "done" }]);
  const ids = [running?.id ?? 0, done?.id ?? 0];
  expect(await stopUnits(study.owner, { run_id: run.id, unit_ids: [...ids, ...ids] })).toEqual({ units: 1 });
  expect(await stopUnits(study.owner, { run_id: run.id })).toEqual({ units: 1 });
  const requests = await t.db
    .select()
    .from(jobRequests)
    .where(sql`job_id = ${job.id}`)
    .orderBy(jobRequests.id);
  expect(requests).toMatchObject([
    { kind: "stop_units", history_run_id: run.id, unit_ids: ids },
    { kind: "stop_run", history_run_id: run.id, unit_ids: null },
  ]);
  const view = await getJob(study.owner, { job_id: job.id });
  expect(view.stop_requested_by).toBeNull();
  expect(view.tasks[0]?.run?.stop_requested_by).toBe(study.owner.user.email);

  await expect(stopUnits(study.owner, { run_id: run.id, unit_ids: [ids[1] ?? 0] })).rejects.toThrow(
    "The unit has already ended.",
  );
  await expect(stopUnits(study.owner, { run_id: run.id, unit_ids: [987_654] })).rejects.toMatchObject({
    tag: "InvalidInput",
    fields: { unit_ids: `Not units of run ${run.id}: 987654.` },
  });
  const reader = await makeColleague(study.owner);
  await addMember(t.db, study.project.id, reader, "rw");
  await expect(stopUnits(reader, { run_id: run.id })).rejects.toMatchObject({ tag: "Forbidden" });
  await stopJob(study.owner, { job_id: job.id });
  await t.db.execute(sql`UPDATE job SET state = 'stopping' WHERE id = ${job.id}`);
  await expect(stopUnits(study.owner, { run_id: run.id })).rejects.toThrow(/is being stopped as a whole/);
  await t.db.execute(sql`UPDATE history_run SET stage = 'closed' WHERE id = ${run.id}`);
  await expect(stopUnits(study.owner, { run_id: run.id })).rejects.toThrow(/has already ended/);
});

test("who stopped a job: whoever asked for all of it, else the first who asked for a part", async () => {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study, { state: "stopped" });
  const ask = (part: Omit<typeof jobRequests.$inferInsert, "job_id">) =>
    t.db.insert(jobRequests).values({ job_id: job.id, ...part });
  const stoppedBy = async () => (await getJob(study.owner, { job_id: job.id })).stop_requested_by;
  await ask({ kind: "stop_units", history_run_id: 1, unit_ids: [1], user_email: "first@example.org" });
  await ask({ kind: "stop_run", history_run_id: 1, user_email: "second@example.org" });
  expect(await stoppedBy()).toBe("first@example.org");
  await ask({ kind: "stop_job", user_email: "third@example.org" });
  await ask({ kind: "stop_run", history_run_id: 1, user_email: "fourth@example.org" });
  expect(await stoppedBy()).toBe("third@example.org");
});

test("since when and why a batch is unknown, and lines that could not be used, are on the page", async () => {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study);
  const run = await makeRun(t.db, study, job.id, { num_running: 2 });
  await t.db.execute(
    sql`INSERT INTO submission (id, history_run_id) OVERRIDING SYSTEM VALUE VALUES (${run.id}, ${run.id})`,
  );
  await t.db.execute(sql`
    INSERT INTO batch (submission_id, history_run_id, k, folder, state, slots, cpus)
    SELECT ${run.id}, ${run.id}, k, '/f' || k, 'launched', 1, 1 FROM generate_series(0, 2) k`);
  const facts = async () => (await getJob(study.owner, { job_id: job.id })).tasks[0]?.run;
  expect(await facts()).toMatchObject({ unknown: null, bad_lines: 0 });

  const { version } = await getJob(study.owner, { job_id: job.id });
  const set = (k: number, part: ReturnType<typeof sql>) =>
    t.db.execute(sql`UPDATE batch SET ${part} WHERE history_run_id = ${run.id} AND k = ${k}`);
  await set(1, sql`bad_lines = 3`);
  expect(await pollJob(study.owner, { job_id: job.id, version })).not.toBeNull();
  await set(2, sql`bad_lines = 2`);
  expect(await facts()).toMatchObject({ unknown: null, bad_lines: 5 });

  const { version: second } = await getJob(study.owner, { job_id: job.id });
  await set(0, sql`unknown_since = '2026-01-02T10:00:00Z', unknown_why = 'Later.'`);
  expect(await pollJob(study.owner, { job_id: job.id, version: second })).not.toBeNull();
  await set(2, sql`unknown_since = '2026-01-01T10:00:00Z', unknown_why = 'Its folder is not there.'`);
  const unknown = {
    why: "Its folder is not there.",
    since: expect.stringMatching(/^2026-01-01T10:00:00/) as string,
  };
  expect(await facts()).toMatchObject({ unknown, bad_lines: 5 });
});
