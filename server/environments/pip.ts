/** Runs of pip: what every one of them is told, and why one failed. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { explainPipFailure } from "@/server/domain/tasks/pip-failure";
import type { PipFailure } from "@/server/domain/tasks/pip-failure";
import { isLogFact } from "@/server/domain/tasks/pip-output";
import type { Ended } from "./commands";

/** Of one log; a package has a few thousand files at most. */
const MAX_FACTS = 50_000;

/** Wheels only: building a source package would run its code on this host. */
export const WHEELS_ONLY = ["--only-binary", ":all:"];

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
