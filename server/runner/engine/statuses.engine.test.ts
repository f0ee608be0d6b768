/** States of units, images, runs and jobs; warnings; accounting (runner specification §2.9, §2.10, §2.13). */
import { readdir, writeFile } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import * as tables from "@/db/schema";
import { publishedStatus } from "@/server/domain/jobs/status";
import { makeJob } from "../testing";
import type { TinyTask } from "../testing";
import {
  addImages,
  batchesOf,
  endOf,
  file,
  first,
  items,
  logOf,
  run,
  runsOf,
  setUpWorld,
  statesOf,
  t,
  unitsOf,
  until,
  url,
  world,
} from "./testing";

setUpWorld();

const compound = (b: object): TinyTask => ({
  type: "compound",
  initArgs: {
    out: {
      parallelization_list: [
        { zarr_url: url("a"), init_args: {} },
        { zarr_url: url("b"), init_args: b },
      ],
    },
  },
});
const badInit = (raw_out: string): TinyTask => ({ type: "compound", initArgs: { raw_out } });

type Row = {
  task: () => TinyTask;
  /** In unit order: the init call first. */
  units: string[];
  run: string;
  images: Record<string, string>;
};

test.each<[string, Row]>([
  [
    "filters that contradict each other",
    {
      task: () => ({ type: "parallel", input_types: { x: true }, type_filters: { x: false } }),
      ...{ units: [], run: "failed", images: {} },
    },
  ],
  [
    "resources that cannot be used",
    {
      task: () => ({ type: "parallel", meta: { mem: "lots" } }),
      ...{ units: [], run: "failed", images: {} },
    },
  ],
  [
    "resources of the items that cannot be used: the first call is not made either",
    {
      task: () => ({ ...compound({}), meta: { mem: "lots" } }),
      ...{ units: [], run: "failed", images: {} },
    },
  ],
  [
    "one call of a parallel task that fails",
    {
      task: () => ({ type: "parallel", args: { fail_on: "/b" } }),
      ...{ units: ["done", "failed"], run: "failed", images: { a: "done", b: "failed" } },
    },
  ],
  [
    "the call of a non-parallel task that fails",
    {
      task: () => ({ type: "non_parallel", args: { exit: 1 } }),
      ...{ units: ["failed"], run: "failed", images: { a: "failed", b: "failed" } },
    },
  ],
  [
    "a compound task that is done",
    {
      task: () => compound({}),
      ...{ units: ["done", "done", "done"], run: "done", images: { a: "done", b: "done" } },
    },
  ],
  [
    "an item that fails: the others stay done",
    {
      task: () => compound({ exit: 1 }),
      ...{ units: ["done", "done", "failed"], run: "failed", images: { a: "done", b: "failed" } },
    },
  ],
  [
    "an init call that fails",
    {
      task: () => ({ type: "compound", initArgs: { exit: 1 } }),
      ...{ units: ["failed"], run: "failed", images: { a: "failed", b: "failed" } },
    },
  ],
  [
    "an init output that cannot be used",
    {
      task: () => badInit('{"image_list_updates":[]}'),
      ...{ units: ["failed"], run: "failed", images: { a: "failed", b: "failed" } },
    },
  ],
  [
    "an item whose address cannot be used",
    {
      task: () => badInit('{"parallelization_list":[{"zarr_url":"relative"}]}'),
      ...{ units: ["failed"], run: "failed", images: { a: "failed", b: "failed" } },
    },
  ],
])("2.9 %s", async (_name, expected) => {
  await addImages("a", "b");
  const { job, runs } = await run([expected.task()]);
  expect(runs.map((r) => [r.stage, r.state])).toEqual([["closed", expected.run]]);
  expect((await unitsOf(runs[0]?.id ?? 0)).map((unit) => unit.state)).toEqual(expected.units);
  expect(await statesOf(job)).toEqual(expected.images);
  expect(job.state).toBe(expected.run);
  expect(job.cause === null).toBe(expected.run === "done");
});

test("2.9 while calls run: they, their images, the run and the job say so, and the job counts as submitted", async () => {
  await addImages("a", "b");
  const task: TinyTask = {
    type: "parallel",
    args: { wait_for: file("gate") },
    meta: { parallel_tasks_per_job: 1 },
  };
  const job = await makeJob(world, [task, { type: "parallel" }]);
  const running = await until(async () => (await runsOf(job.id)).find((r) => r.num_running === 1));
  expect(running).toMatchObject({ state: "running", stage: "planned", num_pending: 1 });
  expect((await unitsOf(running.id)).map((unit) => unit.state)).toEqual(["running", "pending"]);
  expect(await statesOf(job)).toEqual({ a: "running", b: "pending" });
  const [row] = await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, job.id));
  expect(row && [row.state, publishedStatus(row.state)]).toEqual(["running", "submitted"]);
  await writeFile(file("gate"), "");
  expect((await endOf(job.id)).state).toBe("done");
});

test("2.10 a call has warnings if its log says so in any letter case, whether it is done or failed", async () => {
  await addImages("a", "b", "c");
  const script = `case "$(cat "$2")" in */a*) echo "UserWarNing: x" >&2;; */b*) echo WARNING; exit 1;; *) echo warn;; esac`;
  const { runs } = await run([{ type: "parallel", command: ["sh", "-c", script, "task"] }]);
  const units = await unitsOf(runs[0]?.id ?? 0);
  expect(await logOf(units[0]?.id ?? 0)).toBe("UserWarNing: x\n");
  expect(units.map((unit) => [unit.state, unit.has_warnings])).toEqual([
    ["done", true],
    ["failed", true],
    ["done", false],
  ]);
  expect(runs[0]?.num_warnings).toBe(2);
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "2.10 a call without a proper end has warnings by its log too: its worker got %s",
  async (signal) => {
    await addImages("a", "b", "c");
    // The word lies across two pieces of the log that are read.
    const far = `head -c 1048573 /dev/zero; echo "WarNing"`;
    const script = `case "$(cat "$2")" in */a*) ${far};; */b*) echo warn;; *) exit 0;; esac; : > "${file("on")}$$"; exec sleep 60`;
    const in_place = { input_types: { flipped: false }, output_types: { flipped: true } };
    const job = await makeJob(world, [
      { type: "parallel", command: ["sh", "-c", script, "task"], ...in_place },
    ]);
    const batch = await until(async () => {
      const hang = (await readdir(world.folder)).filter((name) => /^on\d/.test(name)).length === 2;
      const [found] = await runsOf(job.id);
      return hang && found?.num_done === 1 && found.num_running === 2 && (await batchesOf(found.id))[0];
    });
    process.kill(batch.handle?.pid ?? 0, signal);
    expect((await endOf(job.id)).state).toBe("failed");
    const [ended] = await runsOf(job.id);
    const units = await unitsOf(ended?.id ?? 0);
    expect(units.map((unit) => [unit.state, unit.cause?.kind, unit.has_warnings])).toEqual([
      ["failed", "interrupted", true],
      ["failed", "interrupted", false],
      ["done", undefined, false],
    ]);
    expect(ended?.num_warnings).toBe(1);
  },
);

test("2.13 each executed task is accounted for once: its calls, the init call included, and its new images", async () => {
  const made = (...names: string[]) => ({
    image_list_updates: names.map((name) => ({ zarr_url: url(name) })),
  });
  const job = await first([
    { type: "converter_non_parallel", args: { out: made("a", "b") } },
    {
      type: "compound",
      initArgs: { out: items(["a", "b"], { out: made("c", "a") }) },
    },
    { type: "parallel", args: { fail_on: "/b" } },
    { type: "parallel", args: { fail_on: "" } },
  ]);
  expect(job.state).toBe("failed");
  const records = await t.db.execute<{
    order: number;
    num_tasks: number;
    num_new_images: number;
    user_id: number;
  }>(sql`
    SELECT r."order", a.num_tasks, a.num_new_images, a.user_id FROM accounting_record a
    JOIN history_run r ON r.id = a.history_run_id WHERE r.job_id = ${job.id} ORDER BY 1`);
  const user_id = world.user.id;
  expect([...records]).toEqual([
    { order: 0, num_tasks: 1, num_new_images: 2, user_id },
    { order: 1, num_tasks: 3, num_new_images: 1, user_id },
    { order: 2, num_tasks: 3, num_new_images: 0, user_id },
  ]);
});
