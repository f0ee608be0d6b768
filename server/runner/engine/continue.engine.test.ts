/** Continue (engine specification §13): what is missing, and nothing else. */
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { continueJob, listNeeds } from "@/server/services/job/continue";
import type { TinyTask } from "../testing";
import {
  ABCD,
  addABCD,
  failing,
  file,
  first,
  goOn,
  items,
  listImages,
  me,
  ran,
  reasonsOf,
  repair,
  runsOf,
  setTask,
  t,
  target,
  unitsOf,
  url,
  setUpWorld,
  world,
} from "./testing";

setUpWorld();

test("converter: failed items are repeated alone, also by Continue, and the tasks behind see all images", async () => {
  const made = { image_list_updates: [{ zarr_url: "$ZARR_URL" }] };
  const tasks: TinyTask[] = [
    {
      type: "converter_compound",
      initArgs: { counter: file("init"), out: items(["a", "b", "c"]) },
      args: failing({ fail_on: "/b", out: made }),
    },
    { type: "parallel", args: { counter: file("behind") } },
  ];
  const job = await first(tasks);
  expect(Object.keys(await listImages())).toEqual(["a", "c"]);
  expect(await reasonsOf(job)).toEqual([
    { order: 0, units: 1, reasons: { failed: 1 } },
    { order: 1, units: 2, reasons: { never_run: 2 } },
  ]);
  await repair();
  const again = await goOn(job);
  expect(again.state, again.log ?? "").toBe("done");
  expect(await ran("init")).toEqual({ all: 1 });
  expect(await ran("counter")).toEqual({ a: 1, b: 2, c: 1 });
  expect(await ran("behind")).toEqual({ a: 1, b: 1, c: 1 });
  expect(await reasonsOf(job)).toMatchObject([
    { order: 0, units: 0 },
    { order: 1, units: 0 },
  ]);
  await expect(continueJob(me, target(job))).rejects.toThrow(/Nothing is missing/);
});

test("a converter with other arguments runs anew, and so does everything made from it", async () => {
  const made = { image_list_updates: [{ zarr_url: url("a") }, { zarr_url: url("b") }] };
  const job = await first([
    { type: "converter_non_parallel", args: { counter: file("make"), out: made } },
    { type: "parallel", args: { counter: file("behind") } },
  ]);
  await setTask(job, 0, { args_non_parallel: { counter: file("make"), out: made, k: 2 } });
  expect(await reasonsOf(job)).toEqual([
    { order: 0, units: 1, reasons: { arguments_changed: 1 } },
    { order: 1, units: 2, reasons: { waits: 2 } },
  ]);
  const again = await goOn(job);
  expect(again.state, again.log ?? "").toBe("done");
  expect(await ran("make")).toEqual({ all: 2 });
  expect(await ran("behind")).toEqual({ a: 2, b: 2 });
});

test("continue: failed, new, with other arguments and another version, each with its reason; removed images are gone", async () => {
  await addABCD();
  const args = { counter: file("counter"), fail_on: ["/b", "/d"] };
  const job = await first([{ type: "parallel", args }]);
  await t.db.execute(sql`UPDATE image SET removed_at = now() WHERE zarr_url = ${url("d")}`);
  await t.db
    .insert(tables.images)
    .values({ dataset_id: world.dataset.id, position: 9, zarr_url: url("new") });
  expect(await reasonsOf(job)).toEqual([
    { order: 0, units: 2, reasons: { failed: 1, never_run: 1, done: 2 } },
  ]);
  await setTask(job, 0, { args_parallel: { counter: file("counter"), k: 2 } });
  expect(await reasonsOf(job)).toEqual([
    { order: 0, units: 4, reasons: { failed: 1, never_run: 1, arguments_changed: 2 } },
  ]);
  const page = await listNeeds(me, { ...target(job), order: 0, reasons: ["failed", "never_run"], limit: 1 });
  expect(page).toMatchObject({
    matching: 2,
    items: [{ zarr_url: url("b"), reason: "failed", job_id: job.id }],
  });
  const again = await goOn(job);
  expect(again, again.log ?? "").toMatchObject({ state: "done", mode: "continue", continues_job_id: job.id });
  expect(await ran("counter")).toEqual({ a: 2, b: 2, c: 2, d: 1, new: 1 });

  const old = again.task_dumps[0]?.workflow_task.task.id ?? 0;
  const task = one(await t.db.select().from(tables.tasks).where(eq(tables.tasks.id, old)));
  const group = one(
    await t.db.select().from(tables.taskGroups).where(eq(tables.taskGroups.id, task.task_group_id)),
  );
  const { id: _, ...groupCopy } = group;
  const { id: task_group_id } = one(
    await t.db
      .insert(tables.taskGroups)
      .values({ ...groupCopy, version: "2" })
      .returning(),
  );
  const { id: __, ...copy } = task;
  const newer = one(
    await t.db
      .insert(tables.tasks)
      .values({ ...copy, task_group_id, version: "2" })
      .returning(),
  );
  await setTask(job, 0, { task_id: newer.id });
  expect(await reasonsOf(job)).toEqual([{ order: 0, units: 4, reasons: { version_changed: 4 } }]);
});

test("continue begins with the earliest task that misses something, and skips what is done; a driver that comes back does not ask twice", async () => {
  await addABCD();
  const counted = (name: string): TinyTask => ({ type: "parallel", args: { counter: file(name) } });
  const job = await first([
    counted("one"),
    counted("two"),
    { type: "parallel", args: failing({ fail_on: "/c" }) },
    counted("four"),
  ]);
  await setTask(job, 1, { args_parallel: { counter: file("two"), k: 1 } });
  await repair();
  expect(await reasonsOf(job)).toEqual([
    { order: 1, units: 4, reasons: { arguments_changed: 4 } },
    { order: 2, units: 4, reasons: { waits: 4 } },
    { order: 3, units: 4, reasons: { waits: 4 } },
  ]);
  const again = await goOn(job);
  expect(again, again.log ?? "").toMatchObject({ state: "done", first_task_index: 1 });
  expect(await ran("one")).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  expect(await ran("two")).toEqual({ a: 2, b: 2, c: 2, d: 2 });
  expect(await ran("four")).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  // One new image: each task gets it alone, and the counters of the tasks still tell of all.
  await t.db.insert(tables.images).values({ dataset_id: world.dataset.id, position: 9, zarr_url: url("e") });
  const more = await goOn(job);
  expect((await runsOf(more.id)).map((run) => [run.order, run.num_done, run.num_kept])).toEqual([
    [0, 1, 4],
    [1, 1, 4],
    [2, 1, 4],
    [3, 1, 4],
  ]);
});

test("a task without anything missing between two that miss something is skipped", async () => {
  await addABCD();
  const job = await first([
    { type: "parallel", args: failing({ fail_on: "/b" }), output_types: {} },
    { type: "non_parallel", args: { counter: file("two") }, type_filters: { never: true } },
    { type: "parallel", args: { counter: file("three") } },
  ]);
  await repair();
  // The images of the second task are done by a run of its own.
  await t.db.execute(sql`UPDATE image SET types = '{"never": true}' WHERE zarr_url = ${url("a")}`);
  const only = await goOn(job, { first_task_index: 1, last_task_index: 1 });
  expect(only.state, only.log ?? "").toBe("done");
  const again = await goOn(job);
  expect(again.state, again.log ?? "").toBe("done");
  expect((await runsOf(again.id)).map((run) => [run.order, run.num_done, run.num_kept])).toEqual([
    [0, 1, 3],
    [1, 0, 1],
    [2, 4, 0],
  ]);
  expect(again.log).toContain("SKIP   1-th task ('Tiny 1')");
  expect(await ran("two")).toEqual({ all: 1 });
});

test("a task that changes images in place does not run twice on an image, whichever way the job goes on", async () => {
  await addABCD();
  const job = await first([
    {
      type: "parallel",
      args: failing({ fail_on: "/b" }),
      input_types: { ic: false },
      output_types: { ic: true },
    },
    { type: "parallel", args: { counter: file("behind") } },
  ]);
  expect(await reasonsOf(job)).toEqual([
    { order: 0, units: 1, reasons: { failed: 1 } },
    { order: 1, units: 3, reasons: { never_run: 3 } },
  ]);
  await repair();
  const again = await goOn(job);
  expect(again.state, again.log ?? "").toBe("done");
  expect(await ran("counter")).toEqual({ a: 1, b: 2, c: 1, d: 1 });
  expect(await ran("behind")).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  expect(await listImages()).toEqual(Object.fromEntries(ABCD.map((name) => [name, { ic: true }])));
  // Other arguments do not bring back what was changed in place, and that is said.
  await setTask(job, 0, { args_parallel: { other: true } });
  await expect(continueJob(me, target(job))).rejects.toThrow(/No image matches what task 1 /);
});

test("compound, continued with a new image: the init call decides again about all", async () => {
  await addABCD();
  const job = await first([
    {
      type: "compound",
      initArgs: { counter: file("init"), out: items(["a", "b"]) },
      args: failing({ fail_on: "/b" }),
    },
  ]);
  await t.db.insert(tables.images).values({ dataset_id: world.dataset.id, position: 9, zarr_url: url("e") });
  await repair();
  expect(await reasonsOf(job)).toMatchObject([{ units: 1, reasons: { failed: 3, never_run: 1, done: 1 } }]);
  const again = await goOn(job);
  expect(again.state, again.log ?? "").toBe("done");
  expect(await ran("init")).toEqual({ all: 2 });
  const [run] = await runsOf(again.id);
  const [init] = await unitsOf(run?.id ?? 0);
  expect(init).toMatchObject({ kind: "init", num_images: 5 });
});
