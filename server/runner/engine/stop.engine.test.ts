/** A part of a job is stopped: chosen units, or what is left of a task. */
import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { one } from "@/db/rows";
import { datasets, jobRequests } from "@/db/schema";
import { getUnit } from "@/server/services/unit/get";
import { stopUnits } from "@/server/services/job/stop-units";
import { addTestImages, makeJob } from "../testing";
import type { TinyTask } from "../testing";
import {
  addABCD,
  batchesOf,
  endOf,
  failing,
  file,
  firstRunOf,
  goOn,
  items,
  listImages,
  me,
  ran,
  runsOf,
  seen,
  setUpWorld,
  statesOf,
  t,
  unitsOf,
  until,
  world,
} from "./testing";

setUpWorld();

const openGate = () => writeFile(file("gate"), "");
const running = (jobId: number, units: number) =>
  until(async () => {
    const run = (await runsOf(jobId)).at(-1);
    return run?.num_running === units && run;
  });
/** Two units at a time, each until the gate is open; a second task behind. */
const chain = (): TinyTask[] => [
  {
    type: "parallel",
    args: failing({ out: seen, wait_for: file("gate") }),
    meta: { parallel_tasks_per_job: 2 },
  },
  { type: "parallel", args: { counter: file("second") } },
];
const byName = async (runId: number) =>
  new Map((await unitsOf(runId)).map((unit) => [unit.zarr_url?.at(-1), unit.id]));

test("a running and a waiting unit are stopped, the others go on; Continue does those two and the task behind", async () => {
  await addABCD();
  const job = await makeJob(world, chain());
  const run = await running(job.id, 2);
  const calls = () => ran("counter").catch((): Record<string, number> => ({}));
  await until(async () => Object.keys(await calls()).length === 2);
  const ids = await byName(run.id);
  const chosen = [ids.get("a") ?? 0, ids.get("d") ?? 0];
  expect(await stopUnits(me, { run_id: run.id, unit_ids: chosen })).toEqual({ units: 2 });
  await until(async () => (await firstRunOf(job.id)).num_running === 2 && (await calls())["c"] === 1);
  await openGate();

  const ended = await endOf(job.id);
  expect(ended).toMatchObject({ state: "stopped", cause: null });
  expect(await firstRunOf(job.id)).toMatchObject({
    state: "stopped",
    num_done: 2,
    num_stopped: 2,
    num_failed: 0,
  });
  expect(await statesOf(job)).toEqual({ a: "stopped", b: "done", c: "done", d: "stopped" });
  expect(await ran("counter")).toEqual({ a: 1, b: 1, c: 1 });
  expect(await listImages()).toEqual({ a: {}, b: { seen: 1 }, c: { seen: 1 }, d: {} });
  expect(await runsOf(job.id)).toHaveLength(1);
  expect(await getUnit(me, { unit_id: chosen[0] ?? 0 })).toMatchObject({
    state: "stopped",
    stop_requested: { user_email: world.user.email },
  });
  expect(await getUnit(me, { unit_id: ids.get("b") ?? 0 })).toMatchObject({ stop_requested: null });

  expect((await goOn(ended)).state).toBe("done");
  expect(await ran("counter")).toEqual({ a: 2, b: 1, c: 1, d: 1 });
  expect(Object.keys(await ran("second")).sort()).toEqual(["a", "b", "c", "d"]);
});

test("a unit of a batch that waits for slots is stopped at once, and the others run when there are some", async () => {
  await addABCD();
  const { project_id } = world.dataset;
  const busy = one(
    await t.db
      .insert(datasets)
      .values({ project_id, name: "busy", zarr_dir: file("busy") })
      .returning(),
  );
  const other = { ...world, dataset: busy };
  await addTestImages(
    other,
    [0, 1, 2, 3].map((n) => ({ zarr_url: `${file("busy")}/${n}` })),
  );
  const args = { wait_for: file("gate") };
  const first = await makeJob(other, [{ type: "parallel", args, meta: { parallel_tasks_per_job: 4 } }]);
  await running(first.id, 4);
  const job = await makeJob(world, [{ type: "parallel", args: { counter: file("counter"), out: seen } }]);
  const run = await until(async () => {
    const [found] = await runsOf(job.id);
    return found && (await batchesOf(found.id)).length === 1 && found;
  });
  await stopUnits(me, { run_id: run.id, unit_ids: [(await byName(run.id)).get("a") ?? 0] });
  await until(async () => (await firstRunOf(job.id)).num_stopped === 1);
  expect((await firstRunOf(job.id)).num_pending).toBe(3);
  await openGate();
  expect((await endOf(job.id)).state).toBe("stopped");
  expect(await ran("counter")).toEqual({ b: 1, c: 1, d: 1 });
});

test("what is left of a task is stopped, and what was done stays", async () => {
  await addABCD();
  const [task, behind] = chain();
  const args = { ...task?.args, wait_for: undefined, stall_on: ["c"], gate: file("gate") };
  const job = await makeJob(world, [{ ...task, args } as TinyTask, behind as TinyTask]);
  const run = await until(async () => {
    const one = (await runsOf(job.id))[0];
    return one?.num_done === 3 && one.num_running === 1 && one;
  });
  expect(await stopUnits(me, { run_id: run.id })).toEqual({ units: 1 });
  expect(await endOf(job.id)).toMatchObject({ state: "stopped" });
  expect(await statesOf(job)).toEqual({ a: "done", b: "done", c: "stopped", d: "done" });
  expect(await listImages()).toEqual({ a: { seen: 1 }, b: { seen: 1 }, c: {}, d: { seen: 1 } });
  expect(await runsOf(job.id)).toHaveLength(1);
  await expect(stopUnits(me, { run_id: run.id })).rejects.toThrow(/Task 1 of job \d+ has already ended/);
});

test("the first call of a compound task is stopped: nothing counts as done", async () => {
  await addABCD();
  const job = await makeJob(world, [
    {
      type: "compound",
      initArgs: { out: items(["a", "b"]), wait_for: file("gate") },
      args: { counter: file("counter") },
      output_types: { flat: true },
    },
  ]);
  const run = await running(job.id, 1);
  const init = (await unitsOf(run.id))[0];
  await stopUnits(me, { run_id: run.id, unit_ids: [init?.id ?? 0] });
  expect(await endOf(job.id)).toMatchObject({ state: "stopped" });
  expect(await unitsOf(run.id)).toMatchObject([{ kind: "init", state: "stopped" }]);
  expect(await listImages()).toEqual({ a: {}, b: {}, c: {}, d: {} });
});

test("a stop of a task that is over by the time it is read stops nothing else", async () => {
  await addABCD();
  const job = await makeJob(world, [
    { type: "parallel", args: { out: seen } },
    { type: "parallel", args: { wait_for: file("gate") } },
  ]);
  await until(async () => (await runsOf(job.id))[1]?.num_running);
  const { id } = await firstRunOf(job.id);
  await t.db.insert(jobRequests).values({
    job_id: job.id,
    kind: "stop_run",
    history_run_id: id,
    user_email: world.user.email,
  });
  await openGate();
  expect(await endOf(job.id)).toMatchObject({ state: "done" });
});
