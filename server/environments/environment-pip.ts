import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { devNull } from "node:os";
import path from "node:path";
import type { PipFailure, PipFailureKind } from "@/server/domain/tasks/pip-failure";
import type { ActivityLog } from "./activity-log";
import { CollectionError } from "./collection-error";
import { runCommand } from "./commands";
import type { Ended } from "./commands";
import { IMPATIENT, WHEELS_ONLY, isTooOld, pipFailure, pipOptions, readPipSettings } from "./pip";
import type { ResourcePython } from "./python-of";

type Deps = {
  log: ActivityLog;
  signal: AbortSignal;
  resourcePython: ResourcePython;
  /** The environment's own interpreter. */
  python: string;
  folder: string;
  /** For everything that goes away with the collection. */
  tmp: string;
};

const NOT_TO_BE_HAD: ReadonlySet<PipFailureKind> = new Set([
  ...(["no_package", "no_version", "python", "platform", "source_only", "unreachable"] as const),
  // With the constraints of the server's pip.
  ...(["conflict"] as const),
]);

type Start = {
  env?: Record<string, string>;
  isOffline?: boolean;
  onLine?: ((line: string) => void) | undefined;
};

/** The environment of one collection and its pip; what they print is in the log. */
export class EnvironmentPip {
  #runs = 0;
  #settings: Promise<Record<string, string>> | null = null;

  constructor(private readonly deps: Deps) {}

  async createEnvironment(venv: string): Promise<void> {
    const { interpreter, version } = this.deps.resourcePython;
    let ended = await this.#start([interpreter, "-m", "venv", "--copies", "--without-pip", venv]);
    // By itself: venv keeps the words of ensurepip, such as that of a full disk, to itself.
    if (ended.exitCode === 0)
      ended = await this.#start([this.deps.python, "-I", "-m", "ensurepip", "--upgrade", "--default-pip"]);
    if (ended.exitCode === 0) return;
    if (/ensurepip is (?:not|disabled)|No module named (?:venv|ensurepip)/.test(ended.output))
      throw new CollectionError(
        `${interpreter} cannot make virtual environments: its venv module is missing. Ask an administrator to install it (python${version}-venv on Debian and Ubuntu).`,
      );
    throw await this.#failure(ended, `Create the Python ${version} environment`, "");
  }

  /** The resolver's verdict, before anything is installed. */
  async choose(requirements: string[], report: string, step: string, more: string[] = []): Promise<void> {
    const args = ["install", "--dry-run", "--report", report, ...WHEELS_ONLY, ...more, ...requirements];
    const { ended, logFile } = await this.#pip(args);
    if (isTooOld(ended)) {
      this.deps.log.say("This pip is too old to tell what it would install: take a newer one");
      await this.install(["--upgrade", "pip"], "Upgrade pip");
      return this.choose(requirements, report, step, more);
    }
    if (ended.exitCode !== 0) throw await this.#failure(ended, step, logFile);
  }

  async install(what: string[], step: string, onLine?: (line: string) => void): Promise<void> {
    const args = ["install", "--progress-bar", "off", ...WHEELS_ONLY, ...what];
    const { ended, logFile } = await this.#pip(args, onLine);
    if (ended.exitCode !== 0) throw await this.#failure(ended, step, logFile);
  }

  /**
   * Packages import setuptools without asking for it: every environment had it before Python 3.12. That an index has
   * none is said and no reason to fail.
   */
  async ensureSetuptools(venv: string, step: string): Promise<void> {
    const lib = path.join(venv, "lib");
    const isThere = (name: string) => existsSync(path.join(lib, name, "site-packages", "setuptools"));
    if ((await readdir(lib)).some(isThere)) return;
    const args = [
      "install",
      "--progress-bar",
      "off",
      "--no-deps",
      ...WHEELS_ONLY,
      ...IMPATIENT,
      "setuptools",
    ];
    const { ended, logFile } = await this.#pip(args);
    if (ended.exitCode === 0) return;
    const { kind, sentence } = await this.#explain(ended, step, logFile);
    if (!NOT_TO_BE_HAD.has(kind)) throw new CollectionError(sentence);
    this.deps.log.say(`The environment goes without setuptools. ${sentence}`);
  }

  /** A command of pip that needs no index. @returns Its standard output. */
  run(args: string[], step: string): Promise<string> {
    return this.python(["-m", "pip", ...args], step);
  }

  /**
   * What is installed by now may run code of its own here, so it gets nothing out of pip's configuration.
   *
   * @returns What it prints on standard output.
   */
  async python(args: string[], step: string): Promise<string> {
    const ended = await this.#start([this.deps.python, ...args], {
      env: { PIP_CONFIG_FILE: devNull },
      isOffline: true,
    });
    if (ended.exitCode !== 0) throw await this.#failure(ended, step, "");
    return ended.stdout;
  }

  async #pip(args: string[], onLine?: (line: string) => void): Promise<{ ended: Ended; logFile: string }> {
    const { tmp, resourcePython, python } = this.deps;
    this.#runs += 1;
    const logFile = path.join(tmp, `pip-${this.#runs}.log`);
    const env = await this.#pipSettings();
    // Without a cache of the host, what was looked into while choosing is not downloaded twice.
    const cacheDir = resourcePython.cacheDir ?? env["PIP_CACHE_DIR"] ?? path.join(tmp, "cache");
    const argv = [python, "-m", "pip", ...args, ...pipOptions({ cacheDir, logFile })];
    return { ended: await this.#start(argv, { env, onLine }), logFile };
  }

  /** Read once, with the interpreter of the resource: an environment has no configuration of its own. */
  #pipSettings(): Promise<Record<string, string>> {
    this.#settings ??= this.#readSettings();
    return this.#settings;
  }

  async #readSettings(): Promise<Record<string, string>> {
    const { log, signal, resourcePython } = this.deps;
    const { env, unused } = await readPipSettings({ python: resourcePython.interpreter, signal });
    if (unused.length > 0) log.say(`Not used of pip's configuration: ${unused.join(", ")}`);
    return env;
  }

  async #start(argv: string[], { env, isOffline = false, onLine }: Start = {}): Promise<Ended> {
    const { log, signal, resourcePython, folder, tmp } = this.deps;
    log.add(`$ ${argv.join(" ")}\n`);
    let rest = "";
    const onOutput = (text: string) => {
      log.add(text);
      if (!onLine) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    };
    return runCommand(
      { argv, cwd: folder, env: { ...env, TMPDIR: tmp }, isOffline },
      { python: resourcePython.interpreter, signal, onOutput },
    );
  }

  async #failure(ended: Ended, step: string, logFile: string): Promise<CollectionError> {
    return new CollectionError((await this.#explain(ended, step, logFile)).sentence);
  }

  #explain(ended: Ended, step: string, logFile: string): Promise<PipFailure> {
    const { resourcePython, folder } = this.deps;
    return pipFailure(ended, { step, pythonVersion: resourcePython.version, folder, logFile });
  }
}
