/** The conformance checklist (runner specification §10) with tiny tasks through the real worker. */
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { LocalExecutor } from "../executors/local";
import { startLifecycle } from "../lifecycle/runner";
import type { Runner } from "../lifecycle/runner";
import { addTestImages, makeJob, makeWorld, silentLog } from "../testing";
import type { TinyTask, World } from "../testing";
import { submitWorkflow } from "./submit-workflow";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: World;
let runner: Runner;

beforeAll(async () => {
  t = await createTestDb();
  runner = await startLifecycle({
    databaseUrl: t.url,
    log: silentLog,
    drive: {
      job: (deps, id) =>
        submitWorkflow(
          { ...deps, executor: new LocalExecutor("python3"), host: { cpus: 4, memMb: 8_000 } },
          id,
        ),
      activity: () => Promise.resolve(),
    },
    answer: () => Promise.resolve(null),
  });
});
afterAll(async () => {
  await runner.stop();
  await t.drop();
});
beforeEach(async () => {
  world = await makeWorld(t.db);
});
afterEach(() => rm(world.folder, { recursive: true, force: true }));

const url = (name: string) => `${world.zarrDir}/${name}`;
const FINAL = ["done", "failed", "stopped"];

async function endOf(jobId: number) {
  for (;;) {
    const job = one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, jobId)));
    if (FINAL.includes(job.state)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function run(tasks: TinyTask[], options: Parameters<typeof makeJob>[2] = {}) {
  const job = await endOf((await makeJob(world, tasks, options)).id);
  const runs = await t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, job.id))
    .orderBy(tables.historyRuns.order);
  return { job, runs };
}

const listImages = () =>
  t.db
    .select({
      zarr_url: tables.images.zarr_url,
      origin: tables.images.origin,
      attributes: tables.images.attributes,
      types: tables.images.types,
    })
    .from(tables.images)
    .where(sql`dataset_id = ${world.dataset.id} AND removed_at IS NULL`)
    .orderBy(tables.images.position);

const listUnits = (runId: number) =>
  t.db
    .select()
    .from(tables.historyUnits)
    .where(eq(tables.historyUnits.history_run_id, runId))
    .orderBy(tables.historyUnits.position);

async function logOf(unitId: number): Promise<string> {
  const row = one(
    await t.db.execute<{ folder: string; log_offset: number; log_bytes: number }>(sql`
      SELECT b.folder, a.log_offset, a.log_bytes FROM unit_attempt a JOIN batch b ON b.id = a.batch_id
      WHERE a.unit_id = ${unitId} AND a.accepted`),
  );
  const bytes = await readFile(path.join(row.folder, "logs.txt"));
  return bytes.subarray(row.log_offset, row.log_offset + row.log_bytes).toString();
}

async function argsOf(runId: number): Promise<Record<string, unknown>[]> {
  const units = await listUnits(runId);
  return Promise.all(
    units.map(async (unit) => {
      const line = (await logOf(unit.id)).split("\n").find((text) => text.startsWith("ARGS "));
      return JSON.parse(line?.slice(5) ?? "null") as Record<string, unknown>;
    }),
  );
}

test("each task type gets exactly its own arguments", async () => {
  const made = { image_list_updates: [{ zarr_url: "$ZARR_DIR/a" }] };
  const { job, runs } = await run([
    { type: "converter_non_parallel", args: { echo_args: true, out: made } },
    { type: "parallel", args: { echo_args: true, k: 1 } },
    { type: "non_parallel", args: { echo_args: true } },
    {
      type: "compound",
      initArgs: {
        echo_args: true,
        out: { parallelization_list: [{ zarr_url: url("b"), init_args: { x: 1 } }] },
      },
      args: { echo_args: true, y: 2 },
    },
  ]);
  expect(job.state, job.log ?? "").toBe("done");
  const args = await Promise.all(runs.map((r) => argsOf(r.id)));
  const keys = args.map((list) => list.map((a) => Object.keys(a).sort()));
  expect(keys).toEqual([
    [["echo_args", "out", "zarr_dir"]],
    [["echo_args", "k", "zarr_url"]],
    [["echo_args", "zarr_dir", "zarr_urls"]],
    [
      ["echo_args", "out", "zarr_dir", "zarr_urls"],
      ["echo_args", "init_args", "y", "zarr_url"],
    ],
  ]);
  expect(args[2]?.[0]?.["zarr_urls"]).toEqual([url("a")]);
  expect(args[3]?.[1]).toMatchObject({ zarr_url: url("b"), init_args: { x: 1 }, y: 2 });
});

test("a missing output file, null and {} are success; an image list without outputs gets the output types", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }, { zarr_url: url("b") }]);
  for (const args of [{ no_out: true }, { raw_out: "null" }, { raw_out: "{}" }]) {
    const { job } = await run([{ type: "parallel", args, output_types: { seen: true } }]);
    expect(job.state).toBe("done");
  }
  expect((await listImages()).map((image) => image.types)).toEqual([{ seen: true }, { seen: true }]);
});

test.each([
  ["not JSON", "{oops", /not JSON|JSON/],
  ["a list", "[1]", /object/],
  ["an unknown key", '{"filters": 1}', /filters/],
  ["a relative url", '{"image_list_updates":[{"zarr_url":"a"}]}', /URLs must begin/],
])("output that is %s fails that unit and says why", async (_name, raw_out, why) => {
  await addTestImages(world, [{ zarr_url: url("a") }]);
  const { job, runs } = await run([{ type: "parallel", args: { raw_out } }]);
  expect(job.state).toBe("failed");
  const unit = one(await listUnits(one(runs).id));
  expect(unit.cause).toMatchObject({ kind: "bad_output" });
  expect(unit.cause?.evidence).toMatch(why);
  expect(job.log).toMatch(/^TASK ERROR: Task name: Tiny 0, position in Workflow: 0\nTRACEBACK:\n/);
});

test("one failing unit keeps its siblings' work, fails the task, and later tasks do not start", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }, { zarr_url: url("b") }, { zarr_url: url("c") }]);
  const out = { image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: 1 } }] };
  const { job, runs } = await run([
    { type: "parallel", args: { out, fail_on: "/b" }, output_types: { marked: true } },
    { type: "parallel" },
  ]);
  expect(job.state).toBe("failed");
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({
    state: "failed",
    stage: "closed",
    num_done: 2,
    num_failed: 1,
    num_pending: 0,
    num_running: 0,
  });
  expect((await listImages()).map(({ attributes, types }) => ({ attributes, types }))).toEqual([
    { attributes: { seen: 1 }, types: { marked: true } },
    { attributes: {}, types: {} },
    { attributes: { seen: 1 }, types: { marked: true } },
  ]);
  const failed = (await listUnits(one(runs).id)).find((unit) => unit.state === "failed");
  expect(failed?.cause).toMatchObject({
    kind: "task_error",
    evidence: `ValueError: wrong input ${url("b")}`,
  });
  expect(job.log).toContain(`ValueError: wrong input ${url("b")}`);
  expect(job.cause).toMatchObject({ kind: "task_error" });
});

test("a unit killed by a signal is the job's error, not the task's", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }]);
  const { job, runs } = await run([{ type: "parallel", args: { kill_self: 9 } }]);
  expect(job.state).toBe("failed");
  expect(one(await listUnits(one(runs).id)).cause).toMatchObject({ kind: "killed" });
  expect(job.log).toMatch(/^JOB ERROR in Fractal job \d+:\nTRACEBACK:\nJobExecutionError\n/);
});

test("the failed image of an in-place task is left out of the default inclusion", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }, { zarr_url: url("b") }]);
  await run([
    { type: "parallel", args: { fail_on: "/b" }, input_types: { ic: false }, output_types: { ic: true } },
  ]);
  expect((await listImages()).map((image) => image.types)).toEqual([{ ic: true }, {}]);
});

test("units that contradict each other fail, and the others' results stay", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }, { zarr_url: url("b") }, { zarr_url: url("c") }]);
  const items = [
    {
      zarr_url: url("a"),
      init_args: { out: { image_list_updates: [{ zarr_url: url("x"), attributes: { v: 1 } }] } },
    },
    {
      zarr_url: url("b"),
      init_args: { out: { image_list_updates: [{ zarr_url: url("x"), attributes: { v: 2 } }] } },
    },
    {
      zarr_url: url("c"),
      init_args: { out: { image_list_updates: [{ zarr_url: url("y"), origin: url("c") }] } },
    },
  ];
  const { job, runs } = await run([{ type: "compound", initArgs: { out: { parallelization_list: items } } }]);
  expect(job.state).toBe("failed");
  expect(one(runs)).toMatchObject({ num_done: 2, num_failed: 2, num_new_images: 1 });
  const causes = (await listUnits(one(runs).id)).map((unit) => unit.cause?.kind ?? null);
  expect(causes).toEqual([null, "output_conflict", "output_conflict", null]);
  expect((await listImages()).map((image) => image.zarr_url)).toEqual([
    url("a"),
    url("b"),
    url("c"),
    url("y"),
  ]);
});

test("an image outside zarr_dir fails only the unit that returned it", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }, { zarr_url: url("b") }]);
  const { runs } = await run([
    { type: "parallel", args: { out: { image_list_updates: [{ zarr_url: `${world.zarrDir}2/x` }] } } },
  ]);
  const units = await listUnits(one(runs).id);
  expect(units.map((unit) => unit.cause?.kind)).toEqual(["bad_output", "bad_output"]);
  expect(units[0]?.cause?.evidence).toContain(
    "Cannot create image if zarr_url is not a subfolder of zarr_dir.",
  );
});

test("the parallelization list is de-duplicated on URL and arguments; an empty one ends the task well", async () => {
  const item = (x: number) => `{"zarr_url": "${url("a")}/", "init_args": {"x": ${x}, "y": 1.0}}`;
  const raw_out = `{"parallelization_list": [${[item(1), item(2), item(1)].join(", ")}]}`;
  const { job, runs } = await run([
    { type: "converter_compound", initArgs: { raw_out } },
    { type: "converter_compound", initArgs: { out: { parallelization_list: [] } } },
  ]);
  expect(job.state, job.log ?? "").toBe("done");
  expect(runs.map((r) => r.num_done)).toEqual([3, 1]);
  const units = await listUnits(runs[0]?.id ?? 0);
  // Python's text arrives at the task as Python wrote it: 1.0 stays 1.0.
  expect(units[1]?.args).toMatch(/"y": ?1\.0/);
  expect(units[1]?.zarr_url).toBe(url("a"));
});

test("type filters flow from task to task; those of a workflow task do not stick (example 1.12-E)", async () => {
  const make = { image_list_updates: [{ zarr_url: "$ZARR_DIR/raw", types: { is_3D: true } }] };
  const project = { image_list_updates: [{ zarr_url: url("mip"), origin: url("raw") }] };
  const { job, runs } = await run([
    { type: "converter_non_parallel", args: { out: make } },
    { type: "parallel", input_types: { ic: false }, output_types: { ic: true } },
    {
      type: "non_parallel",
      args: { out: project },
      input_types: { is_3D: true },
      output_types: { is_3D: false },
    },
    { type: "parallel", args: { echo_args: true } },
    { type: "parallel", args: { echo_args: true }, type_filters: { is_3D: true } },
    { type: "parallel", args: { echo_args: true } },
  ]);
  expect(job.state, job.log ?? "").toBe("done");
  expect(runs.map((r) => r.current_type_filters)).toEqual([
    {},
    {},
    { ic: true },
    { ic: true, is_3D: false },
    { ic: true, is_3D: false },
    { ic: true, is_3D: false },
  ]);
  const seen = await Promise.all(
    runs.slice(3).map(async (r) => (await listUnits(r.id)).map((unit) => unit.zarr_url)),
  );
  expect(seen).toEqual([[url("mip")], [url("raw")], [url("mip")]]);
});

test("attribute filters hold for the whole job; an image without the attribute never matches", async () => {
  await addTestImages(world, [
    { zarr_url: url("a"), attributes: { well: "A1", n: 1 } },
    { zarr_url: url("b"), attributes: { well: "B1", n: 1 } },
    { zarr_url: url("c") },
  ]);
  const { runs } = await run([{ type: "parallel" }, { type: "parallel" }], {
    attribute_filters: { well: ["A1", "Z9"] },
  });
  const seen = await Promise.all(runs.map(async (r) => (await listUnits(r.id)).map((unit) => unit.zarr_url)));
  expect(seen).toEqual([[url("a")], [url("a")]]);
  expect(runs[0]?.num_available_images).toBe(3);
});

test("a task without images fails before anything runs, and says which filters were in force", async () => {
  const { job, runs } = await run([{ type: "parallel", input_types: { is_3D: true } }]);
  expect(job.state).toBe("failed");
  expect(job.log).toContain(
    "Cannot run task 'Tiny 0' for an empty image list (obtained after applying type_filters={\"is_3D\":true}",
  );
  expect(one(runs)).toMatchObject({ state: "failed", stage: "closed" });
});

test("a drained resource stops the job before its next task", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }]);
  const gate = path.join(world.folder, "gate");
  const job = await makeJob(world, [{ type: "parallel", args: { wait_for: gate } }, { type: "parallel" }]);
  await until(async () => (await listRunsOf(job.id)).some((r) => r.num_running === 1));
  await t.db
    .update(tables.resources)
    .set({ prevent_new_submissions: true })
    .where(eq(tables.resources.id, world.resource.id));
  await writeFile(gate, "");
  const ended = await endOf(job.id);
  expect(ended.state).toBe("failed");
  expect(ended.log).toContain("resource is not currently active");
  expect((await listRunsOf(job.id)).map((r) => r.state)).toEqual(["done", "failed"]);
});

test("tasks see FRACTAL_CACHE_DIR and none of our secrets", async () => {
  process.env["SECRET_OF_THE_SERVER"] = "x";
  await addTestImages(world, [{ zarr_url: url("a") }]);
  const { runs } = await run([{ type: "parallel", args: { echo_env: true } }]);
  const unit = one(await listUnits(one(runs).id));
  const names =
    (await logOf(unit.id))
      .split("\n")
      .find((line) => line.startsWith("ENV "))
      ?.split(" ") ?? [];
  expect(names).toContain("FRACTAL_CACHE_DIR");
  expect(names).not.toContain("SECRET_OF_THE_SERVER");
});

test("a stop ends running units, keeps what is done, and is confirmed", async () => {
  await addTestImages(
    world,
    Array.from({ length: 12 }, (_, i) => ({ zarr_url: url(`i${String(i).padStart(2, "0")}`) })),
  );
  const out = { image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: 1 } }] };
  const job = await makeJob(world, [
    { type: "parallel", args: { out }, meta: { parallel_tasks_per_job: 2 } },
    { type: "parallel", args: { sleep: 60 }, meta: { parallel_tasks_per_job: 2 } },
  ]);
  await until(async () => (await listRunsOf(job.id))[1]?.num_running === 2);
  await t.db
    .insert(tables.jobRequests)
    .values({ job_id: job.id, kind: "stop_job", user_email: "me@example.org" });
  await t.db.execute(sql`SELECT pg_notify('fractal_runner', 'job_request')`);
  const ended = await endOf(job.id);
  expect(ended.state).toBe("stopped");
  const runs = await listRunsOf(job.id);
  expect(runs.map((r) => [r.state, r.num_done, r.num_stopped, r.num_failed])).toEqual([
    ["done", 12, 0, 0],
    ["stopped", 0, 12, 0],
  ]);
  expect((await listImages()).every((image) => image.attributes["seen"] === 1)).toBe(true);
});

test("a command that does not exist is named, and the job ends", async () => {
  await addTestImages(world, [{ zarr_url: url("a") }]);
  const { job, runs } = await run([{ type: "parallel", command: ["/nowhere/python", "x.py"] }]);
  expect(job.state).toBe("failed");
  expect(one(await listUnits(one(runs).id)).cause).toMatchObject({ kind: "not_started" });
});

test("the job log names the job, its folders and each task", async () => {
  const { job } = await run([{ type: "converter_non_parallel" }]);
  const text = await readFile(path.join(job.working_dir ?? "", "workflow.log"), "utf8");
  expect(text).toMatch(/Start execution of job \d+/);
  expect(text).toMatch(/SUBMIT 0-th task \('Tiny 0', 'Tiny 0', tiny-[-0-9a-f]+ 1\)/);
  expect(text).toMatch(/END {4}0-th task \('Tiny 0'\): done, 1 done, 0 failed/);
  expect(job.log).toBe(text);
});

async function listRunsOf(jobId: number) {
  return t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, jobId))
    .orderBy(tables.historyRuns.order);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50));
}
