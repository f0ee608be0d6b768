import { spawn, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startEmbedded, type EmbeddedServer } from "@/db/embedded";
import { fallbackBase } from "@/db/embedded/place";
import { readPostmaster, stopPostmaster } from "@/db/embedded/postmaster";
import { processIdentity } from "@/db/embedded/processes";

const quiet = { info: () => undefined };
const isRoot = process.getuid?.() === 0;

let dataDir: string;
let home: string;
let children: ChildProcess[];

beforeEach(() => {
  dataDir = makeDataDir(tmpdir());
  home = join(dataDir, "postgres-18");
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await discard(dataDir);
});

function makeDataDir(parent: string): string {
  const folder = mkdtempSync(join(parent, "fractal-embedded-"));
  chmodSync(folder, 0o711);
  return folder;
}

async function discard(folder: string): Promise<void> {
  for (const base of [folder, fallbackBase(folder)]) {
    await stopPostmaster(join(base, "postgres-18", "data"));
    rmSync(base, { recursive: true, force: true });
  }
}

const start = () => startEmbedded(dataDir, quiet);
const serverPid = () => readPostmaster(join(home, "data"))?.pid ?? 0;
const isServing = () => serverPid() > 0 && processIdentity(serverPid()) !== null;

async function query(url: string, statement: string): Promise<unknown> {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return (await client.unsafe(statement)).map((row) => Object.values(row)[0] as unknown)[0];
  } finally {
    await client.end();
  }
}

/** Another fractal-ts process on the same folder; ready once it has printed its server's URL, stops on SIGTERM. */
async function startInAnotherProcess(): Promise<{ child: ChildProcess; url: string }> {
  const child = launchAnother();
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) => resolve(line.toString().trim()));
    child.once("exit", (code) => reject(new Error(`the other process ended: ${String(code)}`)));
  });
  return { child, url };
}

function launchAnother(): ChildProcess {
  const code = `
    import { startEmbedded } from "./db/embedded.ts";
    const server = await startEmbedded(${JSON.stringify(dataDir)}, { info() {} });
    console.log(server.url);
    process.once("SIGTERM", () => server.stop().then(() => process.exit(0)));
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
    cwd: join(import.meta.dirname, ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await ended;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

test("a start gives a database on the loopback address, behind a password only we can read", async () => {
  const server = await start();
  expect(server.adopted).toBe(false);
  expect(await query(server.url, "SELECT current_database()")).toBe("fractal");
  expect(await query(server.url, "SHOW listen_addresses")).toBe("127.0.0.1");
  expect(await query(server.url, "SHOW fsync")).toBe("on");
  expect(statSync(join(home, "password")).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, "data")).mode & 0o077).toBe(0);
  await expect(query(server.url.replace(/:[^:@]+@/, ":wrong@"), "SELECT 1")).rejects.toThrow(/password/);
  await server.stop();
  expect(isServing()).toBe(false);
});

test("the next start finds the same data on the same port", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, "SELECT answer FROM kept")).toBe(42);
});

test("a port that was taken meanwhile is replaced", async () => {
  const first = await start();
  await first.stop();
  const port = Number(new URL(first.url).port);
  const squatter = createServer().listen(port, "127.0.0.1");
  try {
    const second = await start();
    expect(new URL(second.url).port).not.toBe(String(port));
    expect(await query(second.url, "SELECT 1")).toBe(1);
  } finally {
    squatter.close();
  }
});

test("the server outlives a killed parent; the next start adopts it and owns it", async () => {
  const { child, url } = await startInAnotherProcess();
  const pid = serverPid();
  await end(child, "SIGKILL");
  expect(isServing()).toBe(true);

  const server = await start();
  expect(server).toMatchObject({ adopted: true, url });
  expect(serverPid()).toBe(pid);
  await server.stop();
  expect(processIdentity(pid)).toBeNull();
});

test("a killed server is started again and has every committed row", async () => {
  const before = await start();
  await query(before.url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n");
  const pid = serverPid();
  process.kill(pid, "SIGKILL");
  await until(() => processIdentity(pid) === null);

  const after = await start();
  expect(after.adopted).toBe(false);
  expect(await query(after.url, "SELECT count(*)::int FROM kept")).toBe(1000);
});

test("a server that dies under us is started again on its port, with every committed row", async () => {
  const server = await start();
  await query(server.url, "CREATE TABLE t AS SELECT 7 AS n");
  const pid = serverPid();
  process.kill(pid, "SIGKILL");
  while (!isServing() || serverPid() === pid) await sleep(50);
  const answer = async () => query(server.url, "SELECT n FROM t").catch(() => null);
  while ((await answer()) === null) await sleep(50);
  expect(await answer()).toBe(7);
  await server.stop();
  expect(isServing()).toBe(false);
});

test("a server that dies while its port is taken comes back on it, for others have its address", async () => {
  const said: string[] = [];
  const server = await startEmbedded(dataDir, { info: (_, message) => said.push(message) });
  const port = Number(new URL(server.url).port);
  process.kill(serverPid(), "SIGKILL");
  const squatter = await new Promise<Server>((resolve) => {
    const listen = () => {
      const waiting = createServer().once("error", () => setTimeout(listen, 20));
      waiting.listen(port, "127.0.0.1", () => resolve(waiting));
    };
    listen();
  });
  while (!said.some((message) => message.includes("cannot be started yet"))) await sleep(50);
  squatter.close();
  const answer = async () => query(server.url, "SELECT 1").catch(() => null);
  while ((await answer()) === null) await sleep(50);
  await server.stop();
});

test("who did not start the server does not stop it", async () => {
  const owner = await startInAnotherProcess();
  const guest = await start();
  await guest.stop();
  await guest.stop();
  expect(await query(owner.url, "SELECT 1")).toBe(1);
  await end(owner.child, "SIGTERM");
  expect(isServing()).toBe(false);
});

test("an owner that stops leaves the server to a process that still uses it", async () => {
  const owner = await startInAnotherProcess();
  const heir = await start();
  await end(owner.child, "SIGTERM");
  expect(await query(heir.url, "SELECT 1")).toBe(1);
  await heir.stop();
  expect(isServing()).toBe(false);
});

test("processes that start at the same moment share one server", async () => {
  const servers = await Promise.all([startInAnotherProcess(), startInAnotherProcess(), start(), start()]);
  expect(new Set(servers.map((server) => server.url)).size).toBe(1);
  expect(readdirSync(home).filter((name) => name.startsWith("initdb-"))).toEqual([]);
});

test("a start killed while the database is being made blocks nothing and leaves nothing half-made", async () => {
  const child = launchAnother();
  await until(() => existsSync(home) && readdirSync(home).some((name) => name.startsWith("initdb-")));
  await end(child, "SIGKILL");
  expect(existsSync(join(home, "data"))).toBe(false);
  const server = await start();
  expect(await query(server.url, "SELECT 1")).toBe(1);
  expect(readdirSync(home).filter((name) => /initdb|draft|lock/.test(name))).toEqual([]);
});

test("killed at any moment, the next start works and loses nothing", async () => {
  const server = await start();
  await query(server.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await server.stop();
  for (const delayMs of [350, 450, 550, 650, 750]) {
    const child = launchAnother();
    await sleep(delayMs);
    await end(child, "SIGKILL");
    const next = await start();
    expect(await query(next.url, "SELECT answer FROM kept")).toBe(42);
    if (delayMs % 200 === 150) await next.stop();
  }
});

test("the folder of another major version is refused with the commands that move it", async () => {
  mkdirSync(join(dataDir, "postgres-17", "data"), { recursive: true });
  writeFileSync(join(dataDir, "postgres-17", "data", "PG_VERSION"), "17\n");
  await expect(start()).rejects.toThrow(
    /holds a PostgreSQL 17 database.*runs PostgreSQL 18[^]*pg_dump[^]*pg_restore/,
  );
  expect(existsSync(home)).toBe(false);
});

test("a living server that does not know our password is left alone", async () => {
  const server = await start();
  const password = readFileSync(join(home, "password"), "utf8");
  writeFileSync(join(home, "password"), "not-the-password-of-that-server");
  const pid = serverPid();
  const failure = await start().catch((err: unknown) => err as Error);
  expect((failure as Error).message).toMatch(
    new RegExp(`in use by process ${pid} .*does not accept our password`),
  );
  expect((failure as Error).message).not.toContain("not-the-password");
  expect(processIdentity(pid)).not.toBeNull();
  writeFileSync(join(home, "password"), password);
  await server.stop();
});

test("a pid that now belongs to another program does not keep the server from starting", async () => {
  const first = await start();
  await first.stop();
  const stranger = spawn("sleep", ["60"]);
  children.push(stranger);
  const lines = [stranger.pid, join(home, "data"), 0, new URL(first.url).port, "", "127.0.0.1", "", "ready"];
  writeFileSync(join(home, "data", "postmaster.pid"), lines.join("\n"), { mode: 0o644 });
  const second = await start();
  expect(await query(second.url, "SELECT 1")).toBe(1);
  expect(stranger.exitCode).toBeNull();
});

test("a lost password file is named", async () => {
  await (await start()).stop();
  rmSync(join(home, "password"));
  await expect(start()).rejects.toThrow(/password, .*postgres-18\/password, is gone/);
});

// Without root there is no other account to run as.
test.runIf(isRoot)(
  "as root below a closed folder the database lives where its account can go, and a note says so",
  async () => {
    const closed = makeDataDir(homedir());
    const base = fallbackBase(closed);
    let server: EmbeddedServer | null = null;
    try {
      chmodSync(closed, 0o700);
      server = await startEmbedded(closed, quiet);
      expect(server.notes.join(" ")).toContain(
        `cannot enter ${closed}, so the database is in ${base}/postgres-18`,
      );
      await query(server.url, "CREATE TABLE kept ()");
      await server.stop();

      // Opening the folder later must not look like an empty database.
      chmodSync(closed, 0o755);
      server = await startEmbedded(closed, quiet);
      expect(await query(server.url, "SELECT count(*)::int FROM kept")).toBe(0);
      const pid = readPostmaster(join(base, "postgres-18", "data"))?.pid ?? 0;
      expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
    } finally {
      await server?.stop();
      await discard(closed);
    }
  },
);
