/** Retry (engine specification §13): failed and stopped calls of a run, once more. */
import { writeFile } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as tables from "@/db/schema";
import { stopJob } from "@/server/services/job/stop";
import { previewRetry, retryJob } from "@/server/services/job/retry";
import { getWorkflowProgress } from "@/server/services/workflow/get-progress";
import { makeJob } from "../testing";
import type { TinyTask } from "../testing";
import {
  ABCD,
  addABCD,
  endOf,
  failing,
  file,
  first,
  firstRunOf,
  goOn,
  items,
  listImages,
  me,
  ran,
  repair,
  retry,
  runsOf,
  seen,
  setTask,
  statesOf,
  t,
  target,
  unitsOf,
  url,
  setUpWorld,
  world,
} from "./testing";

setUpWorld();

test("parallel: the failed calls run once more with their arguments, then the tasks behind; nothing done runs twice", async () => {
  await addABCD();
  const job = await first([
    { type: "parallel", args: failing({ fail_on: ["/b", "/d"], out: seen }), output_types: { ok: true } },
    { type: "parallel", args: { counter: file("behind") } },
  ]);
  expect(job.state).toBe("failed");
  const run = await firstRunOf(job.id);
  // An edit of the workflow does not reach a retry.
  await setTask(job, 0, { args_parallel: { exit: 7 } });
  expect(await previewRetry(me, { run_id: run.id })).toMatchObject({
    units: 2,
    left: 0,
    tasks_after: ["Tiny 1"],
    has_other_arguments: true,
    problems: [],
  });
  await repair();
  const again = await retry(run.id);
  expect(again, again.log ?? "").toMatchObject({
    state: "done",
    mode: "retry",
    continues_job_id: job.id,
    retries_run_id: run.id,
  });
  const [repeated, behind] = await runsOf(again.id);
  expect(repeated).toMatchObject({ retries_run_id: run.id, num_done: 2, num_kept: 2, num_left: 0 });
  expect(behind).toMatchObject({ num_done: 4, num_kept: 0 });
  expect(await ran("counter")).toEqual({ a: 1, b: 2, c: 1, d: 2 });
  expect(await ran("behind")).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  expect(await listImages()).toEqual(Object.fromEntries(ABCD.map((name) => [name, { seen: 1, ok: true }])));
  expect(await statesOf(job)).toEqual({ a: "done", b: "done", c: "done", d: "done" });
  const old = await unitsOf(run.id);
  const copies = await unitsOf(repeated?.id ?? 0);
  expect(copies.map(({ position, args }) => ({ position, args }))).toEqual(
    old.filter(({ state }) => state === "failed").map(({ position, args }) => ({ position, args })),
  );
  const progress = await getWorkflowProgress(me, target(job));
  expect(Object.values(progress.tasks).map(({ done, total, failed }) => ({ done, total, failed }))).toEqual([
    { done: 4, total: 4, failed: 0 },
    { done: 4, total: 4, failed: 0 },
  ]);
});

test("a retry of a retry: what is done by now is left out, and the whole run is one", async () => {
  await addABCD();
  const job = await first([
    {
      type: "parallel",
      args: failing({ fail_on: ["/b", "/c", "/d"] }),
      input_types: { ic: false },
      output_types: { ic: true },
    },
  ]);
  const run = await firstRunOf(job.id);
  const [, b] = await unitsOf(run.id);
  const failsAgain = await retry(run.id, { unit_ids: [b?.id] });
  expect(failsAgain.state).toBe("failed");
  await repair();
  const partial = await retry((await firstRunOf(failsAgain.id)).id);
  expect(partial, partial.log ?? "").toMatchObject({ state: "done", retries_run_id: run.id });
  expect(await firstRunOf(partial.id)).toMatchObject({ num_done: 1, num_kept: 1, num_left: 2 });
  await expect(retryJob(me, { run_id: run.id, unit_ids: [b?.id ?? 0] })).rejects.toThrow(/done by now/);
  const rest = await retry(run.id);
  expect(await firstRunOf(rest.id)).toMatchObject({ num_done: 2, num_kept: 2, num_left: 0 });
  await expect(retryJob(me, { run_id: run.id })).rejects.toThrow(/No call of 'Tiny 0' is left to repeat/);
  expect(await ran("counter")).toEqual({ a: 1, b: 3, c: 2, d: 2 });
  expect(await listImages()).toEqual(Object.fromEntries(ABCD.map((name) => [name, { ic: true }])));
});

test("only the calls of one cause: the tasks behind wait until none is open", async () => {
  await addABCD();
  const job = await first([
    { type: "parallel", args: failing({ fail_on: ["/b", "/d"] }) },
    { type: "parallel", args: { counter: file("behind") } },
  ]);
  const run = await firstRunOf(job.id);
  const [, b] = await unitsOf(run.id);
  await repair();
  const input = { run_id: run.id, like_unit_ids: [b?.id ?? 0] };
  expect(await previewRetry(me, input)).toMatchObject({ units: 1, left: 1, tasks_after: [] });
  const one_ = await retry(run.id, { like_unit_ids: [b?.id] });
  expect(one_.state).toBe("done");
  expect(await runsOf(one_.id)).toHaveLength(1);
  const progress = await getWorkflowProgress(me, target(job));
  expect(Object.values(progress.tasks)).toMatchObject([{ done: 3, failed: 1, total: 4 }]);
  const rest = await goOn(job);
  expect(rest.state, rest.log ?? "").toBe("done");
  expect(await ran("counter")).toEqual({ a: 1, b: 2, c: 1, d: 2 });
  expect(await ran("behind")).toEqual({ a: 1, b: 1, c: 1, d: 1 });
});

test("non-parallel: the one call is repeated; an image removed meanwhile is not brought back", async () => {
  await addABCD();
  const job = await first([
    { type: "non_parallel", args: failing({ fail_on: "" }), output_types: { done: true } },
  ]);
  await t.db.execute(sql`UPDATE image SET removed_at = now() WHERE zarr_url = ${url("b")}`);
  await repair();
  const again = await retry((await firstRunOf(job.id)).id);
  expect(again.state, again.log ?? "").toBe("done");
  expect(await ran("counter")).toEqual({ all: 2 });
  expect(await listImages()).toEqual({ a: { done: true }, c: { done: true }, d: { done: true } });
  expect(await statesOf(job)).toMatchObject({ a: "done", c: "done", d: "done" });
});

test("compound with failed items: they alone run again, the init call does not; images that no item names follow", async () => {
  await addABCD();
  const compound: TinyTask = {
    type: "compound",
    initArgs: { counter: file("init"), out: items(["a", "b"]) },
    args: failing({ fail_on: "/b" }),
    output_types: { done: true },
  };
  const job = await first([compound]);
  expect(await statesOf(job)).toEqual({ a: "done", b: "failed", c: "failed", d: "failed" });
  expect(await listImages()).toEqual({ a: { done: true }, b: {}, c: {}, d: {} });
  // An edit between the two runs is kept: what was included once is not included again.
  await t.db.execute(sql`UPDATE image SET types = '{"done": false}' WHERE zarr_url = ${url("a")}`);
  await repair();
  const again = await retry((await firstRunOf(job.id)).id);
  expect(again.state, again.log ?? "").toBe("done");
  expect(await ran("init")).toEqual({ all: 1 });
  expect(await ran("counter")).toEqual({ a: 1, b: 2 });
  expect(await statesOf(job)).toEqual({ a: "done", b: "done", c: "done", d: "done" });
  expect(await listImages()).toEqual({
    a: { done: false },
    b: { done: true },
    c: { done: true },
    d: { done: true },
  });
});

test("compound with a failed init call: it is asked again, then its items run", async () => {
  await addABCD();
  const job = await first([
    {
      type: "compound",
      initArgs: { ...failing({ fail_on: "" }), out: items(["a", "b"]) },
      args: { counter: file("items") },
    },
  ]);
  expect(await statesOf(job)).toEqual({ a: "failed", b: "failed", c: "failed", d: "failed" });
  await repair();
  const again = await retry((await firstRunOf(job.id)).id);
  expect(again.state, again.log ?? "").toBe("done");
  expect(await ran("counter")).toEqual({ all: 2 });
  expect(await ran("items")).toEqual({ a: 1, b: 1 });
  expect(await statesOf(job)).toEqual({ a: "done", b: "done", c: "done", d: "done" });
});

test("a repeated call that contradicts what the run has stored fails, and the stored result stays", async () => {
  await addABCD();
  const out = (v: number) => ({ image_list_updates: [{ zarr_url: url("x"), attributes: { v } }] });
  const list = [
    { zarr_url: url("a"), init_args: { out: out(1) } },
    { zarr_url: url("b"), init_args: { out: out(2), fail_on: "/b" } },
  ];
  const job = await first([
    {
      type: "compound",
      initArgs: { out: { parallelization_list: list } },
      args: { repaired: file("repaired") },
    },
  ]);
  await repair();
  const again = await retry((await firstRunOf(job.id)).id);
  expect(again).toMatchObject({ state: "failed", cause: { kind: "output_conflict" } });
  expect(await listImages()).toMatchObject({ x: { v: 1 } });
});

test("after a stop: what was done stays, what was running and waiting is repeated", async () => {
  await addABCD();
  const args = { counter: file("counter"), wait_for: file("repaired") };
  const meta = { parallel_tasks_per_job: 1 };
  const begun = await makeJob(world, [
    { type: "parallel", args: { out: seen } },
    { type: "parallel", args, meta },
  ]);
  while ((await runsOf(begun.id))[1]?.num_running !== 1) await new Promise((r) => setTimeout(r, 20));
  await stopJob(me, { job_id: begun.id });
  const job = await endOf(begun.id);
  expect(job.state).toBe("stopped");
  const run = (await runsOf(job.id))[1];
  await repair();
  const again = await retry(run?.id ?? 0);
  expect(again.state, again.log ?? "").toBe("done");
  expect(again).toMatchObject({ first_task_index: 1, last_task_index: 1 });
  expect(await ran("counter")).toEqual({ a: 2, b: 1, c: 1, d: 1 });
  expect(await statesOf(job, 1)).toEqual({ a: "done", b: "done", c: "done", d: "done" });
});

test("what a retry needs and does not find is said in a sentence", async () => {
  await addABCD();
  const job = await first([{ type: "parallel", args: failing({ fail_on: "/b" }) }]);
  const run = await firstRunOf(job.id);
  const refusal = async (message: RegExp) => {
    expect((await previewRetry(me, { run_id: run.id })).problems.join("\n")).toMatch(message);
    await expect(retryJob(me, { run_id: run.id })).rejects.toThrow(message);
  };
  await t.db.update(tables.taskGroups).set({ active: false });
  await refusal(/is not active/);
  await t.db.update(tables.taskGroups).set({ active: true });
  const removed = (at: unknown) =>
    t.db.execute(sql`UPDATE image SET removed_at = ${at}::timestamptz WHERE zarr_url = ${url("b")}`);
  await removed("2026-01-01");
  await refusal(/images were removed/);
  await removed(null);
  const blocker = await makeJob(world, [{ type: "parallel", args: { wait_for: file("gate") } }]);
  await refusal(new RegExp(`already in use by job ${blocker.id}`));
  await writeFile(file("gate"), "");
  await endOf(blocker.id);
  await t.db.delete(tables.workflowTasks).where(eq(tables.workflowTasks.workflow_id, job.workflow_id ?? 0));
  await refusal(/was removed from the workflow/);
  await t.db.execute(sql`UPDATE dataset SET deleted_at = now() WHERE id = ${world.dataset.id}`);
  await expect(retryJob(me, { run_id: run.id })).rejects.toThrow(/dataset of job \d+ was deleted/);
});
