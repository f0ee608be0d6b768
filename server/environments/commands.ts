import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CollectionError } from "./collection-error";
import type { ActivityLog } from "./activity-log";

const STEP = fileURLToPath(new URL("./step.py", import.meta.url));
/** Variables of pip that would send the package somewhere else than into its own environment. */
const MISLEADING = ["PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_DRY_RUN", "PIP_PYTHON"];

export type Command = {
  /** What it is for, as an imperative: "Install the wheel". */
  readonly title: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** False: the output is an answer for us and not part of the log. */
  readonly isShown?: boolean;
};

export type CommandDeps = {
  readonly log: ActivityLog;
  /** Interpreter that runs `step.py`. */
  readonly python: string;
  /** Ends the program with everything it started. */
  readonly signal: AbortSignal;
};

/**
 * What a child gets: the environment of a log-in and pip's own variables. None of our secrets.
 *
 * @param source Usually `process.env`.
 */
export function childEnvironment(
  source: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const env: Record<string, string> = { PYTHONNOUSERSITE: "1", PYTHONUNBUFFERED: "1" };
  for (const [name, value] of Object.entries(source)) {
    const isLogin = ["PATH", "HOME", "USER", "LANG", "TMPDIR"].includes(name);
    const isPip = name.startsWith("PIP_") && !MISLEADING.includes(name);
    if (value !== undefined && (isLogin || isPip)) env[name] = value;
  }
  return env;
}

/**
 * Run one program to its end; its output goes into the log while it runs.
 *
 * @returns Its standard output.
 * @throws CollectionError if it cannot be started, exits with another code than 0, or is killed; whatever
 *   `signal` was aborted with if it was.
 */
export async function runCommand(deps: CommandDeps, command: Command): Promise<string> {
  const { log, python, signal } = deps;
  signal.throwIfAborted();
  const startedAt = performance.now();
  log.say(command.title);
  log.add(`$ ${command.argv.join(" ")}\n`);
  const child = spawn(python, [STEP, ...command.argv], {
    cwd: command.cwd,
    env: childEnvironment(process.env) as NodeJS.ProcessEnv, // Next's types want NODE_ENV in it
    detached: true, // a process group of its own, see step.py
    stdio: ["pipe", "pipe", "pipe"],
  });
  const kill = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener("abort", kill, { once: true });
  try {
    const shown = log.reader();
    const isShown = command.isShown ?? true;
    let answer = "";
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (bytes: Buffer) => (answer += isShown ? shown(bytes) : bytes.toString("utf8")));
    child.stderr.on("data", log.reader());
    const [code, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (...end) => resolve(end));
    });
    signal.throwIfAborted();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (code === 0) {
      log.say(`Done in ${seconds} s`);
      return answer;
    }
    throw new CollectionError(
      `"${command.title}" failed: ${command.argv[0]} ${killedBy ? `was ended by ${killedBy}` : `exited with code ${code}`} after ${seconds} s.`,
    );
  } catch (err) {
    const { code, message } = err as NodeJS.ErrnoException;
    if (typeof code === "string" && !signal.aborted)
      throw new CollectionError(`The interpreter ${python} cannot be started: ${message}.`, { cause: err });
    throw err;
  } finally {
    signal.removeEventListener("abort", kill);
    kill(); // what a program leaves behind in its group
  }
}
