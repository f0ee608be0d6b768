/**
 * `npm run soak [-- --minutes 10 | --hours 8] [--seed 42]`: the server, its workers and its database are killed at random,
 * hour after hour, while jobs run. Ends with a table of kills and of what must hold; exit code 1 if anything did not.
 *
 * A kill at a transition stands in the middle of its transaction, see `server/runner/lifecycle/testing.ts`; one at a
 * point that only files show, in the middle of their bytes, see `file-points.testing.ts` beside it.
 */
import { existsSync } from "node:fs";
import { rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { ChildProcess } from "node:child_process";
import { sql } from "drizzle-orm";
import { closeDb, createDb } from "@/db/client";
import { startEmbedded } from "@/db/embedded";
import { preparePlace } from "@/db/embedded/place";
import { findPostmaster } from "@/db/embedded/postmaster";
import { migrate } from "@/db/migrate";
import { jobRequests } from "@/db/schema";
import type { TestDb } from "@/db/testing";
import { makeJob, makeWorld, silentLog } from "@/server/runner/testing";
import type { World } from "@/server/runner/testing";
import {
  TRANSITIONS,
  addKilledImages,
  entersState,
  killedWorkflow,
} from "@/server/runner/lifecycle/killed-workflow.testing";
import {
  HeldWorker,
  addNoise,
  atHalfFolder,
  stopAtHalfArchive,
} from "@/server/runner/lifecycle/file-points.testing";
import { Servers, until } from "@/server/runner/lifecycle/testing";
import type { Moment, Transition } from "@/server/runner/lifecycle/testing";
import { Ledger } from "./support/soak-ledger";
import { randomFrom } from "./support/random";

const STOPPING = "the job is stopping";
const ALL: Readonly<Record<string, Transition>> = {
  ...TRANSITIONS,
  [STOPPING]: { table: "job", event: "UPDATE", when: entersState("stopping") },
  "the archive of the job is stored": {
    table: "job",
    event: "UPDATE",
    when: "NEW.archived_at IS NOT NULL AND OLD.archived_at IS NULL",
  },
};
/** Points that only files show; the server is killed there, and where its worker stands there, half of the time that as well. */
const FILE_POINTS = {
  folder: "the folder of a batch is half written",
  claimed: "a worker has claimed its batch and said nothing",
  half_line: "the line of a result is half written",
  archive: "the archive of a job is half written",
};
const POINTS = [...Object.keys(ALL), ...Object.values(FILE_POINTS)];
/** Jobs that are under way at any time, and at most. */
const JOBS = 3;
const MOST_JOBS = 6;
/** A transition that does not come by then is tried again later. */
const PATIENCE_MS = 30_000;
/** Without a kill and without any job that ends: what is under way will not end any more. */
const LOST_MS = 5 * 60_000;
/** A line about how it goes. */
const SAY_MS = 60_000;
/** Below this, a run is too short to meet each transition. */
const FULL_RUN_MINUTES = 10;
const LEAST_KILLS = 3;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: "string" }, hours: { type: "string" }, seed: { type: "string" } },
  });
  const minutes = numberOf("--minutes", values.minutes) ?? (numberOf("--hours", values.hours) ?? 3 / 60) * 60;
  const seed = numberOf("--seed", values.seed) ?? Math.floor(Math.random() * 2 ** 31);
  say(`seed ${seed}, ${minutes} minutes`);
  const random = randomFrom(seed);

  const dataDir = await mkdtemp(path.join(tmpdir(), "fractal-soak-"));
  const embedded = await startEmbedded(dataDir, silentLog);
  await migrate(embedded.url);
  const db = createDb(embedded.url);
  const testDb: TestDb = { db, url: embedded.url, drop: () => Promise.resolve() };
  const servers = await Servers.of(testDb);
  const ledger = new Ledger(db);
  let server: ChildProcess = await servers.start();
  const restart = async () => (server = await servers.start());

  const submit = async (prepare: (world: World) => Promise<unknown> = () => Promise.resolve()) => {
    const world = await makeWorld(db);
    await addKilledImages(world);
    await prepare(world);
    const { id } = await makeJob(world, killedWorkflow(world));
    ledger.begin(id, world);
    return id;
  };
  const killServer = () => servers.end(server, "SIGKILL");

  const killAtHalfFolder = async () => {
    if (!(await atHalfFolder(testDb, servers, () => submit(), killServer, PATIENCE_MS))) return;
    ledger.killed(FILE_POINTS.folder, "server");
    await restart();
  };
  const killAtHeldWorker = async (point: "claimed" | "half_line") => {
    let worker: HeldWorker | undefined;
    await submit(async (world) => (worker = await HeldWorker.in(world, point)));
    if (!worker || !(await worker.stands(PATIENCE_MS))) return;
    await killServer();
    const victim = random() < 0.5 ? "server" : "server and worker";
    if (victim === "server and worker") await worker.kill();
    ledger.killed(FILE_POINTS[point], victim);
    await restart();
    if (victim === "server") await worker.goOn();
  };
  const killAtHalfArchive = async () => {
    const id = await submit();
    const giveUpAt = performance.now() + PATIENCE_MS;
    const folder = await until(async () => {
      const rows = await db.execute<{ dir: string | null }>(
        sql`SELECT working_dir AS dir FROM job WHERE id = ${id}`,
      );
      const dir = rows[0]?.dir;
      return dir && existsSync(dir) ? dir : performance.now() > giveUpAt && "late";
    });
    if (folder === "late") return;
    await addNoise(folder);
    if (!(await stopAtHalfArchive(server, folder, PATIENCE_MS))) return;
    await killServer();
    ledger.killed(FILE_POINTS.archive, "server");
    await restart();
  };

  const events = {
    "server at a transition": async () => {
      const name = ledger.leastKilled(POINTS, random);
      if (name === FILE_POINTS.folder) return killAtHalfFolder();
      if (name === FILE_POINTS.claimed) return killAtHeldWorker("claimed");
      if (name === FILE_POINTS.half_line) return killAtHeldWorker("half_line");
      if (name === FILE_POINTS.archive) return killAtHalfArchive();
      const transition = ALL[name];
      if (!transition) return;
      const moment: Moment = random() < 0.5 ? "before" : "after";
      const act = async () => {
        // Those under way may all be past it.
        if (ledger.active < MOST_JOBS) await submit();
        const id = name === STOPPING ? ledger.anyActive(random) : undefined;
        if (id !== undefined)
          await db
            .insert(jobRequests)
            .values({ job_id: id, kind: "stop_job", user_email: "soak@example.org" });
      };
      if (await servers.holdAt(transition, moment, act, killServer, PATIENCE_MS)) {
        ledger.killed(name, moment);
        await restart();
      }
    },
    "server at a random time": async () => {
      await nap(random() * 2_000);
      await servers.end(server, "SIGKILL");
      await restart();
    },
    "server told to end": async () => {
      ledger.handedOver(await servers.end(server, "SIGTERM"));
      await restart();
    },
    "worker at a random time": async () => {
      const rows = await db.execute<{ pid: number }>(
        sql`SELECT (handle ->> 'pid')::int4 AS pid FROM batch WHERE state = 'launched' AND handle IS NOT NULL`,
      );
      const pid = rows[Math.floor(random() * rows.length)]?.pid;
      if (pid !== undefined) killIfAlive(pid);
    },
    database: async () => {
      const postmaster = findPostmaster(preparePlace(dataDir).data);
      if (postmaster) killIfAlive(postmaster.pid);
      await nap(500);
      await until(() => db.execute(sql`SELECT 1`).catch(() => null));
    },
  };
  const weights: readonly (readonly [keyof typeof events, number])[] = [
    ["server at a transition", 80],
    ["server at a random time", 5],
    ["server told to end", 4],
    ["worker at a random time", 8],
    ["database", 3],
  ];

  await submit();
  await until(async () => {
    await ledger.settle();
    return ledger.active === 0;
  });
  say(`undisturbed, a job makes ${ledger.callsOfOne} calls; now the kills begin`);

  const endAt = performance.now() + minutes * 60_000;
  let sayAt = performance.now() + SAY_MS;
  try {
    while (performance.now() < endAt) {
      await ledger.settle();
      while (ledger.active < JOBS) await submit();
      const event = pick(weights, random);
      await events[event]();
      ledger.count(event);
      if (performance.now() > sayAt) {
        sayAt += SAY_MS;
        say(`${Math.round((endAt - performance.now()) / 60_000)} minutes to go: ${ledger.progress}`);
      }
    }
    say("no more kills; what is under way goes to its end");
    let lastEndAt = performance.now();
    await until(async () => {
      const before = ledger.active;
      await ledger.settle();
      if (ledger.active < before) lastEndAt = performance.now();
      // A job that does not end is lost: the report names it.
      return ledger.active === 0 || performance.now() - lastEndAt > LOST_MS;
    });
    const isHeld = await ledger.report(say, minutes >= FULL_RUN_MINUTES ? POINTS : [], LEAST_KILLS);
    say(`seed ${seed}`);
    process.exitCode = isHeld ? 0 : 1;
  } finally {
    await servers.close();
    await closeDb(db);
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || text.trim() === "") {
    process.stderr.write(`${name} must be a number, and is '${text}'.\n`);
    process.exit(2);
  }
  return value;
}

function pick<T>(weights: readonly (readonly [T, number])[], random: () => number): T {
  let left = random() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  const [first] = weights;
  for (const [value, weight] of weights) {
    left -= weight;
    if (left < 0) return value;
  }
  if (!first) throw new Error("nothing to pick from");
  return first[0];
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

const nap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (line: string) => void process.stdout.write(`${line}\n`);

await main();
