/** Whole jobs on a real cluster, over sudo, with the server as an account of its own; then what goes wrong there. */
import { spawnSync } from "node:child_process";
import { chmod, chown, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { endDaemon, idOf, up } from "@/e2e/support/slurm/cluster";
import { PID_FILES, PROFILE_USERS, SERVER_USER } from "@/e2e/support/slurm/config";
import type { ResourceDocument } from "@/server/contracts/resource";
import { Servers } from "../lifecycle/testing";
import { addTestImages, batchesOfJob, endOfJob, makeJob, makeWorld, unitsOfJob, until } from "../testing";
import type { TinyTask, World } from "../testing";

const [LAB] = PROFILE_USERS;
const IMAGES = Array.from({ length: 10 }, (_, i) => `i${i}`);
let t: TestDb;
let servers: Servers;
let world: World;

const accountOf = (user: string) => {
  const uid = idOf(user) ?? 0;
  const gid = Number(spawnSync("id", ["-g", user], { encoding: "utf8" }).stdout);
  return { uid, gid };
};

beforeAll(async () => {
  await up();
  t = await createTestDb();
});
afterAll(() => t.drop());
beforeEach(async () => {
  servers = await Servers.of(t, {}, accountOf(SERVER_USER));
  world = await makeWorld(t.db);
  const server = accountOf(SERVER_USER);
  const lab = accountOf(LAB);
  await chmod(world.folder, 0o755);
  await chown(world.folder, lab.uid, lab.gid);
  await mkdir(path.join(world.folder, "jobs"));
  await chown(path.join(world.folder, "jobs"), server.uid, server.gid);
  await moveToCluster();
  await addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
});
afterEach(async () => {
  slurm("scontrol", "update", "partitionname=main", "state=up");
  slurm("scancel", `--user=${LAB}`);
  await servers.close();
  await t.db.execute(sql`DELETE FROM lease`);
  await rm(world.folder, { recursive: true, force: true });
});

async function moveToCluster(part: object = {}): Promise<void> {
  const document: ResourceDocument = {
    ...(world.resource.document as ResourceDocument & { type: "slurm_sudo" }),
    type: "slurm_sudo",
    jobs_slurm_python_worker: "/usr/bin/python3",
    jobs_poll_interval: 1,
    jobs_runner_config: {
      default_slurm_config: { partition: "main", cpus_per_task: 1, mem: 100 },
      batching_config: {
        ...{ target_cpus_per_job: 2, max_cpus_per_job: 4, target_mem_per_job: 800, max_mem_per_job: 4_000 },
        ...{ target_num_jobs: 10, max_num_jobs: 20 },
      },
      user_local_exports: { MODELS: "models" },
      ...part,
    },
  };
  const { id } = world.resource;
  await t.db
    .update(tables.resources)
    .set({ type: "slurm_sudo", document: { ...document }, jobs_poll_interval: 1 })
    .where(eq(tables.resources.id, id));
  await t.db
    .update(tables.profiles)
    .set({ resource_type: "slurm_sudo", username: LAB })
    .where(eq(tables.profiles.resource_id, id));
}

function slurm(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", cwd: "/" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const counter = () => path.join(world.folder, "counter");
const gateOf = () => path.join(world.folder, "gate");
const jobOf = async (id: number) => one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, id)));
const runsOf = (jobId: number) =>
  t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, jobId))
    .orderBy(tables.historyRuns.order);
const batchesOf = (jobId: number) => batchesOfJob(t.db, jobId);
const unitsOf = (jobId: number) => unitsOfJob(t.db, jobId);
const endOf = (jobId: number) => endOfJob(t.db, jobId);
/** Numbers of the arrays that SLURM has had with the tags of a job's submissions. */
async function arraysOf(jobId: number): Promise<string[]> {
  const tags = await t.db.execute<{ tag: string }>(sql`
    SELECT s.tag FROM submission s JOIN history_run r ON r.id = s.history_run_id WHERE r.job_id = ${jobId}`);
  const lines = slurm("squeue", "-h", "-r", "--states=all", `--user=${LAB}`, "-o", "%F %j")
    .trim()
    .split("\n");
  const ours = lines.filter((line) => tags.some(({ tag }) => line.endsWith(`.${tag}`)));
  return [...new Set(ours.map((line) => line.split(" ")[0] ?? ""))];
}
/** How often each image was worked on. */
async function ran(): Promise<Record<string, number>> {
  const lines = (await readFile(counter(), "utf8").catch(() => "")).trim().split("\n").filter(Boolean);
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const name = path.basename(line.split(" ")[0] ?? "");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
const once = Object.fromEntries(IMAGES.map((name) => [name, 1]));
const seen = { image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: true } }] };
const mark = (args: Record<string, unknown> = {}, more: Partial<TinyTask> = {}): TinyTask => ({
  ...{ type: "parallel", name: "Mark Images", args: { counter: counter(), out: seen, ...args } },
  ...more,
});

async function expectDone(jobId: number): Promise<void> {
  const job = await endOf(jobId);
  expect(job.state, job.log ?? "").toBe("done");
  const images = await t.db
    .select()
    .from(tables.images)
    .where(eq(tables.images.dataset_id, world.dataset.id));
  expect(images.map(({ attributes }) => attributes)).toEqual(IMAGES.map(() => ({ seen: true })));
  const accepted = await t.db.execute<{ n: number }>(sql`
    SELECT count(*)::int AS n FROM unit_attempt a JOIN batch b ON b.id = a.batch_id
    JOIN history_run r ON r.id = b.history_run_id WHERE a.accepted AND r.job_id = ${jobId} AND r."order" = 0`);
  expect(accepted[0]?.n).toBe(IMAGES.length);
}

/** Files and folders below, with owner and mode. */
async function tree(folder: string): Promise<{ name: string; uid: number; mode: number }[]> {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const name = path.join(entry.parentPath, entry.name);
    const { uid, mode } = await stat(name);
    found.push({ name: path.relative(folder, name), uid, mode: mode & 0o777 });
  }
  return found;
}

test("a workflow runs: arrays of batches, every file the user's own, the last task's input the first one's output", async () => {
  const tasks = [
    mark({ print: "hello from a node", echo_env: true }),
    { ...mark({}, { type: "compound", name: "Two (steps)" }), args: { out: null } } as TinyTask,
  ];
  const items = IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}`, init_args: {} }));
  const compound = { ...tasks[1], initArgs: { out: { parallelization_list: items } } } as TinyTask;
  const job = await makeJob(world, [tasks[0]!, compound]);
  await servers.start();
  await expectDone(job.id);
  expect(await ran()).toEqual(once);

  const batches = await batchesOf(job.id);
  expect(batches.map(({ k, state, exit_reason }) => [k, state, exit_reason])).toEqual([
    ...[0, 1, 2, 3, 4].map((k) => [k, "closed", "complete"]),
    [0, "closed", "complete"],
    ...[0, 1, 2, 3, 4].map((k) => [k, "closed", "complete"]),
  ]);
  const arrays = new Set(batches.slice(0, 5).map(({ handle }) => handle?.job));
  expect([...arrays]).toEqual([expect.any(Number)]);

  const { working_dir, working_dir_user } = await jobOf(job.id);
  const lab = accountOf(LAB).uid;
  expect(working_dir_user).toMatch(new RegExp(`^${world.folder}/cache/\\d{4}-\\d\\d/proj_v2_`));
  expect(working_dir).toMatch(new RegExp(`^${world.folder}/jobs/`));
  const files = await tree(path.join(world.folder, "cache"));
  expect(files.filter(({ uid }) => uid !== lab)).toEqual([]);
  expect(files.filter(({ mode }) => (mode & 0o002) !== 0)).toEqual([]);
  const folders = files.filter(({ name }) => /\/s\d+\/\d+$/.test(name));
  expect(folders.map(({ mode }) => mode)).toEqual(batches.map(() => 0o700));
  // Nothing but results, logs, the mark and what SLURM itself wrote is left.
  const first = path.relative(path.join(world.folder, "cache"), batches[0]?.folder ?? "");
  const left = files
    .filter(({ name }) => path.dirname(name) === first)
    .map(({ name }) => path.basename(name));
  expect(left.sort()).toEqual(["claim", "logs.txt", "results.jsonl", "slurm-0.out"]);
  const log = await readFile(path.join(batches[0]?.folder ?? "", "logs.txt"), "utf8");
  expect(log).toMatch(/ENV .*FRACTAL_CACHE_DIR.*MODELS/);
  expect(log).not.toMatch(/DATABASE_URL|SUDO_COMMAND|FRACTAL_DATA_DIR/);
});

test("1,536 short units are one array, and each is accounted for", async () => {
  const more = Array.from({ length: 1_526 }, (_, i) => ({ zarr_url: `${world.zarrDir}/more${i}` }));
  await addTestImages(world, more);
  const job = await makeJob(world, [{ type: "parallel", command: ["/bin/true"] }]);
  await servers.start();
  expect(await endOf(job.id)).toMatchObject({ state: "done" });
  expect((await runsOf(job.id))[0]).toMatchObject({ num_done: 1_536, num_failed: 0 });
  expect(await arraysOf(job.id)).toHaveLength(1);
  const attempts = await t.db.execute<{ k: number; n: number }>(sql`
    SELECT b.k, count(*)::int AS n FROM unit_attempt a JOIN batch b ON b.id = a.batch_id WHERE a.accepted
      AND b.history_run_id IN (SELECT id FROM history_run WHERE job_id = ${job.id}) GROUP BY b.k ORDER BY b.k`);
  expect(attempts.map(({ n }) => n)).toEqual([...Array<number>(19).fill(77), 73]);
});

test("the server is killed while everything waits in the queue: nothing is submitted twice, nothing runs twice", async () => {
  slurm("scontrol", "update", "partitionname=main", "state=down");
  const job = await makeJob(world, [mark()]);
  const server = await servers.start();
  await until(async () => (await batchesOf(job.id)).some(({ state }) => state === "launched"));
  await servers.end(server, "SIGKILL");
  const queued = () => slurm("squeue", "-h", "-r", `--user=${LAB}`, "-o", "%i").trim().split("\n");
  const before = queued();
  expect(before).toHaveLength(5);
  await servers.start();
  slurm("scontrol", "update", "partitionname=main", "state=up");
  await expectDone(job.id);
  expect(await ran()).toEqual(once);
  expect(await arraysOf(job.id)).toHaveLength(1);
});

test("the server is killed after sbatch and before it could say so: the tag finds the array", async () => {
  const launched = {
    table: "batch",
    event: "UPDATE",
    when: "OLD.state = 'launching' AND NEW.state = 'launched'",
  } as const;
  const server = await servers.start();
  let id = 0;
  await servers.killAt(server, launched, "before", async () => {
    id = (await makeJob(world, [mark()])).id;
  });
  expect((await batchesOf(id)).map(({ state, handle }) => [state, handle])).toEqual(
    Array(5).fill(["launching", null]),
  );
  await servers.start();
  await expectDone(id);
  expect(await ran()).toEqual(once);
  expect(await batchesOf(id)).toHaveLength(5);
  expect(await arraysOf(id)).toHaveLength(1);
});

test("the server is killed while units run, and all end meanwhile: the results are read afterwards", async () => {
  const job = await makeJob(world, [mark({ wait_for: gateOf() })]);
  const server = await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 10);
  await servers.end(server, "SIGKILL");
  await writeFile(gateOf(), "");
  await until(() => Promise.resolve(slurm("squeue", "-h", `--user=${LAB}`) === ""));
  await servers.start();
  await expectDone(job.id);
  expect(await ran()).toEqual(once);
});

test("somebody else cancels an element: what it ran is run again, the others never notice", async () => {
  const job = await makeJob(world, [mark({ wait_for: gateOf() })]);
  await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 10);
  const [first] = await batchesOf(job.id);
  slurm("scancel", `${first?.handle?.job ?? 0}_0`);
  await until(async () => (await batchesOf(job.id)).length === 6);
  await writeFile(gateOf(), "");
  await expectDone(job.id);
  expect(await ran()).toEqual({ ...once, i0: 2, i1: 2 });
  expect((await batchesOf(job.id)).map(({ exit_reason }) => exit_reason)).toEqual([
    ...["sigterm", "complete", "complete", "complete", "complete", "complete"],
  ]);
});

test("somebody cancels while it waits: it is submitted again, because nothing of it had begun", async () => {
  slurm("scontrol", "update", "partitionname=main", "state=down");
  const job = await makeJob(world, [mark()]);
  await servers.start();
  await until(async () => (await batchesOf(job.id)).filter(({ state }) => state === "launched").length === 5);
  slurm("scancel", `--user=${LAB}`);
  await until(async () => (await batchesOf(job.id)).length === 10);
  slurm("scontrol", "update", "partitionname=main", "state=up");
  await expectDone(job.id);
  expect(await ran()).toEqual(once);
});

test("the scheduler and its accounting are away for a while: what ends is read, what comes waits, nothing fails", async () => {
  const second = { type: "parallel", args: { counter: `${counter()}2` } } as const satisfies TinyTask;
  const job = await makeJob(world, [mark({ wait_for: gateOf() }), second]);
  await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 10);
  await endDaemon(PID_FILES.slurmctld);
  await endDaemon(PID_FILES.slurmdbd);
  await writeFile(gateOf(), "");
  const why = await until(async () => {
    const [, run] = await runsOf(job.id);
    const batch = (await batchesOf(job.id)).find(({ history_run_id }) => history_run_id === run?.id);
    return batch?.state === "launching" && batch.unknown_why;
  });
  expect(why).toContain("Unable to contact slurm controller");
  expect((await runsOf(job.id)).map(({ state, num_done }) => [state, num_done])).toEqual([
    ["done", 10],
    ["running", 0],
  ]);
  await up();
  await expectDone(job.id);
  expect(await ran()).toEqual(once);
  expect((await readFile(`${counter()}2`, "utf8")).trim().split("\n")).toHaveLength(10);
  expect(await arraysOf(job.id)).toHaveLength(2);
});

test("a worker is killed on its node: until nothing can come any more nothing is decided, then its units run again", async () => {
  const job = await makeJob(world, [mark({ wait_for: gateOf() })]);
  await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_running === 10);
  const [first] = await batchesOf(job.id);
  const [begin = ""] = (await readFile(path.join(first?.folder ?? "", "results.jsonl"), "utf8")).split("\n");
  process.kill((JSON.parse(begin) as { pid: number }).pid, "SIGKILL");
  const why = await until(async () => (await batchesOf(job.id))[0]?.unknown_why);
  expect(why).toMatch(/^SLURM job \d+_0 .*Results that may still come are waited for\.$/);
  expect((await runsOf(job.id))[0]).toMatchObject({ num_running: 10, num_failed: 0 });
  await until(async () => (await batchesOf(job.id)).length === 6);
  await writeFile(gateOf(), "");
  await expectDone(job.id);
  expect(await ran()).toEqual({ ...once, i0: 2, i1: 2 });
});

test("a unit takes more memory than it asked for: it fails with the numbers, and the one beside it lives", async () => {
  const eat = { eat: [700, 15], eat_on: ["i3"] };
  const job = await makeJob(world, [mark(eat, { meta: { mem: 400 } })]);
  await servers.start();
  expect(await endOf(job.id)).toMatchObject({ state: "failed" });
  const units = await unitsOf(job.id);
  expect(units.map(({ state }) => state)).toEqual(IMAGES.map((name) => (name === "i3" ? "failed" : "done")));
  expect(units[3]?.cause).toMatchObject({
    kind: "out_of_memory",
    text: expect.stringMatching(/It reached \d+ MB of 400 MB/) as string,
  });
  expect(await ran()).toEqual(once);
});

test("what SLURM refuses is not tried for ever, and its words are shown", async () => {
  await moveToCluster({ default_slurm_config: { partition: "nowhere", cpus_per_task: 1, mem: 100 } });
  const job = await makeJob(world, [mark()]);
  await servers.start();
  expect(await endOf(job.id)).toMatchObject({ state: "failed" });
  expect((await unitsOf(job.id))[0]?.cause).toMatchObject({
    kind: "not_started",
    evidence: expect.stringContaining("Invalid partition name specified") as string,
  });
  expect(await ran()).toEqual({});
});

test("a job that is stopped while all of it waits: the queue is empty, and nothing ever runs", async () => {
  slurm("scontrol", "update", "partitionname=main", "state=down");
  const job = await makeJob(world, [mark()]);
  await servers.start();
  await until(async () => (await batchesOf(job.id)).filter(({ state }) => state === "launched").length === 5);
  await t.db
    .insert(tables.jobRequests)
    .values({ job_id: job.id, kind: "stop_job", user_email: "me@example.org" });
  expect(await endOf(job.id)).toMatchObject({ state: "stopped" });
  expect((await unitsOf(job.id)).map(({ state }) => state)).toEqual(IMAGES.map(() => "stopped"));
  expect(slurm("squeue", "-h", `--user=${LAB}`)).toBe("");
  expect(await ran()).toEqual({});
});

test("a job that is stopped while half of it waits: the queue is empty, what was done is kept", async () => {
  const job = await makeJob(world, [mark({ stall_on: ["i2", "i3"], gate: gateOf() })]);
  await servers.start();
  await until(async () => (await runsOf(job.id))[0]?.num_done === 8);
  await t.db
    .insert(tables.jobRequests)
    .values({ job_id: job.id, kind: "stop_job", user_email: "me@example.org" });
  expect(await endOf(job.id)).toMatchObject({ state: "stopped" });
  expect((await unitsOf(job.id)).map(({ state }) => state)).toEqual(
    IMAGES.map((name) => (["i2", "i3"].includes(name) ? "stopped" : "done")),
  );
  expect(slurm("squeue", "-h", `--user=${LAB}`)).toBe("");
});
