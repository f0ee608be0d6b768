/**
 * Points of the engine that only files show: a batch folder half written, a claim without a word of its worker, a result
 * line and an archive half written. Whoever writes there is held in the middle by the test, not by the product.
 */
import { randomBytes } from "node:crypto";
import type { ChildProcess } from "node:child_process";
import { chmod, readFile, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import postgres from "postgres";
import { resources } from "@/db/schema";
import type { TestDb } from "@/db/testing";
import type { World } from "../testing";
import { entersState } from "./killed-workflow.testing";
import { until } from "./testing";
import type { Servers, Transition } from "./testing";

const HELD_WORKER = path.resolve("e2e/support/held_worker.py");
/** Random bytes do not become fewer: an archive with them is not whole before it is as large. */
const NOISE_BYTES = 16 * 1024 * 1024;
const INTENDED: Transition = { table: "batch", event: "UPDATE", when: entersState("launching") };

const deadline = (patienceMs: number) => {
  const giveUpAt = performance.now() + patienceMs;
  return () => performance.now() > giveUpAt && ("late" as const);
};

/** The first worker of a world that comes to the point stands still there. */
export class HeldWorker {
  private constructor(private readonly mark: string) {}

  /** Before the jobs of the world begin. */
  static async in(world: World, point: "claimed" | "half_line"): Promise<HeldWorker> {
    const mark = path.join(world.folder, "held");
    const python = path.join(world.folder, "python");
    await writeFile(python, `#!/bin/sh\nexec python3 '${HELD_WORKER}' ${point} '${mark}' "$@"\n`);
    await chmod(python, 0o700);
    const document = {
      ...world.resource.document,
      tasks_python_config: { default_version: "3.11", versions: { "3.11": python } },
    };
    await world.db.update(resources).set({ document }).where(eq(resources.id, world.resource.id));
    return new HeldWorker(mark);
  }

  /** @returns False if no worker came there in that time; none will stand still after that. */
  async stands(patienceMs = Infinity): Promise<boolean> {
    const isLate = deadline(patienceMs);
    const found = await until(async () => (await this.#pid()) ?? isLate());
    if (found !== "late") return true;
    await writeFile(this.mark, "", { flag: "wx" }).catch(() => this.#send("SIGCONT"));
    return false;
  }

  goOn(): Promise<void> {
    return this.#send("SIGCONT");
  }

  kill(): Promise<void> {
    return this.#send("SIGKILL");
  }

  async #send(signal: NodeJS.Signals): Promise<void> {
    process.kill(await until(() => this.#pid()), signal);
  }

  async #pid(): Promise<number | null> {
    const text = await readFile(this.mark, "utf8").catch(() => "");
    return text.endsWith("\n") ? Number(text) : null;
  }
}

/**
 * Holds a server that writes the folder of a batch: the first line is there, the calls are still to be read.
 *
 * @param act       What makes a server launch a batch.
 * @param meanwhile Done with the folder half written; the server must not outlive it.
 * @returns False if no folder was written in that time.
 */
export async function atHalfFolder(
  t: TestDb,
  servers: Servers,
  act: () => Promise<unknown>,
  meanwhile: (folder: string) => Promise<unknown>,
  patienceMs = Infinity,
): Promise<boolean> {
  const isLate = deadline(patienceMs);
  const locker = postgres(t.url, { max: 1, fetch_types: false });
  try {
    // The launch is intended; before it is carried out, nobody may read calls any more.
    const lock = () => locker.unsafe("BEGIN; LOCK TABLE unit_attempt IN ACCESS EXCLUSIVE MODE");
    if (!(await servers.holdAt(INTENDED, "after", act, lock, patienceMs))) return false;
    const folder = await until(async () => {
      const rows = await t.db.execute<{ folder: string }>(
        sql`SELECT folder FROM batch WHERE state = 'launching'`,
      );
      for (const { folder } of rows)
        if ((await sizeOf(path.join(folder, "units.jsonl.tmp"))) > 0) return folder;
      return isLate();
    });
    if (folder === "late") return false;
    await meanwhile(folder);
    return true;
  } finally {
    await locker.end();
  }
}

/** Makes the archive of a job's folder large. */
export const addNoise = (folder: string) => writeFile(path.join(folder, "noise"), randomBytes(NOISE_BYTES));

/**
 * Stops the process of a server in the middle of the bytes of a job's archive.
 *
 * @param folder The job's, with noise in it.
 * @returns False if it was not met there in that time.
 */
export async function stopAtHalfArchive(
  server: ChildProcess,
  folder: string,
  patienceMs = Infinity,
): Promise<boolean> {
  const isLate = deadline(patienceMs);
  const found = await until(async () => (await unfinishedBytes(folder)) > 0 || isLate());
  if (found === "late") return false;
  server.kill("SIGSTOP");
  const bytes = await unfinishedBytes(folder);
  if (bytes > 0 && bytes < NOISE_BYTES) return true;
  server.kill("SIGCONT");
  return false;
}

/** Of the archives of a job's folder that have not got their name. */
export async function unfinishedBytes(folder: string): Promise<number> {
  const place = path.dirname(folder);
  const names = (await readdir(place)).filter(
    (name) => name.startsWith(`${path.basename(folder)}.zip.`) && name.endsWith(".tmp"),
  );
  const sizes = await Promise.all(names.map((name) => sizeOf(path.join(place, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
