/** `server/main.ts` as a process: what it says when it cannot start, and how it ends. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";

let t: Awaited<ReturnType<typeof createTestDb>>;
let dataDir: string;
beforeAll(async () => {
  t = await createTestDb();
  dataDir = mkdtempSync(path.join(tmpdir(), "fractal-main-"));
});
afterAll(async () => {
  await t.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

function start(changes: Record<string, string>) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, FRACTAL_DATA_DIR: dataDir, DATABASE_URL: t.url, ...changes };
  const child = spawn(process.execPath, ["--import", "tsx", "server/main.ts"], {
    env: { ...env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  const isReady = async () => {
    while (!stdout.includes('"msg":"ready"') && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { child, ended, isReady };
}

test.each([
  ["a port that is no number", { PORT: "http" }, "PORT must be a number from 1 to 65535."],
  ["a role that does not exist", { FRACTAL_ROLE: "both" }, "FRACTAL_ROLE must be all, web or runner."],
  [
    "no database",
    { DATABASE_URL: "postgres://x@127.0.0.1:1/y" },
    "Cannot reach the database y on 127.0.0.1:1: connection refused. Check DATABASE_URL.",
  ],
  [
    "a setting without effect",
    { FRACTAL_TASKS_USER: "nobody" },
    "FRACTAL_TASKS_USER is set, but running foreign code as another account is not supported yet; unset it to run it as the server's own account.",
  ],
])("%s: one sentence and exit code 1", async (_, changes, sentence) => {
  const { code, stderr } = await start({ FRACTAL_ROLE: "runner", ...changes }).ended;
  expect(stderr).toBe(`${sentence}\n`);
  expect(code).toBe(1);
});

test("a port in use: one sentence, and nothing was started", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const { code, stderr, stdout } = await start({ PORT: String(port) }).ended;
  expect(stderr).toMatch(new RegExp(`^Port ${port} is in use by another program\\.[^\\n]+\\n$`));
  expect(code).toBe(1);
  expect(stdout).not.toContain("runner started");
  server.close();
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s hands over: the runner signs off, exit code 0",
  async (signal) => {
    const { child, ended, isReady } = start({ FRACTAL_ROLE: "runner" });
    await isReady();
    expect(await t.db.execute(sql`SELECT owner FROM runner`)).toHaveLength(1);
    child.kill(signal);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain("runner stopped");
    expect(await t.db.execute(sql`SELECT owner FROM runner`)).toHaveLength(0);
  },
);
