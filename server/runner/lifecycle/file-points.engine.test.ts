/**
 * The server, or its worker with it, is killed in the middle of what it writes into files, and started again: the end is
 * the same as without a kill.
 */
import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import type { TinyTask, World } from "../testing";
import { contentOf, contentOfZip } from "./archive.testing";
import {
  HeldWorker,
  addNoise,
  atHalfFolder,
  stopAtHalfArchive,
  unfinishedBytes,
} from "./file-points.testing";
import {
  ended,
  inWorld,
  server,
  servers,
  setUpKilledServer,
  startAgain,
  submit,
  t,
  undisturbed,
} from "./killed-server.testing";
import { killedWorkflow, resultOf, stateOf } from "./killed-workflow.testing";
import { until } from "./testing";

setUpKilledServer();
type Batch = { folder: string; state: string; results_offset: number };
async function firstBatchOf(jobId: number): Promise<Batch> {
  const rows = await t.db.execute<Batch>(sql`
    SELECT b.folder, b.state, b.results_offset FROM batch b JOIN history_run r ON r.id = b.history_run_id
    WHERE r.job_id = ${jobId} ORDER BY b.id LIMIT 1`);
  if (!rows[0]) throw new Error(`job ${jobId} has no batch`);
  return rows[0];
}
const resultsOf = async (jobId: number) =>
  readFile(path.join((await firstBatchOf(jobId)).folder, "results.jsonl"), "utf8").catch(() => null);

test("the folder of a batch is half written", async () => {
  await inWorld(async (world) => {
    let id = 0;
    const act = async () => (id = await submit(world));
    const isMet = await atHalfFolder(t, servers, act, async (folder) => {
      expect(folder).toBe((await firstBatchOf(id)).folder);
      expect(await readdir(folder)).toEqual(["units.jsonl.tmp"]);
      expect((await readFile(path.join(folder, "units.jsonl.tmp"), "utf8")).trim().split("\n")).toHaveLength(
        1,
      );
      await servers.end(server, "SIGKILL");
    });
    expect(isMet).toBe(true);
    await startAgain();
    expect(await resultOf(world, await ended(id))).toEqual(undisturbed);
    // Written again and run there, not given up for another one: the compound task has two.
    const batches = await t.db.execute(
      sql`SELECT 1 FROM batch b JOIN history_run r ON r.id = b.history_run_id WHERE r.job_id = ${id}`,
    );
    expect(batches).toHaveLength(4);
  });
});

describe("a worker has claimed its batch and not yet said a word", () => {
  async function hold(world: World) {
    const worker = await HeldWorker.in(world, "claimed");
    const id = await submit(world);
    await worker.stands();
    const { folder } = await firstBatchOf(id);
    expect((await stat(path.join(folder, "claim"))).isDirectory()).toBe(true);
    expect(await resultsOf(id)).toBeNull();
    await servers.end(server, "SIGKILL");
    return { worker, id };
  }

  test("the server is killed: its next one waits for the worker", async () => {
    await inWorld(async (world) => {
      const { worker, id } = await hold(world);
      await startAgain();
      await until(async () => (await firstBatchOf(id)).state === "launched");
      await worker.goOn();
      expect(await resultOf(world, await ended(id))).toEqual(undisturbed);
    });
  });

  test("both are killed: the calls are made in another batch", async () => {
    await inWorld(async (world) => {
      const { worker, id } = await hold(world);
      await worker.kill();
      await startAgain();
      expect(await resultOf(world, await ended(id))).toEqual(undisturbed);
    });
  });
});

describe("the line of a result is half written", () => {
  /** Only on its own images, so that what was interrupted is repeated. */
  const harmless = (world: World) =>
    killedWorkflow(world).map((task, order): TinyTask => (order === 0 ? { ...task, input_types: {} } : task));
  async function hold(world: World, tasks: TinyTask[]) {
    const worker = await HeldWorker.in(world, "half_line");
    const id = await submit(world, tasks);
    await worker.stands();
    const text = (await resultsOf(id)) ?? "";
    expect(text).toMatch(/\n\{"e":"end"[^\n]+$/);
    await servers.end(server, "SIGKILL");
    return { worker, id, whole: Buffer.byteLength(text.slice(0, text.lastIndexOf("\n") + 1)) };
  }

  test("the server is killed: its next one reads the line when it is whole", async () => {
    await inWorld(async (world) => {
      const { worker, id, whole } = await hold(world, killedWorkflow(world));
      await startAgain();
      await until(async () => (await firstBatchOf(id)).results_offset === whole);
      await worker.goOn();
      expect(await resultOf(world, await ended(id))).toEqual(undisturbed);
    });
  });

  test("both are killed: the half line is nothing, and what had no end is repeated", async () => {
    await inWorld(async (world) => {
      const { worker, id } = await hold(world, harmless(world));
      await worker.kill();
      await startAgain();
      const { calls, ...rest } = await resultOf(world, await ended(id));
      expect({ ...rest, calls: [...new Set(calls)] }).toEqual(undisturbed);
      const interrupted = await t.db.execute<{ zarr_url: string }>(sql`
        SELECT u.zarr_url FROM unit_attempt a JOIN history_unit u ON u.id = a.unit_id
        JOIN history_run r ON r.id = u.history_run_id WHERE r.job_id = ${id} AND a.state = 'interrupted'`);
      const mayRunTwice = [...interrupted].map(({ zarr_url }) => `0 ${zarr_url.replace(world.zarrDir, "")}`);
      const twice = calls.filter((call, i) => call === calls[i - 1]);
      // At least the one of the line had done its work.
      expect(twice.length).toBeGreaterThan(0);
      expect(mayRunTwice).toEqual(expect.arrayContaining(twice));
      expect(new Set(twice).size).toBe(twice.length);
      expect(calls).toHaveLength(undisturbed.calls.length + twice.length);
    });
  });
});

test("the archive is half written: the folder is whole, and the next one makes the archive anew", async () => {
  await inWorld(async (world) => {
    const id = await submit(world);
    const jobNow = async () =>
      (
        await t.db.execute<{ working_dir: string | null; archived_at: string | null }>(
          sql`SELECT working_dir, archived_at FROM job WHERE id = ${id}`,
        )
      )[0];
    const folder = await until(async () => {
      const dir = (await jobNow())?.working_dir;
      return dir && (await stat(dir).catch(() => null)) && dir;
    });
    await addNoise(folder);
    expect(await stopAtHalfArchive(server, folder)).toBe(true);
    expect(await stateOf(t.db, id)).toBe("done");
    await expect(stat(`${folder}.zip`)).rejects.toThrow("ENOENT");
    const before = await contentOf(folder);
    await servers.end(server, "SIGKILL");
    expect(await unfinishedBytes(folder)).toBeGreaterThan(0);
    await startAgain();
    await until(async () => (await jobNow())?.archived_at);
    expect(await readdir(path.dirname(folder))).toEqual([`${path.basename(folder)}.zip`]);
    expect(contentOfZip(`${folder}.zip`)).toEqual(before);
    expect(await resultOf(world, id)).toEqual(undisturbed);
  });
});
