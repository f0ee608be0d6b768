/** The folder of a job that has ended becomes one archive: nothing of it is lost, whatever is killed, and its logs read as before. */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import * as tables from "@/db/schema";
import { readZipEntry, sizeOfZipEntry } from "@/server/platform/zip";
import { getArchive } from "@/server/services/job/get-archive";
import {
  addABCD,
  endOf,
  failing,
  file,
  first,
  firstRunOf,
  goOn,
  listImages,
  me,
  ran,
  repair,
  retry,
  runsOf,
  seen,
  setUpWorld,
  t,
  unitsOf,
  world,
} from "../engine/testing";
import { startRunner } from "..";
import { makeJob, silentLog } from "../testing";
import {
  LONG,
  archive,
  askLog,
  contentOf,
  contentOfZip,
  folderOf,
  jobOf,
  leaseOf,
  logsOf,
  makeDone,
  namesBeside,
  zipOf,
} from "./archive.testing";
import { removeOldArchives } from "./old-archives";

setUpWorld();
const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

test("an archive holds what the folder held, entry by entry, and nothing else is left", async () => {
  const job = await makeDone();
  expect(job).toMatchObject({ state: "done", archived_at: null });
  const before = await contentOf(folderOf(job));
  expect(Object.keys(before).filter((name) => /out\/\d+\.json$/.test(name))).toHaveLength(4);
  expect(await archive(job.id)).toMatchObject({
    archived_at: expect.any(String) as string,
    archive_bytes: (await stat(zipOf(job))).size,
    archive_problem: null,
  });
  expect(await namesBeside(job)).toEqual([path.basename(zipOf(job))]);
  expect(contentOfZip(zipOf(job))).toEqual(before);
  expect(await leaseOf(job.id)).toHaveLength(0);
});

test("logs of units, and the job's own, read the same before and after", async () => {
  const job = await makeDone();
  const before = await logsOf(job);
  // The second task's logs are long enough to be stored as they are, the first one's are compressed.
  expect(before.map((pieces) => pieces.length)).toEqual([1, 1, 1, 1, 4, 4, 4, 4]);
  const after = await archive(job.id);
  expect(existsSync(folderOf(job))).toBe(false);
  expect(await logsOf(job)).toEqual(before);
  expect(before.flat().some(({ text }) => text.includes("µ a line"))).toBe(true);
  expect(after.log).toBe(job.log);
  expect(after.log).toContain("Start execution of job");
  const [, second = ""] = Object.keys(contentOfZip(zipOf(job))).filter((name) => name.endsWith("logs.txt"));
  const size = (await sizeOfZipEntry(zipOf(job), second)) ?? 0;
  expect(size).toBeGreaterThan(4 * LONG.length);
  expect((await readZipEntry(zipOf(job), second, size - 10, 100))?.length).toBe(10);
});

test("a unit whose worker was killed has its log from a file of its own, before and after", async () => {
  await addABCD();
  const { id } = await makeJob(world, [
    {
      type: "parallel",
      args: { print: "words before the end", wait_for: file("never") },
      // In place: not repeated by itself.
      input_types: { flipped: false },
      output_types: { flipped: true },
      meta: { parallel_tasks_per_job: 4 },
    },
  ]);
  const pidOf = async () => {
    const rows = await t.db.execute<{ pid: number | null }>(sql`
      SELECT (b.handle ->> 'pid')::int AS pid FROM batch b JOIN history_run r ON r.id = b.history_run_id
      WHERE r.job_id = ${id} AND r.num_running = 4`);
    return rows[0]?.pid ?? null;
  };
  let pid = await pidOf();
  for (; pid === null; pid = await pidOf()) await new Promise((resolve) => setTimeout(resolve, 30));
  process.kill(pid, "SIGKILL");
  const job = await endOf(id);
  expect(job.state).toBe("failed");
  const before = await logsOf(job);
  await archive(job.id);
  expect(await logsOf(job)).toEqual(before);
  expect(before.flat().map(({ text }) => text)).toEqual(Array(4).fill("words before the end\n"));
  expect(Object.keys(contentOfZip(zipOf(job))).filter((name) => /\d\.log$/.test(name))).toHaveLength(4);
});

test("a failed job is archived too; it can be continued and repeated from its archive", async () => {
  await addABCD();
  const args = failing({ fail_on: "b", out: seen });
  const job = await first([{ type: "parallel", args }]);
  expect(job.state).toBe("failed");
  const before = await contentOf(folderOf(job));
  expect(await archive(job.id)).toMatchObject({ archive_problem: null });
  expect(contentOfZip(zipOf(job))).toEqual(before);
  const again = await retry((await firstRunOf(job.id)).id);
  expect(again.state).toBe("failed");
  await archive(again.id);
  await repair();
  const next = await goOn(job);
  expect(next.state, next.log ?? "").toBe("done");
  expect(await ran("counter")).toEqual({ a: 1, b: 3, c: 1, d: 1 });
  expect(Object.values(await listImages())).toEqual(Array(4).fill({ seen: 1 }));
});

test("a stopped job is archived too", async () => {
  await addABCD();
  const { id } = await makeJob(world, [{ type: "parallel", args: { print: "a", wait_for: file("never") } }]);
  while (((await runsOf(id))[0]?.num_running ?? 0) === 0)
    await new Promise((resolve) => setTimeout(resolve, 30));
  await t.db.insert(tables.jobRequests).values({ job_id: id, kind: "stop_job", user_email: "u@example.org" });
  await t.db.execute(sql`SELECT pg_notify('fractal_runner', 'stop')`);
  const job = await endOf(id);
  expect(job.state).toBe("stopped");
  const [before, logs] = [await contentOf(folderOf(job)), await logsOf(job)];
  await archive(job.id);
  expect(contentOfZip(zipOf(job))).toEqual(before);
  expect(await logsOf(job)).toEqual(logs);
});

test("the server's runner does it by itself, once the job has ended", async () => {
  await addABCD();
  const job = await first([{ type: "parallel", args: { out: seen } }]);
  const real = await startRunner({ databaseUrl: t.url, dataDir: file("data"), log: silentLog });
  try {
    while ((await jobOf(job.id)).archived_at === null)
      await new Promise((resolve) => setTimeout(resolve, 30));
  } finally {
    await real.stop();
  }
  expect(await namesBeside(job)).toEqual([path.basename(zipOf(job))]);
});

test("an archive is removed when it is older than the retention, and everything says when", async () => {
  await addABCD();
  const job = await first([{ type: "parallel", args: { print: "a", out: seen } }]);
  await archive(job.id);
  const [unit] = await unitsOf((await firstRunOf(job.id)).id);
  await t.db.execute(sql`UPDATE job SET end_timestamp = now() - interval '10 days' WHERE id = ${job.id}`);
  await removeOldArchives(t.db, 11, silentLog);
  expect(await getArchive(me, { job_id: job.id })).toMatchObject({ path: zipOf(job) });
  await removeOldArchives(t.db, 9, silentLog);
  expect(await namesBeside(job)).toEqual([]);
  const { archive_removed_at } = await jobOf(job.id);
  const day = new Date().toISOString().slice(0, 10);
  expect(archive_removed_at).toContain(day);
  expect((await askLog(unit?.id ?? 0)).missing).toBe(
    `The log is not there any more: the archive of its job was removed for its age on ${day}.`,
  );
  await expect(getArchive(me, { job_id: job.id })).rejects.toThrow(`removed for its age on ${day}`);
  await removeOldArchives(t.db, 9, silentLog);
  expect((await jobOf(job.id)).archive_removed_at).toBe(archive_removed_at);
});
