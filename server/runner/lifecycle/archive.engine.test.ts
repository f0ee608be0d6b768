/** The folder of a job that has ended becomes one archive: nothing of it is lost, whatever is killed, and its logs read as before. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, test } from "vitest";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { JobRow } from "@/db/schema";
import { listTree } from "@/server/platform/file-tree";
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
  setUpContinueWorld,
  t,
  unitsOf,
  world,
} from "../engine/testing";
import { Wake } from "../engine/wake";
import { LocalExecutor } from "../executors/local";
import { LeaseLostError, claimLease } from "../store/lease";
import { startRunner } from "..";
import { makeJob, silentLog } from "../testing";
import { archiveJob } from "./archive";
import type { ArchiveStep } from "./archive";
import { answerCall } from "./calls";
import { removeOldArchives } from "./old-archives";

setUpContinueWorld();
const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const jobOf = async (id: number) => one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, id)));
const leaseOf = (id: number) =>
  t.db.execute<{ token: number; pause: number }>(sql`
    SELECT token, extract(epoch FROM expires_at - clock_timestamp())::float8 AS pause
    FROM lease WHERE kind = 'janitor' AND id = ${id}`);
const folderOf = (job: JobRow) => job.working_dir ?? "";
const zipOf = (job: JobRow) => `${folderOf(job)}.zip`;
const namesBeside = (job: JobRow) => readdir(path.dirname(folderOf(job)));

async function claim(jobId: number) {
  await t.db.execute(sql`UPDATE lease SET expires_at = '-infinity' WHERE kind = 'janitor' AND id = ${jobId}`);
  // Others of this file may wait too.
  for (;;) {
    const key = await claimLease(t.db, "janitor", "test");
    if (key?.id === jobId) return key;
    if (key === null) throw new Error(`nobody waits for the archive of job ${jobId}`);
  }
}

/** One pass of the janitor over one job. */
async function archive(jobId: number, onStep?: (step: ArchiveStep) => void): Promise<JobRow> {
  const key = await claim(jobId);
  const lease = { key, signal: new AbortController().signal, isFresh: () => true };
  const deps = { db: t.db, log: silentLog, lease, wake: new Wake() };
  await archiveJob(deps, jobId, onStep ? { onStep } : {});
  return jobOf(jobId);
}

/** What a folder holds: bytes of files, `null` for folders. */
async function contentOf(folder: string): Promise<Record<string, string | null>> {
  const content: Record<string, string | null> = {};
  for (const { name, kind } of await listTree(folder))
    content[name] = kind === "folder" ? null : await readFile(path.join(folder, name), "base64");
  return content;
}

/** The same of an archive, read by another program. */
function contentOfZip(zip: string): Record<string, string | null> {
  const program = `
import base64, json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps({i.filename.rstrip("/"): None if i.is_dir() else base64.b64encode(z.read(i)).decode() for i in z.infolist()}))`;
  const out = execFileSync("python3", ["-c", program, zip], { encoding: "utf8", maxBuffer: 2 ** 30 });
  return JSON.parse(out) as Record<string, string | null>;
}

async function askLog(unit_id: number, offset = 0, max_bytes = 256 * 1024) {
  const call = { id: 0, kind: "unit_log" as const, args: { unit_id, offset, max_bytes } };
  const answer = await answerCall(
    t.db,
    () => new LocalExecutor("python3"),
    call,
    new AbortController().signal,
  );
  if (!("text" in answer)) throw new Error("no log");
  return answer;
}
/** As the page reads a long log: piece after piece. */
async function piecesOf(unitId: number, max_bytes: number) {
  const pieces = [await askLog(unitId, 0, max_bytes)];
  for (let last = pieces[0]; last && !last.ended; last = pieces.at(-1))
    pieces.push(await askLog(unitId, last.next_offset, max_bytes));
  return pieces;
}
async function logsOf(job: JobRow) {
  const logs = [];
  for (const run of await runsOf(job.id))
    for (const unit of await unitsOf(run.id)) logs.push(await piecesOf(unit.id, 50_000));
  return logs;
}

const LONG = "µ a line of a long log\n".repeat(8_000);
const bigOutput = {
  image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: "x".repeat(99_000) } }],
};

async function makeDone(): Promise<JobRow> {
  await addABCD();
  return first([
    { type: "parallel", args: { print: "short", out: bigOutput } },
    { type: "parallel", args: { print: LONG, out: seen } },
  ]);
}

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

describe("killed in the middle", () => {
  /** Its exit is awaited; what it did shows on the disk. */
  function runProcess(dieAt: ArchiveStep | null) {
    const child = spawn(process.execPath, ["--import", "tsx", "e2e/support/runner-process.ts"], {
      env: { ...process.env, DATABASE_URL: t.url, ...(dieAt === null ? {} : { DIE_AT: dieAt }) },
      stdio: "ignore",
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once("exit", (_code, signal) => resolve(signal)),
    );
    cleanUps.push(() => child.kill("SIGKILL"));
    return { ended };
  }
  async function finish(job: JobRow): Promise<void> {
    runProcess(null);
    while ((await jobOf(job.id)).archived_at === null)
      await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const makeOne = async () => {
    await addABCD();
    return first([{ type: "parallel", args: { print: LONG, out: bigOutput } }]);
  };

  test.each([
    ["writing", ["folder"]],
    ["checked", ["folder", "unfinished"]],
    ["renamed", ["folder", "archive"]],
    ["removed", ["archive"]],
  ] as const)("%s: the folder or the archive is whole, and the next runner finishes", async (step, left) => {
    const job = await makeOne();
    const before = await contentOf(folderOf(job));
    expect(await runProcess(step).ended).toBe("SIGKILL");
    const kinds = (await namesBeside(job)).map((name) =>
      name.endsWith(".tmp") ? "unfinished" : name.endsWith(".zip") ? "archive" : "folder",
    );
    expect(kinds.sort()).toEqual([...left].sort());
    if (kinds.includes("folder")) expect(await contentOf(folderOf(job))).toEqual(before);
    if (kinds.includes("archive")) expect(contentOfZip(zipOf(job))).toEqual(before);
    expect((await jobOf(job.id)).archived_at).toBeNull();
    await finish(job);
    expect(await namesBeside(job)).toEqual([path.basename(zipOf(job))]);
    expect(contentOfZip(zipOf(job))).toEqual(before);
  });

  test("with the folder half removed: logs are still read, and the archive is not made anew from the rest", async () => {
    const job = await makeOne();
    const [before, logs] = [await contentOf(folderOf(job)), await logsOf(job)];
    await runProcess("renamed").ended;
    const gone = Object.keys(before).find((name) => name.endsWith("logs.txt")) ?? "";
    await rm(path.join(folderOf(job), gone));
    await rm(path.join(folderOf(job), "workflow.log"));
    expect(await logsOf(job)).toEqual(logs);
    await finish(job);
    expect(await namesBeside(job)).toEqual([path.basename(zipOf(job))]);
    expect(contentOfZip(zipOf(job))).toEqual(before);
  });
});

describe("the folder is kept, and the job says why", () => {
  const makeShort = async () => {
    await addABCD();
    return first([{ type: "parallel", args: { print: "a", out: seen } }]);
  };

  test("while it is not proven that its workers have ended", async () => {
    const job = await makeShort();
    const set = (state: "launched" | "closed") => t.db.update(tables.batches).set({ state });
    await set("launched");
    const kept = await archive(job.id);
    expect(kept).toMatchObject({ archived_at: null });
    expect(kept.archive_problem).toMatch(/1 of its batches are not known to have ended/);
    expect(await namesBeside(job)).toEqual([path.basename(folderOf(job))]);
    await set("closed");
    expect(await archive(job.id)).toMatchObject({ archive_problem: null });
  });

  test("each pause is longer than the one before", async () => {
    const job = await makeShort();
    await t.db.update(tables.batches).set({ state: "launched" });
    for (const seconds of [30, 60, 120]) {
      await archive(job.id);
      const { pause } = one([...(await leaseOf(job.id))]);
      expect(pause).toBeGreaterThan(seconds - 10);
      expect(pause).toBeLessThanOrEqual(seconds);
    }
    await t.db.update(tables.batches).set({ state: "closed" });
  });

  test("while something still writes into it", async () => {
    const job = await makeShort();
    const add = (step: ArchiveStep) => {
      if (step === "writing") execFileSync("touch", [path.join(folderOf(job), "late")]);
    };
    expect((await archive(job.id, add)).archive_problem).toMatch(/Something still writes into it/);
    expect(await namesBeside(job)).toEqual([path.basename(folderOf(job))]);
    await appendFile(path.join(folderOf(job), "late"), "words");
    const before = await contentOf(folderOf(job));
    await archive(job.id);
    expect(contentOfZip(zipOf(job))).toEqual(before);
  });

  test("when beside it lies an archive that does not hold it all", async () => {
    const job = await makeShort();
    await archive(job.id);
    await t.db.update(tables.jobs).set({ archived_at: null }).where(eq(tables.jobs.id, job.id));
    await t.db.insert(tables.leases).values({ kind: "janitor", id: job.id });
    await mkdir(folderOf(job));
    await writeFile(path.join(folderOf(job), "new"), "not in the archive");
    const kept = await archive(job.id);
    expect(kept.archive_problem).toMatch(/new is not in/);
    expect(await contentOf(folderOf(job))).toHaveProperty("new");
  });

  test("on a full disk, with the numbers; it is archived when there is room", async (context) => {
    const disk = file("disk");
    await mkdir(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      context.skip("only where this account may mount a small disk");
    }
    cleanUps.push(() => execFileSync("umount", ["-l", disk]));
    await t.db
      .update(tables.resources)
      .set({ jobs_local_dir: path.join(disk, "jobs") })
      .where(eq(tables.resources.id, world.resource.id));
    const job = await makeShort();
    expect(job.state).toBe("done");
    const noise = path.join(folderOf(job), "noise");
    execFileSync("dd", ["if=/dev/urandom", `of=${noise}`, "bs=1k", "count=1200"], { stdio: "ignore" });
    const filler = path.join(disk, "filler");
    const fill = () => {
      try {
        execFileSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=1k"], { stdio: "ignore" });
      } catch {
        // That is the point.
      }
    };
    const before = await contentOf(folderOf(job));
    fill();
    expect((await archive(job.id)).archive_problem).toMatch(
      /needs up to 2 MB on the disk of .* where \d MB are free/,
    );
    await rm(filler);
    const full = await archive(job.id, (step) => {
      if (step === "writing") fill();
    });
    expect(full.archive_problem).toMatch(/The disk of .* is full\. It is kept as it is, and tried again/);
    expect(await namesBeside(job)).toEqual([path.basename(folderOf(job))]);
    expect(await contentOf(folderOf(job))).toEqual(before);
    await rm(filler);
    expect(await archive(job.id)).toMatchObject({ archive_problem: null });
    expect(contentOfZip(zipOf(job))).toEqual(before);
  });

  test("a folder that somebody removed is told, and not looked for again", async () => {
    const job = await makeShort();
    const [unit] = await unitsOf((await firstRunOf(job.id)).id);
    await rm(folderOf(job), { recursive: true });
    expect(await archive(job.id)).toMatchObject({
      archived_at: null,
      archive_problem: "The folder is not there any more: somebody removed it.",
    });
    expect(await leaseOf(job.id)).toHaveLength(0);
    expect(await askLog(unit?.id ?? 0)).toMatchObject({
      missing: "The log is not there any more: its folder was removed.",
    });
  });
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

test("a janitor that was overtaken writes nothing down", async () => {
  await addABCD();
  const job = await first([{ type: "parallel", args: { out: seen } }]);
  const key = await claim(job.id);
  await t.db.execute(sql`UPDATE lease SET token = token + 1 WHERE kind = 'janitor' AND id = ${job.id}`);
  const lease = { key, signal: new AbortController().signal, isFresh: () => true };
  const deps = { db: t.db, log: silentLog, lease, wake: new Wake() };
  await expect(archiveJob(deps, job.id)).rejects.toThrow(LeaseLostError);
  expect((await jobOf(job.id)).archived_at).toBeNull();
  // The other one finds the archive and goes on.
  expect(await archive(job.id)).toMatchObject({ archive_problem: null });
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
