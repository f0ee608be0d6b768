/**
 * The conformance checklist (runner specification §10): what a call is given, and what counts as its success.
 * Tiny tasks through the real worker; each test carries the number of its item. 10.20 and 10.21 are SLURM's; 10.22 is in
 * `server/environments/run-activity.engine.test.ts`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { addWorkflowTask } from "@/server/services/workflow/add-task";
import { updateWorkflowTask } from "@/server/services/workflow/update-task";
import { getUnitLog } from "@/server/services/unit/get-log";
import { makeJob } from "../testing";
import {
  addImages,
  argsOf,
  batchesOf,
  endOf,
  file,
  imageList,
  items,
  listImages,
  logOf,
  me,
  run,
  runsOf,
  setUpWorld,
  t,
  unitsOf,
  until,
  url,
  world,
} from "./testing";

setUpWorld();

/** `$1 $2 $3 $4` are `--args-json FILE --out-json FILE`. */
const shell = (script: string) => ["sh", "-c", script, "task"];
const waitFor = (gate: string) => `while [ ! -e '${gate}' ]; do sleep 0.02; done`;

test("10.1 each task type gets exactly its own arguments", async () => {
  const item = (name: string) => items([name], { x: 1 });
  const { job, runs } = await run([
    {
      type: "converter_non_parallel",
      args: { echo_args: true, out: { image_list_updates: [{ zarr_url: url("a") }] } },
    },
    { type: "parallel", args: { echo_args: true, k: 1 } },
    { type: "non_parallel", args: { echo_args: true } },
    {
      type: "compound",
      initArgs: { echo_args: true, out: item("b") },
      args: { echo_args: true, y: 2 },
    },
    {
      type: "converter_compound",
      initArgs: { echo_args: true, out: item("c") },
      args: { echo_args: true },
    },
  ]);
  expect(job.state, job.log ?? "").toBe("done");
  const args = await Promise.all(runs.map((r) => argsOf(r.id)));
  expect(args.map((list) => list.map((a) => Object.keys(a).sort()))).toEqual([
    [["echo_args", "out", "zarr_dir"]],
    [["echo_args", "k", "zarr_url"]],
    [["echo_args", "zarr_dir", "zarr_urls"]],
    [
      ["echo_args", "out", "zarr_dir", "zarr_urls"],
      ["echo_args", "init_args", "y", "zarr_url"],
    ],
    [
      ["echo_args", "out", "zarr_dir"],
      ["echo_args", "init_args", "zarr_url"],
    ],
  ]);
  expect(args[1]?.[0]).toEqual({ echo_args: true, k: 1, zarr_url: url("a") });
  expect(args[2]?.[0]).toMatchObject({ zarr_dir: world.zarrDir, zarr_urls: [url("a")] });
});

test("10.1 the arguments that the runner fills in can be set by nobody, when a task is added or edited", async () => {
  await addImages("a");
  const { job } = await run([{ type: "parallel", args: { k: 1 } }]);
  const task = one(
    await t.db
      .select()
      .from(tables.workflowTasks)
      .where(eq(tables.workflowTasks.workflow_id, job.workflow_id ?? 0)),
  );
  const edit = (args: object) =>
    updateWorkflowTask(me, { workflow_task_id: task.id, version: task.version, ...args });
  const add = (args: object) =>
    addWorkflowTask(me, { workflow_id: task.workflow_id, task_id: task.task_id, ...args });
  for (const name of ["zarr_dir", "zarr_url", "zarr_urls", "init_args"])
    for (const part of ["args_parallel", "args_non_parallel"])
      for (const set of [edit, add])
        await expect(set({ [part]: { k: 2, [name]: "/x" } })).rejects.toThrow(/are filled in by the runner/);
  const now = await t.db
    .select()
    .from(tables.workflowTasks)
    .where(eq(tables.workflowTasks.workflow_id, task.workflow_id));
  expect(now).toEqual([task]);
  await edit({ args_parallel: { k: 2, my_zarr_url: "/x" } });
});

test("10.2 a call gets --args-json and --out-json; no output is there before, and each attempt has files of its own", async () => {
  await addImages("a");
  const [counter, gate] = [file("counter"), file("gate")];
  const script = `[ ! -e "$4" ] && [ -e "$2" ] || exit 9; printf '{' > "$4"; echo "$@" >> '${counter}'; ${waitFor(gate)}; rm "$4"`;
  const job = await makeJob(world, [{ type: "parallel", command: shell(script) }]);
  const calls = async () => (await readFile(counter, "utf8").catch(() => "")).split("\n").filter(Boolean);
  await until(async () => (await calls()).length === 1);
  const { id } = await until(async () => (await runsOf(job.id))[0]);
  const batch = await until(async () => (await batchesOf(id)).find((b) => b.handle && b.host));
  process.kill(batch.handle?.pid ?? 0, "SIGTERM");
  await until(async () => (await calls()).length === 2);
  await writeFile(gate, "");
  const ended = await endOf(job.id);
  expect(ended.state, ended.log ?? "").toBe("done");
  const words = (await calls()).map((call) => call.split(" "));
  expect(words.map((call) => [call[0], call[2], call.length])).toEqual(
    Array(2).fill(["--args-json", "--out-json", 4]),
  );
  expect(new Set(words.flatMap((call) => [call[1], call[3]])).size).toBe(4);
});

test("10.3 a missing output file, null and {} are success without output", async () => {
  await addImages("a");
  const { job, runs } = await run(
    [{ no_out: true }, { raw_out: "null" }, { raw_out: "{}" }].map((args) => ({ type: "parallel", args })),
  );
  expect(job.state, job.log ?? "").toBe("done");
  expect(runs.map((r) => [r.num_done, r.num_failed])).toEqual(Array(3).fill([1, 0]));
});

test("10.4 an output that is not JSON, no object or has wrong keys fails its own call, which says why", async () => {
  const wrong: [string, RegExp][] = [
    ["{oops", /JSON/],
    ["[1]", /object/],
    ["3", /object/],
    ['{"filters": 1}', /filters/],
    ['{"image_list_updates":[{"zarr_url":"a"}]}', /image_list_updates.0.zarr_url: URLs must begin/],
  ];
  const parallelization_list = [
    ...wrong.map(([raw_out], n) => ({ zarr_url: url(`${n}`), init_args: { raw_out } })),
    { zarr_url: url("good"), init_args: { out: { image_list_updates: [{ zarr_url: url("good") }] } } },
  ];
  const { job, runs } = await run([
    { type: "converter_compound", initArgs: { out: { parallelization_list } } },
  ]);
  expect(job.log).toMatch(/^TASK ERROR: Task name: Tiny 0, position in Workflow: 0\nTRACEBACK:\n/);
  const calls = (await unitsOf(one(runs).id)).slice(1);
  expect(calls.map((unit) => unit.cause?.kind ?? unit.state)).toEqual([
    ...wrong.map(() => "bad_output"),
    "done",
  ]);
  for (const [n, [, why]] of wrong.entries()) expect(calls[n]?.cause?.evidence).toMatch(why);
  expect((await imageList()).map((image) => image.zarr_url)).toEqual([url("good")]);
});

test("10.4 text that the database cannot hold is stored without it, or fails its own call; the others are kept", async () => {
  const odd = (attributes: string) =>
    `{"image_list_updates":[{"zarr_url":"${url("$")}","attributes":${attributes}}]}`;
  const outputs: Record<string, string> = {
    nul: odd('{"k\\u0000":"x\\u0000y"}'),
    half: odd('{"k":"\\ud800"}'),
    large: odd(`{"k":"${"x".repeat(100_000)}"}`),
    ["address\\u0000"]: odd("{}"),
    good: odd('{"k":1}'),
  };
  const parallelization_list = Object.entries(outputs).map(([name, raw_out]) => ({
    zarr_url: url(name),
    init_args: { raw_out: raw_out.replace("$", name) },
  }));
  const { runs } = await run([{ type: "converter_compound", initArgs: { out: { parallelization_list } } }]);
  const calls = (await unitsOf(one(runs).id)).slice(1);
  expect(calls.map((unit) => unit.cause?.evidence ?? unit.state)).toEqual([
    ...["done", "done", "done"],
    expect.stringContaining("Must not contain NUL"),
    "done",
  ]);
  expect(await listImages()).toEqual({
    nul: { k: "xy" },
    half: { k: "\ufffd" },
    large: { k: "x".repeat(100_000) },
    good: { k: 1 },
  });
});

test("10.5 an exit code fails the call although it wrote an output; its siblings go on", async () => {
  const made = (name: string) => ({ image_list_updates: [{ zarr_url: url(name) }] });
  const parallelization_list = [
    { zarr_url: url("a"), init_args: { out: made("a"), exit: 3 } },
    { zarr_url: url("b"), init_args: { out: made("b") } },
  ];
  const { runs } = await run([{ type: "converter_compound", initArgs: { out: { parallelization_list } } }]);
  const units = await unitsOf(one(runs).id);
  expect(units.map((unit) => unit.state)).toEqual(["done", "failed", "done"]);
  expect(units[1]?.cause).toMatchObject({ kind: "task_error" });
  expect((await imageList()).map((image) => image.zarr_url)).toEqual([url("b")]);
});

test("10.14 equal items are one call, other arguments make another; no items is success, for the inputs too", async () => {
  await addImages("a");
  const item = (x: number) => `{"zarr_url": "${url("a")}/", "init_args": {"x": ${x}, "y": 1.0}}`;
  const raw_out = `{"parallelization_list": [${[item(1), item(2), item(1)].join(", ")}]}`;
  const { job, runs } = await run([
    { type: "compound", initArgs: { raw_out } },
    { type: "compound", initArgs: { out: items([]) }, output_types: { ready: true } },
  ]);
  expect(job.state, job.log ?? "").toBe("done");
  expect(runs.map((r) => r.num_done)).toEqual([3, 1]);
  const [, call] = await unitsOf(runs[0]?.id ?? 0);
  // Python's text arrives at the task as Python wrote it: 1.0 stays 1.0.
  expect(call?.args).toMatch(/"y": ?1\.0/);
  expect(call?.zarr_url).toBe(url("a"));
  expect((await imageList())[0]?.types).toEqual({ ready: true });
});

test("10.14 more than 20,000 items fail the init call with number and limit; no item is called", async () => {
  const write = `import json, sys; json.dump({"parallelization_list": [{"zarr_url": f"/{i}"} for i in range(20001)]}, open(sys.argv[4], "w"))`;
  const { job, runs } = await run([{ type: "converter_compound", command: ["python3", "-c", write] }]);
  expect(job.log).toContain("parallelization_list has 20001 items; the limit is 20000.");
  expect(await unitsOf(one(runs).id)).toMatchObject([
    { kind: "init", state: "failed", cause: { kind: "bad_output" } },
  ]);
});

test("10.15 a compute call gets the arguments of its item, which need not be an image of the dataset", async () => {
  const init_args = { list: ["x", 2.5, null, { deep: true }] };
  const elsewhere = { zarr_url: "/elsewhere/x", init_args };
  const { runs } = await run([
    {
      type: "converter_compound",
      initArgs: { out: { parallelization_list: [elsewhere] } },
      args: { echo_args: true },
    },
  ]);
  const [, args] = await argsOf(one(runs).id);
  expect(args).toEqual({ ...elsewhere, echo_args: true });
  expect(await imageList()).toEqual([]);
});

test("10.19 tasks see FRACTAL_CACHE_DIR, which is there, and none of our secrets", async () => {
  process.env["SECRET_OF_THE_SERVER"] = "x";
  await addImages("a");
  const script = `cd "$FRACTAL_CACHE_DIR" && pwd && env`;
  const { job, runs } = await run([{ type: "parallel", command: shell(script) }]);
  const [cache, ...env] = (await logOf(one(await unitsOf(one(runs).id)).id)).split("\n");
  expect(cache).toBe(job.cache_dir);
  const names = env.map((line) => line.split("=")[0]);
  expect(names).toContain("PATH");
  expect(names).not.toContain("SECRET_OF_THE_SERVER");
});

test("10.19 stdout and stderr are one log, readable while the call runs and afterwards", async () => {
  await addImages("a");
  const gate = file("gate");
  const script = `echo one; echo two >&2; ${waitFor(gate)}; echo three`;
  const job = await makeJob(world, [{ type: "parallel", command: shell(script) }]);
  const unit = await until(async () => {
    const [first] = await runsOf(job.id);
    return first && (await unitsOf(first.id))[0];
  });
  const read = () => getUnitLog(me, { unit_id: unit.id });
  await until(async () => (await read()).text === "one\ntwo\n");
  expect(await read()).toMatchObject({ ended: false, missing: null });
  await writeFile(gate, "");
  await endOf(job.id);
  expect(await read()).toMatchObject({ text: "one\ntwo\nthree\n", ended: true });
});

test("a command that cannot be started is named, and the job ends", async () => {
  await addImages("a");
  const { job, runs } = await run([{ type: "parallel", command: ["/nowhere/python", "x.py"] }]);
  expect(job.log).toContain("/nowhere/python");
  expect(one(await unitsOf(one(runs).id)).cause).toMatchObject({ kind: "not_started" });
});

test("calls at once: the resource's number, else the task's; null is what CPUs and memory admit", async () => {
  const document = { ...world.resource.document, jobs_runner_config: { parallel_tasks_per_job: 3 } };
  await t.db.update(tables.resources).set({ document }).where(eq(tables.resources.id, world.resource.id));
  await addImages("a", "b", "c", "d", "e");
  // The host of these tests has 4 CPUs and 8,000 MB.
  const metas = [{}, { parallel_tasks_per_job: null }, { parallel_tasks_per_job: null, mem: "3G" }];
  const { runs } = await run(metas.map((meta) => ({ type: "parallel", meta, command: ["true"] })));
  expect(await Promise.all(runs.map(async (r) => one(await batchesOf(r.id)).slots))).toEqual([3, 4, 2]);
});

test("a call over its time limit is ended and says so; the others' work is kept", async () => {
  const parallelization_list = [
    { zarr_url: url("a"), init_args: { sleep: 60 } },
    { zarr_url: url("b"), init_args: { out: { image_list_updates: [{ zarr_url: url("b") }] } } },
  ];
  const { runs } = await run([
    {
      type: "converter_compound",
      initArgs: { out: { parallelization_list } },
      meta: { unit_limit_s: 1 },
    },
  ]);
  const [, slow, quick] = await unitsOf(one(runs).id);
  expect(slow).toMatchObject({ state: "failed", cause: { kind: "time_limit" } });
  expect(quick?.state).toBe("done");
  expect((await imageList()).map((image) => image.zarr_url)).toEqual([url("b")]);
});
