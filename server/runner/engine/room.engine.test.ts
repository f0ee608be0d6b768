/** On a disk that is almost full nothing new begins; the job says so, and goes on by itself when there is room. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { DiskRule } from "@/server/domain/jobs/disk-rule";
import { SmallDisk } from "@/e2e/support/small-disk";
import { diskSpaceOf } from "@/server/platform/disk-space";
import { makeJob } from "../testing";
import {
  HOST,
  addABCD,
  batchesOf,
  endOf,
  file,
  firstRunOf,
  listImages,
  ran,
  runsOf,
  seen,
  setUpWorld,
  t,
  until,
  world,
} from "./testing";

/** More than any disk has. */
const ABSURD: DiskRule = { min_free_bytes: 1e18, min_free_percent: 0 };
const NONE: DiskRule = { min_free_bytes: 0, min_free_percent: 0 };
let rule = NONE;

setUpWorld({
  ...HOST,
  get minFree() {
    return rule;
  },
});
const cleanUps: (() => void)[] = [];
beforeEach(() => (rule = NONE));
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const jobOf = async (id: number) => one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, id)));
const heldUp = (id: number) => until(async () => (await jobOf(id)).held_up);

test("nothing begins; the job names the disk, the numbers and the way out; with room it goes on", async () => {
  rule = ABSURD;
  await addABCD();
  const { id } = await makeJob(world, [{ type: "parallel", args: { out: seen } }]);
  const why = await heldUp(id);
  const { mount } = (await diskSpaceOf(world.zarrDir)) ?? { mount: "" };
  expect(why).toMatch(
    /^The disk mounted at \S+, which holds the images of the dataset, has [\d.]+ .B free of [\d.]+ GB \([\d.]+ %\)/,
  );
  expect(why).toContain(`at ${mount},`);
  expect(why).toContain("Make room there: the job then goes on by itself.");
  const batches = await batchesOf((await firstRunOf(id)).id);
  expect(batches.map((batch) => batch.state)).toEqual(["planned"]);
  rule = NONE;
  expect(await endOf(id)).toMatchObject({ state: "done", held_up: null });
  expect(Object.values(await listImages())).toEqual(Array(4).fill({ seen: 1 }));
});

test("what runs is left alone; only what comes after it waits", async () => {
  await addABCD();
  const { id } = await makeJob(world, [
    { type: "parallel", args: { counter: file("counter"), wait_for: file("go"), out: seen } },
    { type: "parallel", args: { out: seen } },
  ]);
  await until(async () => ((await runsOf(id))[0]?.num_running ?? 0) > 0);
  rule = ABSURD;
  await writeFile(file("go"), "");
  await heldUp(id);
  const [before, after] = await runsOf(id);
  expect(before).toMatchObject({ state: "done", num_done: 4 });
  expect(after).toMatchObject({ num_pending: 4, num_running: 0 });
  rule = NONE;
  expect(await endOf(id)).toMatchObject({ state: "done" });
  expect(await ran("counter")).toEqual({ a: 1, b: 1, c: 1, d: 1 });
});

test("a job that is held up can be stopped", async () => {
  rule = ABSURD;
  await addABCD();
  const { id } = await makeJob(world, [{ type: "parallel", args: { out: seen } }]);
  await heldUp(id);
  await t.db.insert(tables.jobRequests).values({ job_id: id, kind: "stop_job", user_email: "u@example.org" });
  await t.db.execute(sql`SELECT pg_notify('fractal_runner', 'stop')`);
  expect(await endOf(id)).toMatchObject({ state: "stopped", held_up: null });
});

test("a disk that fills up for real, and is emptied again", async () => {
  await mkdir(world.zarrDir);
  const disk = new SmallDisk("40m", world.zarrDir);
  cleanUps.push(() => disk.remove());
  rule = { min_free_bytes: 20e6, min_free_percent: 0 };
  await addABCD();
  const filler = `${world.zarrDir}/filler`;
  await writeFile(filler, Buffer.alloc(30e6, 1));
  const { id } = await makeJob(world, [{ type: "parallel", args: { out: seen } }]);
  expect(await heldUp(id)).toContain(
    `The disk mounted at ${world.zarrDir}, which holds the images of the dataset, has 11.9 MB free of 41.9 MB (28.5 %); at least 20 MB must be free`,
  );
  await rm(filler);
  expect(await endOf(id)).toMatchObject({ state: "done", held_up: null });
});
