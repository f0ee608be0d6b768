/** What pip finds in the index of its own configuration, for somebody who is about to collect. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { PackageAnswer, PackageQuestion } from "@/server/contracts/task";
import { normalizePackageName, parseWheelName } from "@/server/domain/tasks/package-name";
import { findVersions } from "@/server/domain/tasks/pip-output";
import { compareVersions } from "@/server/domain/tasks/versions";
import { CollectionError } from "./collection-error";
import { runCommand } from "./commands";
import type { Ended } from "./commands";
import { hostError } from "./folder";
import {
  IMPATIENT,
  PipConfigurationError,
  WHEELS_ONLY,
  isTooOld,
  pipFailure,
  pipOptions,
  readLogFacts,
  readPipSettings,
} from "./pip";
import { pythonOf } from "./python-of";
import type { ResourcePython } from "./python-of";

const RUN_PIP = fileURLToPath(new URL("./run_pip.py", import.meta.url));
const LIMIT_MS = 18_000;

type Resource = { name: string; document: Record<string, unknown> };

/** @returns The version that a collection would take, or why there is none; never later than 20 s. */
export async function findPackage(
  resource: Resource,
  question: PackageQuestion,
  ending: AbortSignal,
): Promise<PackageAnswer> {
  let folder: string;
  try {
    folder = await mkdtemp(path.join(tmpdir(), "fractal-find-"));
  } catch (err) {
    return { ok: false, kind: "other", reason: noFolder(tmpdir(), err) };
  }
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    return await ask(pythonOf(resource, question.python_version), question, {
      folder,
      signal: AbortSignal.any([ending, limit]),
    });
  } catch (err) {
    if (err instanceof PipConfigurationError) return { ok: false, kind: "other", reason: err.message };
    if (err instanceof CollectionError) return { ok: false, kind: "python", reason: err.message };
    if (limit.aborted && !ending.aborted)
      return {
        ok: false,
        kind: "unreachable",
        reason: `The package index has not answered within ${LIMIT_MS / 1000} s. Try again later; if it stays, ask an administrator to check the server's network and its pip configuration.`,
      };
    throw err;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What pip writes while it looks has no place. */
function noFolder(parent: string, err: unknown): string {
  const known = hostError(err, parent);
  return known instanceof CollectionError
    ? known.message
    : `No folder can be made in ${parent}: ${(err as Error).message}. Ask an administrator to correct it.`;
}

async function ask(
  python: ResourcePython,
  { package: name, package_version }: PackageQuestion,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<PackageAnswer> {
  const logFile = path.join(folder, "pip.log");
  const { env } = await readPipSettings({ python: python.interpreter, signal });
  const cacheDir = python.cacheDir ?? env["PIP_CACHE_DIR"] ?? null;
  const run = (how: readonly string[]) =>
    runCommand(
      {
        argv: [
          ...[python.interpreter, RUN_PIP, ...how, "--no-deps", ...WHEELS_ONLY, ...IMPATIENT],
          ...pipOptions({ cacheDir, logFile }),
          package_version === undefined ? name : `${name}==${package_version}`,
        ],
        cwd: folder,
        env: { ...env, TMPDIR: folder },
      },
      { python: python.interpreter, signal },
    );
  let ended = await run(["install", "--dry-run", "--ignore-installed"]);
  if (isTooOld(ended)) ended = await run(["download", "--dest", path.join(folder, "wheels")]);
  if (ended.exitCode !== 0) {
    const about = { step: "Look into the index", pythonVersion: python.version, folder, logFile };
    const { kind, sentence } = await pipFailure(ended, about);
    return { ok: false, kind, reason: sentence };
  }
  const versions = findVersions(await readLogFacts(logFile), normalizePackageName(name));
  const version = chosenVersion(ended);
  if (version === null)
    throw new Error(`pip does not say what it would install: ${ended.output.slice(-300)}`);
  return { ok: true, version, versions: versions.sort((a, b) => compareVersions(b, a)) };
}

function chosenVersion({ output }: Ended): string | null {
  const would = /^Would install \S+-([^-\s]+)\s*$/m.exec(output)?.[1];
  const saved = /^\s*(?:Saved|File was already downloaded) (\S+\.whl)\s*$/m.exec(output)?.[1];
  return would ?? (saved === undefined ? null : (parseWheelName(saved)?.version ?? null));
}
