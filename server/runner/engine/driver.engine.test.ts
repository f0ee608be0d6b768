/** The driver of one job (runner specification §2.3): what it says, and that it always ends the job. */
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { JobRow } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { LocalExecutor } from "../executors/local";
import { claimLease } from "../store/lease";
import { addTestImages, makeJob, makeWorld, silentLog } from "../testing";
import type { World } from "../testing";
import { submitWorkflow } from "./submit-workflow";
import { HOST } from "./testing";
import { Wake } from "./wake";

let t: TestDb;
let world: World;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());
beforeEach(async () => void (world = await makeWorld(t.db)));
afterEach(() => rm(world.folder, { recursive: true, force: true }));

const url = (name: string) => `${world.zarrDir}/${name}`;
const updates = (...image_list_updates: object[]) => ({ image_list_updates });

/** Drives the job to its end, as the lifecycle does. */
async function drive(
  { id }: { id: number },
  executor = new LocalExecutor("python3"),
  { log = silentLog, signal = new AbortController().signal, isFresh = (): boolean => true } = {},
) {
  const key = (await claimLease(t.db, "job", "this test")) ?? { kind: "job" as const, id, token: 1 };
  const lease = { key, signal, isFresh };
  await submitWorkflow({ db: t.db, log, lease, executor, host: HOST, wake: new Wake() }, id);
  return (await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, id)))[0];
}
const runsOf = (job: JobRow) =>
  t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, job.id))
    .orderBy(tables.historyRuns.order);
const imagesNow = async () => {
  const rows = await t.db
    .select()
    .from(tables.images)
    .where(sql`dataset_id = ${world.dataset.id} AND removed_at IS NULL`);
  return Object.fromEntries(rows.map((row) => [path.basename(row.zarr_url), row.attributes]));
};
const setJob = (job: JobRow, part: Partial<JobRow>) =>
  t.db.update(tables.jobs).set(part).where(eq(tables.jobs.id, job.id));

/** Will the janitor make an archive of the job's folder? */
const isToBeArchived = async (job: JobRow) =>
  (await t.db.execute(sql`SELECT 1 FROM lease WHERE kind = 'janitor' AND id = ${job.id}`)).length === 1;

/** The published name of a job's folder. */
function folderOf(job: JobRow): string {
  const pad = (id: number | null) => String(id).padStart(7, "0");
  const [date = "", time = ""] = new Date(job.start_timestamp).toISOString().split("T");
  const stamp = `${date.replaceAll("-", "")}_${time.slice(0, 8).replaceAll(":", "")}`;
  const name = `proj_v2_${pad(job.project_id)}_wf_${pad(job.workflow_id)}_job_${pad(job.id)}_${stamp}`;
  return path.join(world.folder, "jobs", date.slice(0, 7), name);
}

const converter = (name: string) => ({
  type: "converter_non_parallel" as const,
  args: { out: updates({ zarr_url: url(name) }) },
});

test("done: the folder has the published name, and the job log tells job, people, folders and each task", async () => {
  const job = await makeJob(world, [converter("a")]);
  const ended = await drive(job);
  expect(ended).toMatchObject({ state: "done", working_dir: folderOf(job), working_dir_user: folderOf(job) });
  expect(ended?.end_timestamp).not.toBeNull();
  const text = await readFile(path.join(folderOf(job), "workflow.log"), "utf8");
  expect(ended?.log).toBe(text);
  const lines = text.trimEnd().split("\n");
  const form = new RegExp(`^\\d{4}-\\d\\d-\\d\\d [\\d:.]+ - WF${job.workflow_id}_job${job.id} - INFO - `);
  expect(lines.filter((line) => !form.test(line))).toEqual([]);
  expect(lines.map((line) => line.replace(form, ""))).toEqual([
    `Start execution of job ${job.id}`,
    `Resource: ${world.resource.name} (local), profile: profile ${world.folder}`,
    `User: ${world.user.email}`,
    `Working folder: ${folderOf(job)}`,
    `Tasks 0 to 0 of workflow '${job.workflow_dump.name}' on dataset 'd'`,
    expect.stringMatching(/^SUBMIT 0-th task \('Tiny 0', 'Tiny 0', tiny-[-0-9a-f]+ 1\)$/),
    "END    0-th task ('Tiny 0'): done, 1 done, 0 failed",
    "Images in the list: 1, type_filters={}",
  ]);
});

test("a job that does not exist is logged, and nothing else happens", async () => {
  const lines: string[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => void lines.push(line) });
  expect(await drive({ id: 999_999 }, undefined, { log })).toBeUndefined();
  expect(lines.join()).toContain("the job to drive does not exist");
});

test("a dataset that was deleted ends the job with a sentence, and no folder is made", async () => {
  const job = await makeJob(world, [converter("a")]);
  await t.db
    .update(tables.datasets)
    .set({ deleted_at: sql`now()` })
    .where(eq(tables.datasets.id, world.dataset.id));
  const log = `Cannot fetch dataset ${job.dataset_id} and/or workflow ${job.workflow_id} (as part of job ${job.id}).`;
  expect(await drive(job)).toMatchObject({ state: "failed", log, cause: { text: log }, working_dir: null });
  expect(await readdir(world.folder)).toEqual([]);
});

test("a workflow that was deleted ends the job with a sentence, and no folder is made", async () => {
  const job = await makeJob(world, [converter("a")]);
  await t.db.delete(tables.workflows).where(eq(tables.workflows.id, job.workflow_id ?? 0));
  const log = `Cannot fetch dataset ${job.dataset_id} and/or workflow (deleted) (as part of job ${job.id}).`;
  expect(await drive(job)).toMatchObject({ state: "failed", log, working_dir: null });
  expect(await readdir(world.folder)).toEqual([]);
});

test("a working folder that exists is not touched, and the job says so", async () => {
  const job = await makeJob(world, [converter("a")]);
  await mkdir(folderOf(job), { recursive: true });
  expect(await drive(job)).toMatchObject({
    state: "failed",
    log: `Error error while creating local job folder. Original error: Workflow dir ${folderOf(job)} already exists.`,
  });
  expect(await readdir(folderOf(job))).toEqual([]);
  expect(await runsOf(job)).toEqual([]);
  // It is somebody else's.
  expect(await isToBeArchived(job)).toBe(false);
});

test("a working folder that cannot be made ends the job with the system's reason", async () => {
  const job = await makeJob(world, [converter("a")]);
  await writeFile(path.join(world.folder, "jobs"), "a file where the folder of jobs should be");
  const ended = await drive(job);
  expect(ended?.state).toBe("failed");
  expect(ended?.log).toMatch(
    /^Error error while creating local job folder. Original error: (ENOTDIR|EEXIST)/,
  );
  expect(await runsOf(job)).toEqual([]);
});

test("a project folder that cannot hold the cache ends the job with the folder, the reason and the next step", async () => {
  const job = await makeJob(world, [converter("a")]);
  const blocked = path.join(world.folder, "file");
  await writeFile(blocked, "");
  await setJob(job, { cache_dir: `${blocked}/fractal/.fractal_cache/profile_1` });
  const ended = await drive(job);
  expect(ended?.state).toBe("failed");
  expect(ended?.log).toMatch(
    /^Error error while creating the cache folder of the tasks. Original error: ENOTDIR/,
  );
  expect(ended?.cause?.text).toContain(`${blocked}/fractal/.fractal_cache/profile_1 cannot be made`);
  expect(ended?.cause?.next_step).toContain("project folder writable");
  expect(await runsOf(job)).toEqual([]);
});

test("a driver that takes over and cannot make the folders ends what runs before it ends the job", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }]);
  const job = await makeJob(world, [{ type: "parallel", args: { sleep: 60 } }]);
  const before = new AbortController();
  const driven = drive(job, undefined, { signal: before.signal });
  while ((await runsOf(job))[0]?.num_running !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
  before.abort(new Error("overtaken"));
  await expect(driven).rejects.toThrow("overtaken");
  await writeFile(path.join(world.folder, "file"), "");
  await setJob(job, { cache_dir: path.join(world.folder, "file", "cache") });
  await t.db.execute(sql`UPDATE lease SET expires_at = '-infinity' WHERE id = ${job.id}`);
  expect((await drive(job))?.state).toBe("failed");
  expect(await runsOf(job)).toMatchObject([{ stage: "closed", num_running: 0, num_failed: 1 }]);
  const batch = one(
    await t.db
      .select()
      .from(tables.batches)
      .where(sql`history_run_id IN (SELECT id FROM history_run WHERE job_id = ${job.id})`),
  );
  expect(batch.state).toBe("closed");
  expect(() => process.kill(batch.handle?.pid ?? 0, 0)).toThrow("ESRCH");
});

test("on a local resource a remote folder that differs from the local one is refused before anything runs", async () => {
  const job = await makeJob(world, [converter("a")]);
  const working_dir_user = path.join(world.folder, "elsewhere");
  await setJob(job, { working_dir: folderOf(job), working_dir_user, state: "running" });
  const ended = await drive(job);
  expect(ended?.log).toBe(
    `JOB ERROR in Fractal job ${job.id}:\nTRACEBACK:\nJobExecutionError\n\nJobs on a local resource have one working folder, not ${folderOf(job)} and ${working_dir_user}.`,
  );
  expect(ended?.state).toBe("failed");
  expect(await runsOf(job)).toEqual([]);
});

/** An executor with a fault of its own as soon as `isBroken`: what a disk says is no such fault, but unknown. */
class FailingExecutor extends LocalExecutor {
  isBroken: () => Promise<boolean> = () => Promise.resolve(false);
  #isBroken = false;
  override async read(...args: Parameters<LocalExecutor["read"]>) {
    this.#isBroken = await this.isBroken();
    return super.read(...args);
  }
  override mayLive(handle: Parameters<LocalExecutor["mayLive"]>[0]) {
    if (this.#isBroken) throw new Error("nobody foresaw this");
    return super.mayLive(handle);
  }
}

test.each([
  [
    "TASK ERROR",
    { exit: 3, print: "last words" },
    /^TASK ERROR: Task name: Tiny 1, position in Workflow: 1\nTRACEBACK:\nlast words\n$/,
  ],
  [
    "JOB ERROR",
    { kill_self: 9 },
    /^JOB ERROR in Fractal job \d+:\nTRACEBACK:\nJobExecutionError\n\nIt was ended by signal 9/,
  ],
  [
    "UNKNOWN ERROR",
    { sleep: 60 },
    /^UNKNOWN ERROR in Fractal job \d+\nTRACEBACK:\nError: nobody foresaw this/,
  ],
])(
  "%s: the images of the tasks and calls that ended well are kept, and the folder is archived",
  async (kind, bad, prefix) => {
    const parallelization_list = [
      { zarr_url: url("b"), init_args: { out: updates({ zarr_url: url("b"), attributes: { made: 1 } }) } },
      { zarr_url: url("c"), init_args: bad },
    ];
    const job = await makeJob(world, [
      converter("a"),
      { type: "compound", initArgs: { out: { parallelization_list } } },
      { type: "parallel" },
    ]);
    const executor = new FailingExecutor("python3");
    // Init call and first item are done: from now on the worker of the second item cannot be looked at.
    if (kind === "UNKNOWN ERROR") executor.isBroken = async () => (await runsOf(job))[1]?.num_done === 2;
    const ended = await drive(job, executor);
    expect(ended?.state).toBe("failed");
    expect(ended?.log).toMatch(prefix);
    expect(ended?.cause).not.toBeNull();
    expect(await imagesNow()).toEqual({ a: {}, b: { made: 1 } });
    expect((await runsOf(job)).map((run) => [run.state, run.stage, run.num_done, run.num_failed])).toEqual([
      ["done", "closed", 1, 0],
      ["failed", "closed", 2, 1],
    ]);
    expect(await readFile(path.join(folderOf(job), "workflow.log"), "utf8")).toContain(ended?.log);
    expect(await isToBeArchived(job)).toBe(true);
  },
);

test("stopped: what runs is ended, what is done is kept, and the end is confirmed", async () => {
  const names = Array.from({ length: 6 }, (_, n) => String(n));
  await addTestImages(
    world,
    names.map((name) => ({ zarr_url: url(name) })),
  );
  const meta = { parallel_tasks_per_job: 2 };
  const job = await makeJob(world, [
    { type: "parallel", args: { out: updates({ zarr_url: "$ZARR_URL", attributes: { seen: 1 } }) } },
    { type: "parallel", args: { sleep: 60 }, meta },
  ]);
  const driven = drive(job);
  while ((await runsOf(job))[1]?.num_running !== 2) await new Promise((resolve) => setTimeout(resolve, 20));
  await t.db
    .insert(tables.jobRequests)
    .values({ job_id: job.id, kind: "stop_job", user_email: "me@example.org" });
  const ended = await driven;
  expect(ended).toMatchObject({ state: "stopped", cause: null });
  expect(ended?.log).toMatch(/Stop of .+ asked for by me@example\.org/);
  expect(
    (await runsOf(job)).map((run) => [run.state, run.num_done, run.num_stopped, run.num_failed]),
  ).toEqual([
    ["done", 6, 0, 0],
    ["stopped", 0, 6, 0],
  ]);
  expect(await imagesNow()).toEqual(Object.fromEntries(names.map((name) => [name, { seen: 1 }])));
  expect(
    one(await t.db.select().from(tables.jobRequests).where(eq(tables.jobRequests.job_id, job.id))).done_at,
  ).not.toBeNull();
});

test("only the tasks from the first to the last index run, and their folders carry the position in the workflow", async () => {
  const job = await makeJob(
    world,
    [converter("a"), { ...converter("b"), name: "My Task (B)" }, converter("c")],
    {
      first: 1,
      last: 1,
    },
  );
  expect((await drive(job))?.state).toBe("done");
  expect((await runsOf(job)).map((run) => run.order)).toEqual([1]);
  expect(await imagesNow()).toEqual({ b: {} });
  expect(await readdir(folderOf(job))).toEqual(["1_my_task__b_", "workflow.log"]);
});

/** A lease without a confirmed heartbeat until it was asked often enough, and an executor that writes down what is done meanwhile. */
class StaleLease extends LocalExecutor {
  #refusals = 0;
  readonly doneMeanwhile: string[] = [];
  afterPrepare: () => void = () => undefined;
  beforeLook: () => void = () => undefined;

  beginStaleness(refusals = 4): void {
    this.#refusals = refusals;
  }
  readonly isFresh = () => {
    if (this.#refusals === 0) return true;
    this.#refusals -= 1;
    return false;
  };
  #note(what: string): void {
    if (this.#refusals > 0) this.doneMeanwhile.push(what);
  }

  override async prepare(...args: Parameters<LocalExecutor["prepare"]>) {
    await super.prepare(...args);
    this.afterPrepare();
  }
  override launch(...args: Parameters<LocalExecutor["launch"]>) {
    this.#note("launch");
    return super.launch(...args);
  }
  override settle(...args: Parameters<LocalExecutor["settle"]>) {
    this.#note("settle");
    return super.settle(...args);
  }
  override cancel(...args: Parameters<LocalExecutor["cancel"]>) {
    this.#note("cancel");
    return super.cancel(...args);
  }
  override mayLive(handle: Parameters<LocalExecutor["mayLive"]>[0]) {
    this.beforeLook();
    return super.mayLive(handle);
  }
}

test("without a confirmed heartbeat nothing is spawned, even if it went missing while the folder was written", async () => {
  const stale = new StaleLease("python3");
  let times = 0;
  stale.afterPrepare = () => {
    if ((times += 1) === 1) stale.beginStaleness();
  };
  const job = await makeJob(world, [converter("a")]);
  expect((await drive(job, stale, { isFresh: stale.isFresh }))?.state).toBe("done");
  expect(stale.doneMeanwhile).toEqual([]);
  // The folder was written again, and one worker ran in it.
  expect(times).toBe(2);
});

test.each(["a stop", "a dead worker", "a failure of ours"])(
  "without a confirmed heartbeat no worker is told to stop, looked at or reaped: %s",
  async (what) => {
    await addTestImages(world, [{ zarr_url: url("a") }]);
    const job = await makeJob(world, [
      { type: "parallel", args: { sleep: what === "a dead worker" ? 2 : 60 } },
    ]);
    const stale = new StaleLease("python3");
    const driven = drive(job, stale, { isFresh: stale.isFresh });
    while ((await runsOf(job))[0]?.num_running !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
    // Until the stop has been read, and until a look would have come.
    if (what !== "a failure of ours") stale.beginStaleness(20);
    if (what === "a stop")
      await t.db
        .insert(tables.jobRequests)
        .values({ job_id: job.id, kind: "stop_job", user_email: "me@example.org" });
    else if (what === "a dead worker") {
      const [batch] = await t.db
        .select()
        .from(tables.batches)
        .where(sql`state = 'launched'`);
      process.kill(batch?.handle?.pid ?? 0, "SIGKILL");
    } else
      stale.beforeLook = () => {
        stale.beforeLook = () => undefined;
        stale.beginStaleness();
        throw new Error("nobody foresaw this");
      };
    const end = { "a stop": "stopped", "a dead worker": "done", "a failure of ours": "failed" }[what];
    expect((await driven)?.state).toBe(end);
    expect(stale.doneMeanwhile).toEqual([]);
  },
);
