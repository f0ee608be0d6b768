/** The archive of a job, killed and disturbed: the folder or the archive is whole, and the job says what stands in the way. */
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { appendFile, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, test } from "vitest";
import { SmallDisk } from "@/e2e/support/small-disk";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { JobRow } from "@/db/schema";
import { addABCD, first, firstRunOf, seen, setUpWorld, t, unitsOf, world } from "../engine/testing";
import { Wake } from "../engine/wake";
import { LeaseLostError } from "../store/lease";
import { silentLog } from "../testing";
import { archiveJob } from "./archive";
import type { ArchiveStep } from "./archive";
import {
  LONG,
  archive,
  askLog,
  bigOutput,
  claim,
  contentOf,
  contentOfZip,
  folderOf,
  jobOf,
  leaseOf,
  logsOf,
  namesBeside,
  zipOf,
} from "./archive.testing";
import { addNoise, stopAtHalfArchive } from "./file-points.testing";

setUpWorld();
const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
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
    return { child, ended };
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
    // Before the first byte.
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

  test("in the middle of the bytes: the folder is whole, beside an unfinished file that the next runner removes", async () => {
    const job = await makeOne();
    await addNoise(folderOf(job));
    const before = await contentOf(folderOf(job));
    const { child, ended } = runProcess(null);
    expect(await stopAtHalfArchive(child, folderOf(job))).toBe(true);
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    expect(await contentOf(folderOf(job))).toEqual(before);
    const names = [path.basename(folderOf(job)), expect.stringMatching(/\.zip\.\d+\.tmp$/) as string];
    expect(await namesBeside(job)).toEqual(names);
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
    expect(kept.archive_problem).toMatch(/not proven that all of its workers have ended \(1 not\)/);
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

  test("on a full disk, with the numbers; it is archived when there is room", async () => {
    const disk = new SmallDisk("3m");
    cleanUps.push(() => disk.remove());
    await t.db
      .update(tables.resources)
      .set({ jobs_local_dir: path.join(disk.folder, "jobs") })
      .where(eq(tables.resources.id, world.resource.id));
    const job = await makeShort();
    expect(job.state).toBe("done");
    const noise = path.join(folderOf(job), "noise");
    await writeFile(noise, randomBytes(1_200 * 1_024));
    const before = await contentOf(folderOf(job));
    disk.fill();
    expect((await archive(job.id)).archive_problem).toMatch(
      /needs up to 2 MB on the disk of .* where \d MB are free/,
    );
    disk.makeRoom();
    const full = await archive(job.id, (step) => {
      if (step === "writing") disk.fill();
    });
    expect(full.archive_problem).toMatch(/The disk of .* is full\. It is kept as it is, and tried again/);
    expect(await namesBeside(job)).toEqual([path.basename(folderOf(job))]);
    expect(await contentOf(folderOf(job))).toEqual(before);
    disk.makeRoom();
    expect(await archive(job.id)).toMatchObject({ archive_problem: null });
    expect(contentOfZip(zipOf(job))).toEqual(before);
  });

  test("a folder that somebody removed is told, and not looked for again", async () => {
    const job = await makeShort();
    const [unit] = await unitsOf((await firstRunOf(job.id)).id);
    await rm(folderOf(job), { recursive: true });
    expect(await archive(job.id)).toMatchObject({
      archived_at: null,
      archive_problem: "The folder is not there: it could not be made, or somebody removed it.",
    });
    expect(await leaseOf(job.id)).toHaveLength(0);
    expect(await askLog(unit?.id ?? 0)).toMatchObject({
      missing: "The log is not there any more: its folder was removed.",
    });
  });
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

describe("two runners", () => {
  /** Reached by one pass, the step makes the lease pass to another runner, without the first one's knowing it. */
  const loseAt = (step: ArchiveStep, jobId: number) => async (reached: ArchiveStep) => {
    if (reached === step)
      await t.db.execute(sql`UPDATE lease SET token = token + 1 WHERE kind = 'janitor' AND id = ${jobId}`);
  };
  const makeOne = async () => {
    await addABCD();
    return first([{ type: "parallel", args: { print: LONG, out: seen } }]);
  };

  test("one that slept through the loss of its lease gives no archive its name", async () => {
    const job = await makeOne();
    await expect(archive(job.id, loseAt("checked", job.id))).rejects.toThrow(LeaseLostError);
    expect(await namesBeside(job)).toEqual([path.basename(folderOf(job))]);
  });

  test("nor does it remove the folder", async () => {
    const job = await makeOne();
    const before = await contentOf(folderOf(job));
    await expect(archive(job.id, loseAt("renamed", job.id))).rejects.toThrow(LeaseLostError);
    expect(await contentOf(folderOf(job))).toEqual(before);
  });

  test("an archive that another one made meanwhile is not written over", async () => {
    const job = await makeOne();
    const kept = await archive(job.id, (step) => {
      if (step === "checked") writeFileSync(zipOf(job), "made by the other one");
    });
    expect(kept.archive_problem).toMatch(/EEXIST/);
    expect(await readFile(zipOf(job), "utf8")).toBe("made by the other one");
    expect(await namesBeside(job)).toContain(path.basename(folderOf(job)));
  });

  test("what the newer one writes is not cleaned away by the older", async () => {
    const job = await makeOne();
    const newer = `${zipOf(job)}.999.tmp`;
    await writeFile(newer, "under way");
    await writeFile(`${zipOf(job)}.0.tmp`, "left behind");
    await archive(job.id);
    expect((await namesBeside(job)).sort()).toEqual([zipOf(job), newer].map((file) => path.basename(file)));
  });
});

test("files with names that a zip reads differently, and links, are kept", async () => {
  await addABCD();
  const job = await first([{ type: "parallel", args: { out: seen } }]);
  await writeFile(path.join(folderOf(job), "a\\..\\b"), "backslashes");
  await writeFile(path.join(folderOf(job), "C:x"), "a colon");
  await symlink("/etc/hostname", path.join(folderOf(job), "link"));
  expect(await archive(job.id)).toMatchObject({ archive_problem: null });
  const text = (name: string) => Buffer.from(contentOfZip(zipOf(job))[name] ?? "", "base64").toString();
  expect(["a%5C..%5Cb", "C%3Ax", "link"].map(text)).toEqual(["backslashes", "a colon", "/etc/hostname"]);
});

describe("an archive that is not as it was", () => {
  const makeArchived = async () => {
    await addABCD();
    const job = await first([{ type: "parallel", args: { print: "words", out: seen } }]);
    await archive(job.id);
    const [unit] = await unitsOf((await firstRunOf(job.id)).id);
    return { job, unitId: unit?.id ?? 0 };
  };

  test("damaged: the log says so, with the archive's name", async () => {
    const { job, unitId } = await makeArchived();
    await truncate(zipOf(job), 100);
    await expect(askLog(unitId)).rejects.toThrow(`The archive ${zipOf(job)} cannot be read: `);
  });

  test("moved away: the log names it, and is read again when it is back", async () => {
    const { job, unitId } = await makeArchived();
    await rename(zipOf(job), `${zipOf(job)}.moved`);
    expect((await askLog(unitId)).missing).toBe(
      `The log is not there any more: the archive of its job, ${zipOf(job)}, was moved or removed.`,
    );
    await rename(`${zipOf(job)}.moved`, zipOf(job));
    expect((await askLog(unitId)).text).toBe("words\n");
  });
});
