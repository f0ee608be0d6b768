/** Kill the runner while it repeats or continues: the job ends as if nothing had happened, and no call ran twice. */
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { ServiceContext } from "@/server/services/context";
import { continueJob } from "@/server/services/job/continue";
import { retryJob } from "@/server/services/job/retry";
import { actAsOwner, addTestImages, makeJob, makeWorld } from "../testing";
import type { TinyTask, World } from "../testing";
import { Servers, until } from "./testing";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: World;
let me: ServiceContext;
let servers: Servers;

beforeEach(async () => {
  t = await createTestDb();
  servers = await Servers.of(t);
  world = await makeWorld(t.db);
  me = await actAsOwner(world);
});
afterEach(async () => {
  await servers.close();
  await t.drop();
  await rm(world.folder, { recursive: true, force: true, maxRetries: 3 });
});

const jobOf = async (id: number) => one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, id)));
const runsOf = (id: number) =>
  t.db
    .select()
    .from(tables.historyRuns)
    .where(eq(tables.historyRuns.job_id, id))
    .orderBy(tables.historyRuns.order);
const batchesOf = async (jobId: number) => {
  const ids = (await runsOf(jobId)).map((run) => run.id);
  const all = await t.db.select().from(tables.batches);
  return all.filter((batch) => ids.includes(batch.history_run_id));
};
const isOver = async (id: number) => ["done", "failed", "stopped"].includes((await jobOf(id)).state);
async function ran(counter: string): Promise<Record<string, number>> {
  const lines = (await readFile(path.join(world.folder, counter), "utf8")).trim().split("\n");
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const name = path.basename(line.split(" ")[0] ?? "");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** An in-place change whose images b and c failed, and a task behind it. */
async function failedJob() {
  const names = ["a", "b", "c"];
  await addTestImages(
    world,
    names.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );
  const repaired = path.join(world.folder, "repaired");
  const counter = (name: string) => path.join(world.folder, name);
  const tasks: TinyTask[] = [
    { type: "parallel", args: { counter: counter("before") } },
    {
      type: "parallel",
      args: { counter: counter("counter"), fail_on: ["/b", "/c"], repaired, sleep: 0.1 },
      input_types: { ic: false },
      output_types: { ic: true },
    },
    { type: "parallel", args: { counter: counter("behind") } },
  ];
  const job = await makeJob(world, tasks);
  await until(() => isOver(job.id));
  await writeFile(repaired, "");
  const image = { dataset_id: world.dataset.id, position: 9, zarr_url: `${world.zarrDir}/new` };
  return { job, addImage: () => t.db.insert(tables.images).values(image) };
}

test.each([
  ["selected", async (id: number) => (await runsOf(id)).length > 0],
  ["planned", async (id: number) => (await runsOf(id))[0]?.stage === "planned"],
  ["being launched", async (id: number) => (await batchesOf(id)).some((b) => b.state !== "planned")],
  ["merged", async (id: number) => ["merged", "closed"].includes((await runsOf(id))[0]?.stage ?? "")],
])("killed when the repeated calls are %s", async (_when, isThen) => {
  const runner = await servers.start();
  const { job } = await failedJob();
  const failed = (await runsOf(job.id))[1];
  const { job_id } = await retryJob(me, { run_id: failed?.id ?? 0 });
  await until(() => isThen(job_id));
  await servers.end(runner, "SIGKILL");
  await servers.start();
  await until(() => isOver(job_id));
  expect((await jobOf(job_id)).state).toBe("done");
  expect(await ran("counter")).toEqual({ a: 1, b: 2, c: 2 });
  expect(await ran("behind")).toEqual({ a: 1, b: 1, c: 1 });
  const types = await t.db.select({ types: tables.images.types }).from(tables.images);
  expect(types).toEqual(Array(3).fill({ types: { ic: true } }));
});

test.each([
  ["after a task was skipped", 1],
  ["in the next task", 2],
])(
  "killed %s: what is missing was decided once, a new image does not reach a task that was passed",
  async (_when, runs) => {
    const runner = await servers.start();
    const { job, addImage } = await failedJob();
    const target = { workflow_id: job.workflow_id ?? 0, dataset_id: world.dataset.id };
    const { job_id } = await continueJob(me, { ...target, first_task_index: 0 });
    await until(async () => (await runsOf(job_id)).length >= runs);
    await servers.end(runner, "SIGKILL");
    if (runs === 1) {
      // The first task was passed: an image that comes now is not its business any more.
      const [skipped] = await runsOf(job_id);
      expect(skipped).toMatchObject({ stage: "closed", state: "done", num_done: 0, num_kept: 3 });
      await addImage();
    }
    await servers.start();
    await until(() => isOver(job_id));
    expect((await jobOf(job_id)).state).toBe("done");
    expect(await ran("before")).toEqual({ a: 1, b: 1, c: 1 });
    expect(await ran("counter")).toMatchObject({ a: 1, b: 2, c: 2 });
    expect(await ran("behind")).toMatchObject({ a: 1, b: 1, c: 1 });
  },
);
