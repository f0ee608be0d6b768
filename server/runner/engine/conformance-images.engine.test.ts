/**
 * The conformance checklist (runner specification §10): which images a task gets, and what becomes of the list.
 * Tiny tasks through the real worker; each test carries the number of its item.
 */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import { addTestImages, makeJob } from "../testing";
import {
  addImages,
  endOf,
  failing,
  file,
  imageList,
  listImages,
  run,
  runsOf,
  seen,
  setUpWorld,
  t,
  unitsOf,
  until,
  url,
  world,
} from "./testing";

setUpWorld();

/** A converter whose items return what is given, `null` being nothing. */
const returning = (outputs: Record<string, object | null>) => ({
  type: "converter_compound" as const,
  initArgs: {
    out: {
      parallelization_list: Object.entries(outputs).map(([name, out]) => ({
        zarr_url: url(name),
        init_args: { out },
      })),
    },
  },
});
const updates = (...image_list_updates: object[]) => ({ image_list_updates });
const urlsOf = async (runId: number) =>
  (await unitsOf(runId)).map((unit) => unit.zarr_url && path.basename(unit.zarr_url));

test("10.6 output types win over returned types, a null attribute unsets, unknown keys are ignored", async () => {
  await addTestImages(world, [{ zarr_url: url("a"), attributes: { k: 1, j: 2 } }]);
  const image = {
    zarr_url: url("a"),
    attributes: { k: null },
    types: { t: false, own: 1 },
    path: "/x",
    v: {},
  };
  const { job } = await run([
    { type: "non_parallel", args: { out: updates(image) }, output_types: { t: true } },
  ]);
  expect(job.state, job.log ?? "").toBe("done");
  expect(await listImages()).toEqual({ a: { j: 2, t: true, own: true } });
});

test("10.7 edit, derive again, add and remove; what is derived inherits from its origin, an unknown origin is kept", async () => {
  await addTestImages(world, [
    { zarr_url: url("raw"), attributes: { well: "A1" }, types: { is_3D: true } },
    { zarr_url: url("gone") },
    { zarr_url: url("flat"), attributes: { old: 1 }, types: { extra: true } },
    { zarr_url: url("edited"), origin: url("raw"), attributes: { well: "B1" } },
  ]);
  const out = {
    ...updates(
      { zarr_url: url("flat"), origin: url("raw"), types: { is_3D: false } },
      { zarr_url: url("edited"), attributes: { n: 1 } },
      { zarr_url: url("new"), origin: url("raw") },
      { zarr_url: url("newer"), origin: url("new"), attributes: { n: 2 } },
      { zarr_url: url("orphan"), origin: "/nowhere" },
    ),
    image_list_removals: [url("gone")],
  };
  const { job, runs } = await run([{ type: "non_parallel", args: { out } }]);
  expect(job.state, job.log ?? "").toBe("done");
  const raw = { attributes: { well: "A1" }, types: { is_3D: true } };
  expect(await imageList()).toEqual([
    { zarr_url: url("raw"), origin: null, ...raw },
    { zarr_url: url("flat"), origin: url("raw"), attributes: { well: "A1" }, types: { is_3D: false } },
    { zarr_url: url("edited"), origin: url("raw"), attributes: { well: "B1", n: 1 }, types: {} },
    { zarr_url: url("new"), origin: url("raw"), ...raw },
    { zarr_url: url("newer"), origin: url("new"), attributes: { well: "A1", n: 2 }, types: raw.types },
    { zarr_url: url("orphan"), origin: "/nowhere", attributes: {}, types: {} },
  ]);
  expect(one(runs).num_new_images).toBe(3);
});

test("10.8 equal results of two calls are one; calls that contradict each other fail, the others' work stays", async () => {
  const x = (v: number) => updates({ zarr_url: url("x"), attributes: { v } });
  const y = updates({ zarr_url: url("y") });
  const { job, runs } = await run([returning({ a: y, b: x(1), c: y, d: x(2) })]);
  expect(job.state).toBe("failed");
  expect(one(runs)).toMatchObject({ num_done: 3, num_failed: 2, num_new_images: 1 });
  const causes = (await unitsOf(one(runs).id)).map((unit) => unit.cause?.kind ?? null);
  expect(causes).toEqual([null, null, "output_conflict", null, "output_conflict"]);
  expect(Object.keys(await listImages())).toEqual(["y"]);
});

test("10.8 an image outside zarr_dir and the removal of a missing one fail only the calls that returned them", async () => {
  const { runs } = await run([
    returning({
      a: updates({ zarr_url: `${world.zarrDir}2/x` }),
      b: { image_list_removals: [url("nothing")] },
      c: updates({ zarr_url: url("c") }),
    }),
  ]);
  const evidence = (await unitsOf(one(runs).id)).map((unit) => unit.cause?.evidence ?? null);
  expect(evidence).toEqual([
    null,
    expect.stringContaining("Cannot create image if zarr_url is not a subfolder of zarr_dir."),
    expect.stringContaining("Cannot remove missing image"),
    null,
  ]);
  expect(Object.keys(await listImages())).toEqual(["c"]);
});

test("10.9 if no call returned anything, the images of those that are done count as updated; else only what was returned", async () => {
  await addImages("a", "b", "c");
  const nothing = await run([
    { type: "parallel", args: { fail_on: "/b" }, input_types: { ic: false }, output_types: { ic: true } },
  ]);
  expect(nothing.job.state).toBe("failed");
  expect(await listImages()).toEqual({ a: { ic: true }, b: {}, c: { ic: true } });
  const mixed = await run([
    {
      ...returning({ a: updates({ zarr_url: url("a") }), c: null }),
      type: "compound",
      output_types: { m: true },
    },
  ]);
  expect(mixed.job.state, mixed.job.log ?? "").toBe("done");
  expect(await listImages()).toEqual({ a: { ic: true, m: true }, b: {}, c: { ic: true } });
});

test("10.10 types flow from task to task; those of a workflow task do not stick (example 1.12-E)", async () => {
  const make = updates({ zarr_url: url("raw"), types: { is_3D: true } });
  const { job, runs } = await run([
    { type: "converter_non_parallel", args: { out: make } },
    { type: "parallel", input_types: { ic: false }, output_types: { ic: true } },
    {
      type: "non_parallel",
      args: { out: updates({ zarr_url: url("mip"), origin: url("raw") }) },
      input_types: { is_3D: true },
      output_types: { is_3D: false },
    },
    { type: "parallel", command: ["true"] },
    { type: "parallel", command: ["true"], type_filters: { is_3D: true } },
    { type: "parallel", command: ["true"] },
  ]);
  expect(job.state, job.log ?? "").toBe("done");
  const flat = { ic: true, is_3D: false };
  expect(runs.map((r) => r.current_type_filters)).toEqual([{}, {}, { ic: true }, flat, flat, flat]);
  expect(await Promise.all(runs.slice(3).map((r) => urlsOf(r.id)))).toEqual([["mip"], ["raw"], ["mip"]]);
});

test("10.11 attribute filters hold for the whole job; an image without the attribute never matches", async () => {
  await addTestImages(world, [
    { zarr_url: url("a"), attributes: { well: "A1" } },
    { zarr_url: url("b"), attributes: { well: "B1" } },
    { zarr_url: url("c") },
  ]);
  const { runs } = await run([{ type: "parallel" }, { type: "non_parallel", args: { out: seen } }], {
    attribute_filters: { well: ["A1", "Z9"] },
  });
  expect(await urlsOf(runs[0]?.id ?? 0)).toEqual(["a"]);
  expect(runs.map((r) => r.num_available_images)).toEqual([3, 3]);
  expect(one(await unitsOf(runs[1]?.id ?? 0)).args).toContain(`"zarr_urls":["${url("a")}"]`);
});

test("10.12 a type that an image does not carry is false, also for the types a job begins with", async () => {
  await addTestImages(world, [
    { zarr_url: url("silent") },
    { zarr_url: url("flat"), types: { is_3D: false } },
    { zarr_url: url("deep"), types: { is_3D: true } },
  ]);
  const { runs } = await run([{ type: "parallel" }], { type_filters: { is_3D: false } });
  expect(await urlsOf(one(runs).id)).toEqual(["silent", "flat"]);
  expect(one(runs).num_available_images).toBe(2);
});

test("10.13 a converter gets no images, whatever the filters; another task without images fails before it runs", async () => {
  await addImages("a");
  const { job, runs } = await run(
    [
      { type: "converter_non_parallel", args: { out: null } },
      { type: "parallel", input_types: { is_3D: true }, args: { counter: file("counter") } },
    ],
    { attribute_filters: { well: ["A1"] } },
  );
  expect(runs.map((r) => [r.state, r.num_available_images])).toEqual([
    ["done", 0],
    ["failed", 0],
  ]);
  expect(one(await unitsOf(runs[0]?.id ?? 0)).num_images).toBe(0);
  expect(await unitsOf(runs[1]?.id ?? 0)).toEqual([]);
  expect(existsSync(file("counter"))).toBe(false);
  expect(job.log).toContain(
    `Cannot run task 'Tiny 1' for an empty image list (obtained after applying type_filters={"is_3D":true} and attribute_filters={"well":["A1"]}).`,
  );
});

test("10.16 what ended well is in the list when the job is declared failed; later tasks do not start", async () => {
  await addImages("a", "b", "c");
  const { job, runs } = await run([
    { type: "parallel", args: failing({ out: seen, fail_on: "/b" }), output_types: { marked: true } },
    { type: "parallel" },
  ]);
  expect(job).toMatchObject({ state: "failed", cause: { kind: "task_error" } });
  expect(job.log).toContain(`ValueError: wrong input ${url("b")}`);
  expect(one(runs)).toMatchObject({ state: "failed", stage: "closed", num_done: 2, num_failed: 1 });
  const good = { seen: 1, marked: true };
  expect(await listImages()).toEqual({ a: good, b: {}, c: good });
});

test("10.17 the database refuses a second active job of a dataset", async () => {
  await addImages("a");
  const gate = file("gate");
  const job = await makeJob(world, [{ type: "parallel", args: { wait_for: gate } }]);
  await expect(makeJob(world, [{ type: "parallel" }])).rejects.toMatchObject({
    cause: { constraint_name: "job_one_active_per_dataset" },
  });
  await writeFile(gate, "");
  expect((await endOf(job.id)).state).toBe("done");
});

test("10.18 the drain switch is looked at before every task; what runs is finished", async () => {
  await addImages("a");
  const gate = file("gate");
  const job = await makeJob(world, [
    { type: "parallel", args: { wait_for: gate, out: seen } },
    { type: "parallel" },
  ]);
  await until(async () => (await runsOf(job.id)).some((r) => r.num_running === 1));
  await t.db
    .update(tables.resources)
    .set({ prevent_new_submissions: true })
    .where(eq(tables.resources.id, world.resource.id));
  await writeFile(gate, "");
  const ended = await endOf(job.id);
  expect(ended.log).toContain(
    `Cannot run 'Tiny 1', since the '${world.resource.name}' resource is not currently active.`,
  );
  expect((await runsOf(job.id)).map((r) => r.state)).toEqual(["done", "failed"]);
  expect(await listImages()).toEqual({ a: { seen: 1 } });
});

test("10.23 addresses that tasks return are normalised, and an image that is named in two ways is one", async () => {
  await addImages("a");
  const { runs } = await run([
    {
      type: "non_parallel",
      args: {
        out: {
          ...updates({ zarr_url: ` ${world.zarrDir}//b/./c/ `, origin: `${url("a")}//` }),
          image_list_removals: [`${world.zarrDir}/./a/`],
        },
      },
    },
    { type: "parallel", args: { out: updates({ zarr_url: `${world.zarrDir}/../x` }) } },
  ]);
  expect((await imageList()).map(({ zarr_url, origin }) => [zarr_url, origin])).toEqual([
    [url("b/c"), url("a")],
  ]);
  expect(one(await unitsOf(runs[1]?.id ?? 0)).cause?.evidence).toContain("Must not contain '/../'.");
});
