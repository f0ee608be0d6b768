/** Every reason why an image is worked on, or left, when a job continues, image by image, before anything is submitted. */
import { rm } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { TaskDump } from "@/db/schema/job";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import type { NeedReason, SkipReason } from "@/server/contracts/enums";
import { interrupted, neverStarted } from "@/server/domain/jobs/cause";
import type { ServiceContext } from "@/server/services/context";
import { listNeeds } from "@/server/services/job/continue";
import { insertRunRow } from "../store/run";
import { actAsOwner, addTestImages, makeJob, makeWorld } from "../testing";
import type { World } from "../testing";

let t: TestDb;
let world: World;
let me: ServiceContext;
let job: tables.JobRow;
beforeAll(async () => {
  t = await createTestDb();
  world = await makeWorld(t.db);
  me = await actAsOwner(world);
  await addTestImages(
    world,
    TABLE.map(([name]) => ({ zarr_url: urlOf(name) })),
  );
  const task = { type: "parallel" as const, args: { k: 1 } };
  const made = await makeJob(world, [task, task, task]);
  job = one(
    await t.db.update(tables.jobs).set({ state: "failed" }).where(eq(tables.jobs.id, made.id)).returning(),
  );
  await storePast();
});
afterAll(async () => {
  await t.drop();
  await rm(world.folder, { recursive: true, force: true });
});

type Past = "done" | "failed" | "interrupted" | "stopped" | "old version" | "old arguments";
type Reason = NeedReason | SkipReason;
/**
 * The job continues with its second task. Per image: what became of it in the tasks (absent: nothing, `late`: done by
 * the first task after the others had it), and why the second and the third get it, or not.
 */
const TABLE: readonly (readonly [
  name: string,
  past: readonly (Past | "late" | null)[],
  expected: Reason,
  next: Reason,
])[] = [
  ["new", [null], "never_run", "waits"],
  ["only before", ["done"], "never_run", "waits"],
  ["failed", ["done", "failed"], "failed", "waits"],
  ["failed, done behind", ["done", "failed", "done"], "failed", "waits"],
  ["interrupted", ["done", "interrupted"], "interrupted", "waits"],
  ["stopped", ["done", "stopped"], "stopped", "waits"],
  ["old version", ["done", "old version"], "version_changed", "waits"],
  ["old arguments", ["done", "old arguments"], "arguments_changed", "waits"],
  ["input", ["late", "done"], "input_changed", "waits"],
  ["failed before", ["failed", "done"], "earlier_failed", "earlier_failed"],
  ["failed before and here", ["failed", "failed"], "earlier_failed", "earlier_failed"],
  ["done, never behind", ["done", "done"], "done", "never_run"],
  ["done, failed behind", ["done", "done", "failed"], "done", "failed"],
  ["done, interrupted behind", ["done", "done", "interrupted"], "done", "interrupted"],
  ["done, stopped behind", ["done", "done", "stopped"], "done", "stopped"],
  ["done, old version behind", ["done", "done", "old version"], "done", "version_changed"],
  ["done, old arguments behind", ["done", "done", "old arguments"], "done", "arguments_changed"],
  ["done", ["done", "done", "done"], "done", "done"],
];

const urlOf = (name: string) => `${world.zarrDir}/${name}`;

/** The calls that `TABLE` tells, as a driver would have stored them. */
async function storePast(): Promise<void> {
  const dumps = job.task_dumps;
  const runs = new Map<string, tables.HistoryRunRow>();
  const positions = new Map<number, number>();
  const runOf = async (order: number, past: Past) => {
    const kind = past === "old version" || past === "old arguments" ? past : "same";
    const dump = one(dumps.slice(order, order + 1));
    const { workflow_task: wftask } = dump;
    const old: Record<typeof kind, TaskDump> = {
      same: dump,
      "old version": { ...dump, workflow_task: { ...wftask, task: { ...wftask.task, version: "0" } } },
      "old arguments": { ...dump, workflow_task: { ...wftask, args_parallel: { k: 0 } } },
    };
    const key = `${order} ${kind}`;
    let run = runs.get(key);
    if (!run) {
      // A job has one run per task.
      const of = kind === "same" ? job : await makeEndedJob();
      run = await t.db.transaction((tx) =>
        insertRunRow(tx, { id: of.id, dataset_id: world.dataset.id }, old[kind], {
          ...{ current_type_filters: {}, num_available_images: 0, stage: "closed", state: "failed" },
        }),
      );
      runs.set(key, run);
    }
    return run;
  };
  const store = async (name: string, order: number, past: Past) => {
    const run = await runOf(order, past);
    const position = (positions.get(run.id) ?? 0) + 1;
    positions.set(run.id, position);
    const state =
      past === "failed" || past === "interrupted" ? "failed" : past === "stopped" ? "stopped" : "done";
    const cause =
      { interrupted: interrupted(false, 1, null), failed: neverStarted(3, null) }[past as string] ?? null;
    const unit = one(
      await t.db
        .insert(tables.historyUnits)
        .values({
          history_run_id: run.id,
          kind: "unit",
          position,
          zarr_url: urlOf(name),
          num_images: 1,
          args: "{}",
          state,
          cause,
        })
        .returning(),
    );
    const image = one(
      await t.db
        .select()
        .from(tables.images)
        .where(eq(tables.images.zarr_url, urlOf(name))),
    );
    await t.db
      .insert(tables.imageStatuses)
      .values({ workflow_task_id: run.workflow_task_id ?? 0, image_id: image.id, unit_id: unit.id, state });
  };
  for (const order of [0, 1, 2])
    for (const [name, past] of TABLE) {
      const then = past[order];
      if (then && then !== "late") await store(name, order, then);
    }
  for (const [name, past] of TABLE) if (past[0] === "late") await store(name, 0, "done");
}

/** Of the same workflow, for runs of other settings. */
async function makeEndedJob(): Promise<tables.JobRow> {
  const { id: _, ...copy } = job;
  return one(await t.db.insert(tables.jobs).values(copy).returning());
}

test.each([
  ["the task that it continues with", 1, 2],
  ["the task behind it", 2, 3],
] as const)("%s: each image with its reason, in list order", async (_task, order, column) => {
  const input = { workflow_id: job.workflow_id ?? 0, dataset_id: world.dataset.id, first_task_index: 1 };
  const { items, matching } = await listNeeds(me, { ...input, order });
  expect(items.map(({ zarr_url, reason }) => [zarr_url.replace(`${world.zarrDir}/`, ""), reason])).toEqual(
    TABLE.map((row) => [row[0], row[column]]),
  );
  expect(matching).toBe(TABLE.length);
});
