/** Runs of pip: what every one of them is told, and why one failed. */
import { createReadStream } from "node:fs";
import { devNull } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { explainPipFailure } from "@/server/domain/tasks/pip-failure";
import type { PipFailure } from "@/server/domain/tasks/pip-failure";
import { isLogFact } from "@/server/domain/tasks/pip-output";
import { choosePipSettings } from "@/server/domain/tasks/pip-settings";
import type { PipSettings } from "@/server/domain/tasks/pip-settings";
import { CollectionError } from "./collection-error";
import { runCommand } from "./commands";
import type { CommandDeps, Ended } from "./commands";

const PIP_CONFIGURATION = fileURLToPath(new URL("./pip_configuration.py", import.meta.url));
const Configuration = z.record(z.string(), z.record(z.string(), z.string()));

/** Of one log; a package has a few thousand files at most. */
const MAX_FACTS = 50_000;

/** Wheels only: building a source package would run its code on this host. */
export const WHEELS_ONLY = ["--only-binary", ":all:"];

/** Somebody waits: a slow index is asked twice and not six times. */
export const IMPATIENT = ["--timeout", "8", "--retries", "1"];

/** The files of pip's configuration say something that cannot be read. */
export class PipConfigurationError extends CollectionError {}

/**
 * What counts of the configuration of the host's pip, as variables for every run of any pip; its files do not count
 * any more then. May hold passwords of an index, so it is not for a log.
 *
 * @throws PipConfigurationError
 */
export async function readPipSettings(deps: CommandDeps): Promise<PipSettings> {
  const cwd = process.cwd();
  const ended = await runCommand({ argv: [deps.python, PIP_CONFIGURATION], cwd }, deps);
  if (ended.exitCode !== 0) {
    const why = /^(?:ERROR|\w+Error): (.*?)\.?$/m.exec(ended.output)?.[1] ?? `exit code ${ended.exitCode}`;
    throw new PipConfigurationError(
      `The configuration of the server's pip cannot be read: ${why}. Ask an administrator to correct it.`,
    );
  }
  const { env, unused } = choosePipSettings(Configuration.parse(JSON.parse(ended.stdout)), cwd);
  return { env: { ...env, PIP_CONFIG_FILE: devNull }, unused };
}

/**
 * @param cacheDir Null: pip keeps nothing.
 * @param logFile  pip writes there what it looked at; this is how we know why it found nothing.
 */
export function pipOptions({ cacheDir, logFile }: { cacheDir: string | null; logFile: string }): string[] {
  return [
    "--disable-pip-version-check",
    "--no-input",
    "--no-color",
    ...(cacheDir === null ? ["--no-cache-dir"] : ["--cache-dir", cacheDir]),
    "--log",
    logFile,
  ];
}

/** The lines that matter of a log file; empty if there is none. */
export async function readLogFacts(logFile: string): Promise<string> {
  const facts: string[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(logFile, "utf8") }))
      if (facts.length < MAX_FACTS && isLogFact(line)) facts.push(line);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "ENOENT") throw err;
  }
  return facts.join("\n");
}

export async function pipFailure(
  ended: Ended,
  about: { step: string; pythonVersion: string; folder: string; logFile: string },
): Promise<PipFailure> {
  const log = await readLogFacts(about.logFile);
  return explainPipFailure({ ...about, log, output: ended.output, exitCode: ended.exitCode });
}

/** Before 22.2 pip could not tell what it would install. */
export const isTooOld = ({ output }: Ended) => /no such option: --(?:dry-run|report)/.test(output);
