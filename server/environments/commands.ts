import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { fileURLToPath } from "node:url";
import { isPipSetting } from "@/server/domain/tasks/pip-settings";
import { CollectionError } from "./collection-error";

const STEP = fileURLToPath(new URL("./step.py", import.meta.url));
/** Of the output that is kept in memory; the rest has passed through `onOutput`. */
const KEPT_CHARACTERS = 512 * 1024;
/** Where pip finds its configuration, and how it gets to its index: proxies (also in small letters) and certificates. */
const NETWORK = new Set(
  "HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NETRC XDG_CONFIG_HOME XDG_CONFIG_DIRS".split(
    " ",
  ),
);
export type Command = {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Added to `childEnvironment`. */
  readonly env?: Readonly<Record<string, string>>;
  /** It needs no index, and code of packages may run in it: addresses may hold passwords, so it gets none. */
  readonly isOffline?: boolean;
};

export type CommandDeps = {
  /** Interpreter that runs `step.py`. */
  readonly python: string;
  /** Ends the program with everything it started. */
  readonly signal: AbortSignal;
  /** Called while it runs, with whole characters. */
  readonly onOutput?: (text: string) => void;
};

export type Ended = {
  /** Null: it was killed. */
  readonly exitCode: number | null;
  /** Its end, whole up to 512 K characters. */
  readonly stdout: string;
  /** The end of standard output and error, as they came. */
  readonly output: string;
  readonly seconds: number;
};

/**
 * What a child gets: the environment of a log-in and, unless it is offline, pip's own variables as far as they count,
 * and the way to its index. None of our secrets.
 *
 * @param source Usually `process.env`.
 */
export function childEnvironment(
  source: Readonly<Record<string, string | undefined>>,
  isOffline = false,
): Record<string, string> {
  const env: Record<string, string> = { PYTHONNOUSERSITE: "1", PYTHONUNBUFFERED: "1" };
  for (const [name, value] of Object.entries(source)) {
    const isLogin = ["PATH", "HOME", "USER", "LANG", "TMPDIR"].includes(name);
    const isNetwork = NETWORK.has(name) || (name.endsWith("_proxy") && NETWORK.has(name.toUpperCase()));
    const isWayOut = !isOffline && (isNetwork || isPipSetting(name, value ?? ""));
    if (value !== undefined && (isLogin || isWayOut)) env[name] = value;
  }
  return env;
}

/** Not cut each time, or each line would copy the whole. */
const endOf = (text: string) => (text.length > 2 * KEPT_CHARACTERS ? text.slice(-KEPT_CHARACTERS) : text);

/**
 * Run one program to its end, whatever that is.
 *
 * @throws CollectionError if the interpreter cannot be started; whatever `signal` was aborted with.
 */
export async function runCommand(command: Command, deps: CommandDeps): Promise<Ended> {
  const { python, signal, onOutput } = deps;
  signal.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(python, [STEP, ...command.argv], {
    cwd: command.cwd,
    env: { ...childEnvironment(process.env, command.isOffline), ...command.env } as NodeJS.ProcessEnv, // Next's types want NODE_ENV in it
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
  let stdout = "";
  let output = "";
  /** Characters that are cut between two pieces are put together. */
  const reader = (isStdout: boolean) => {
    const decoder = new StringDecoder("utf8");
    return (bytes: Buffer) => {
      const text = decoder.write(bytes);
      if (isStdout) stdout = endOf(stdout + text);
      output = endOf(output + text);
      onOutput?.(text);
    };
  };
  try {
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", reader(true));
    child.stderr.on("data", reader(false));
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    signal.throwIfAborted();
    return { exitCode, stdout, output, seconds: (performance.now() - startedAt) / 1000 };
  } catch (err) {
    const { code, message } = err as NodeJS.ErrnoException;
    if (typeof code !== "string" || signal.aborted) throw err;
    const why = existsSync(python) ? message : "it does not exist any more";
    throw new CollectionError(
      `The interpreter ${python} cannot be started: ${why}. Ask an administrator to correct the Python versions of the resource.`,
      { cause: err },
    );
  } finally {
    signal.removeEventListener("abort", kill);
    kill(); // what a program leaves behind in its group
  }
}
