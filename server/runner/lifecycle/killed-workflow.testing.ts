/** A workflow to be killed in the middle, its transitions, and everything of its end that must not depend on kills. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import type { SQL } from "drizzle-orm";
import type { Db } from "@/db/client";
import { addTestImages } from "../testing";
import type { TinyTask, World } from "../testing";
import type { Transition } from "./testing";

const IMAGES = ["a", "b", "c"];

export const addKilledImages = (world: World) =>
  addTestImages(
    world,
    IMAGES.map((name) => ({ zarr_url: `${world.zarrDir}/${name}` })),
  );

/** In place (never twice), then a compound task that makes images, then one call over them all that removes one. */
export function killedWorkflow(world: World): TinyTask[] {
  const counter = (order: number) => path.join(world.folder, `counter-${order}`);
  const url = (name: string) => `${world.zarrDir}/${name}`;
  return [
    {
      type: "parallel",
      input_types: { flipped: false },
      output_types: { flipped: true },
      args: {
        counter: counter(0),
        out: { image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: true } }] },
      },
    },
    {
      type: "compound",
      output_types: { flat: true },
      initArgs: {
        counter: counter(1),
        out: {
          parallelization_list: IMAGES.map((name) => ({
            zarr_url: url(name),
            init_args: {
              out: { image_list_updates: [{ zarr_url: url(`${name}-flat`), origin: url(name) }] },
            },
          })),
        },
      },
      args: { counter: counter(1) },
    },
    {
      type: "non_parallel",
      args: { counter: counter(2), out: { image_list_removals: [url("a-flat")] } },
    },
  ];
}

export type Result = Awaited<ReturnType<typeof resultOf>>;

export async function stateOf(db: Db, jobId: number): Promise<string> {
  return (
    (await db.execute<{ state: string }>(sql`SELECT state FROM job WHERE id = ${jobId}`))[0]?.state ?? ""
  );
}

export async function resultOf(world: World, jobId: number) {
  const { db } = world;
  const short = (url: unknown) => (typeof url === "string" ? url.replace(world.zarrDir, "") : url);
  const rows = async <T extends Record<string, unknown>>(query: SQL) => [...(await db.execute<T>(query))];
  const images = await rows<{
    zarr_url: string;
    origin: string | null;
    attributes: unknown;
    removed: boolean;
  }>(sql`
    SELECT zarr_url, origin, attributes, types, removed_at IS NOT NULL AS removed FROM image
    WHERE dataset_id = ${world.dataset.id} ORDER BY position`);
  const units = await rows<{ zarr_url: string | null; state: string; accepted: number }>(sql`
    SELECT r."order", u.kind, u.position, u.zarr_url, u.state,
      (SELECT count(*)::int4 FROM unit_attempt a WHERE a.unit_id = u.id AND a.accepted) AS accepted
    FROM history_unit u JOIN history_run r ON r.id = u.history_run_id
    WHERE r.job_id = ${jobId} ORDER BY r."order", u.position`);
  return {
    state: await stateOf(db, jobId),
    images: images.map((image) => ({
      ...image,
      zarr_url: short(image.zarr_url),
      origin: short(image.origin),
    })),
    runs: await rows(sql`
      SELECT "order", stage, state, num_pending, num_running, num_done, num_failed, num_stopped, num_new_images
      FROM history_run WHERE job_id = ${jobId} ORDER BY "order"`),
    units: units.map((unit) => ({ ...unit, zarr_url: short(unit.zarr_url) })),
    records: await rows(sql`
      SELECT a.num_tasks, a.num_new_images FROM accounting_record a JOIN history_run r ON r.id = a.history_run_id
      WHERE r.job_id = ${jobId} ORDER BY r."order"`),
    leases: (await db.execute(sql`SELECT 1 FROM lease WHERE kind = 'job' AND id = ${jobId}`)).length,
    // How often each command really ran, whoever counted it: "order image".
    calls: (await Promise.all([0, 1, 2].map((order) => callsOf(world, order)))).flat().sort(),
  };
}

async function callsOf(world: World, order: number): Promise<string[]> {
  const text = await readFile(path.join(world.folder, `counter-${order}`), "utf8").catch(() => "");
  const names = text.split("\n").flatMap((line) => line.split(" ")[0] || []);
  return names.map((name) => `${order} ${name.replace(world.zarrDir, "")}`);
}

export const entersState = (state: string) =>
  `NEW.state = '${state}' AND OLD.state IS DISTINCT FROM NEW.state`;
export const entersStage = (order: number, stage: string) =>
  `NEW."order" = ${order} AND NEW.stage = '${stage}' AND OLD.stage IS DISTINCT FROM NEW.stage`;

export const TRANSITIONS: Record<string, Transition> = {
  "the queued job is claimed": {
    table: "lease",
    event: "UPDATE",
    when: "NEW.token > OLD.token AND NEW.kind = 'job'",
  },
  "the job runs and its folder is named": { table: "job", event: "UPDATE", when: entersState("running") },
  "images are selected": { table: "history_run", event: "INSERT", when: `NEW."order" = 0` },
  "units are planned": { table: "history_run", event: "UPDATE", when: entersStage(0, "planned") },
  "a batch is planned": { table: "batch", event: "INSERT", when: "true" },
  "the launch is intended": { table: "batch", event: "UPDATE", when: entersState("launching") },
  "the worker is launched and its handle stored": {
    table: "batch",
    event: "UPDATE",
    when: entersState("launched"),
  },
  "the start of a unit is read": { table: "unit_attempt", event: "UPDATE", when: entersState("started") },
  "the end of a unit is read": { table: "unit_attempt", event: "UPDATE", when: entersState("ended") },
  "results are read up to an offset": {
    table: "batch",
    event: "UPDATE",
    when: "NEW.results_offset > OLD.results_offset",
  },
  "a batch is closed": { table: "batch", event: "UPDATE", when: entersState("closed") },
  "the first call of a compound task is planned": {
    table: "history_run",
    event: "UPDATE",
    when: entersStage(1, "init"),
  },
  "the items of a compound task are planned": {
    table: "history_run",
    event: "UPDATE",
    when: entersStage(1, "planned"),
  },
  "an in-place task is merged": { table: "history_run", event: "UPDATE", when: entersStage(0, "merged") },
  "new images are merged": { table: "history_run", event: "UPDATE", when: entersStage(1, "merged") },
  "a removal is merged": { table: "history_run", event: "UPDATE", when: entersStage(2, "merged") },
  "a run is closed": { table: "history_run", event: "UPDATE", when: entersStage(0, "closed") },
  "the last run is closed": { table: "history_run", event: "UPDATE", when: entersStage(2, "closed") },
  "the log of the job is stored": {
    table: "job",
    event: "UPDATE",
    when: "NEW.log IS NOT NULL AND OLD.log IS NULL",
  },
  "the job is closed": { table: "job", event: "UPDATE", when: entersState("done") },
};
