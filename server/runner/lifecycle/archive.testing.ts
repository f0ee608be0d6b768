/** What tests of the archive share: one pass of the janitor, and what a folder, an archive and its logs hold. */
import { execFileSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { one } from "@/db/rows";
import * as tables from "@/db/schema";
import type { JobRow } from "@/db/schema";
import { listTree } from "@/server/platform/file-tree";
import { addABCD, first, runsOf, seen, t, unitsOf } from "../engine/testing";
import { Wake } from "../engine/wake";
import { LocalExecutor } from "../executors/local";
import { claimLease } from "../store/lease";
import { silentLog } from "../testing";
import { archiveJob } from "./archive";
import type { ArchiveStep } from "./archive";
import { answerCall } from "./calls";

export const jobOf = async (id: number) =>
  one(await t.db.select().from(tables.jobs).where(eq(tables.jobs.id, id)));
export const leaseOf = (id: number) =>
  t.db.execute<{ token: number; pause: number }>(sql`
    SELECT token, extract(epoch FROM expires_at - clock_timestamp())::float8 AS pause
    FROM lease WHERE kind = 'janitor' AND id = ${id}`);
export const folderOf = (job: JobRow) => job.working_dir ?? "";
export const zipOf = (job: JobRow) => `${folderOf(job)}.zip`;
export const namesBeside = (job: JobRow) => readdir(path.dirname(folderOf(job)));

export async function claim(jobId: number) {
  await t.db.execute(sql`UPDATE lease SET expires_at = '-infinity' WHERE kind = 'janitor' AND id = ${jobId}`);
  // Others of this file may wait too.
  for (;;) {
    const key = await claimLease(t.db, "janitor", "test");
    if (key?.id === jobId) return key;
    if (key === null) throw new Error(`nobody waits for the archive of job ${jobId}`);
  }
}

/** One pass of the janitor over one job. */
export async function archive(
  jobId: number,
  onStep?: (step: ArchiveStep) => void | Promise<void>,
): Promise<JobRow> {
  const key = await claim(jobId);
  const lease = { key, signal: new AbortController().signal, isFresh: () => true };
  const deps = { db: t.db, log: silentLog, lease, wake: new Wake() };
  await archiveJob(deps, jobId, onStep ? { onStep } : {});
  return jobOf(jobId);
}

/** What a folder holds: bytes of files, `null` for folders. */
export async function contentOf(folder: string): Promise<Record<string, string | null>> {
  const content: Record<string, string | null> = {};
  for (const { name, kind } of await listTree(folder))
    content[name] = kind === "folder" ? null : await readFile(path.join(folder, name), "base64");
  return content;
}

/** The same of an archive, read by another program. */
export function contentOfZip(zip: string): Record<string, string | null> {
  const program = `
import base64, json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps({i.filename.rstrip("/"): None if i.is_dir() else base64.b64encode(z.read(i)).decode() for i in z.infolist()}))`;
  const out = execFileSync("python3", ["-c", program, zip], { encoding: "utf8", maxBuffer: 2 ** 30 });
  return JSON.parse(out) as Record<string, string | null>;
}

export async function askLog(unit_id: number, offset = 0, max_bytes = 256 * 1024) {
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
export async function piecesOf(unitId: number, max_bytes: number) {
  const pieces = [await askLog(unitId, 0, max_bytes)];
  for (let last = pieces[0]; last && !last.ended; last = pieces.at(-1))
    pieces.push(await askLog(unitId, last.next_offset, max_bytes));
  return pieces;
}

export async function logsOf(job: JobRow) {
  const logs = [];
  for (const run of await runsOf(job.id))
    for (const unit of await unitsOf(run.id)) logs.push(await piecesOf(unit.id, 50_000));
  return logs;
}

export const LONG = "µ a line of a long log\n".repeat(8_000);
export const bigOutput = {
  image_list_updates: [{ zarr_url: "$ZARR_URL", attributes: { seen: "x".repeat(99_000) } }],
};

export async function makeDone(): Promise<JobRow> {
  await addABCD();
  return first([
    { type: "parallel", args: { print: "short", out: bigOutput } },
    { type: "parallel", args: { print: LONG, out: seen } },
  ]);
}
