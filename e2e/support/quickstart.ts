/** Runs `npm run quickstart` as a person would, on data of its own. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { freePort } from "@/server/platform/ports";

export const ROOT = path.resolve(import.meta.dirname, "../..");
/** Real images; the tests that need them say so where they are absent. */
export const TEST_DATA = process.env["FRACTAL_TEST_DATA"] ?? path.resolve(ROOT, "../shared/data");
export const HAS_TEST_DATA = existsSync(path.join(TEST_DATA, "nuclei", "nuclei_2d.tif"));

export type Ended = { code: number | null; stdout: string; stderr: string };

export type Quickstart = {
  readonly pid: number;
  /** Standard output so far. */
  readonly stdout: () => string;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
};

type Env = Readonly<Record<string, string | undefined>>;

/** The environment of a person's shell, with no package index in reach; nothing of the test runner in it. */
export function shellEnv(changes: Env): NodeJS.ProcessEnv {
  const { PATH, HOME, USER, LANG, TMPDIR } = process.env;
  const index = "http://127.0.0.1:9/simple";
  const env: Env = { PATH, HOME, USER, LANG, TMPDIR, PIP_NO_INDEX: "1", PIP_INDEX_URL: index, ...changes };
  return env as NodeJS.ProcessEnv; // Next's types want NODE_ENV in it
}

/** @param nodeOptions For the launcher alone: how a test makes it believe that it runs somewhere else. */
export function startQuickstart(
  args: readonly string[],
  env: Env,
  nodeOptions: readonly string[] = [],
): Quickstart {
  const child = spawn(process.execPath, [...nodeOptions, "server/quickstart.mjs", ...args], {
    cwd: ROOT,
    env: shellEnv(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { pid: child.pid ?? 0, stdout: () => stdout, ended, kill: (signal) => child.kill(signal) };
}

/** From the start to the end, on a free port. */
export async function runQuickstart(args: readonly string[], env: Env, nodeOptions: readonly string[] = []) {
  const port = String(await freePort());
  return startQuickstart(args, { PORT: port, ...env }, nodeOptions).ended;
}

/** The server that a launcher has started. */
export async function serverOf(launcher: number): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,ppid=,args="]);
  const line = stdout.split("\n").find((entry) => new RegExp(`^ *\\d+ +${launcher} .*run\\.ts`).test(entry));
  if (line === undefined) throw new Error("the launcher has no server");
  return Number.parseInt(line, 10);
}

export async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 30));
}
