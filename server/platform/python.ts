import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { ConfigError } from "@/server/platform/env";

const run = promisify(execFile);

const OLDEST_MINOR = 11;
const NAMES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
const REPORT = [
  "import sys, json, importlib.util as u",
  "print(json.dumps([sys.executable, list(sys.version_info[:3]), bool(u.find_spec('venv') and u.find_spec('ensurepip'))]))",
].join("\n");

/** `path` is the interpreter itself, behind version-manager shims and links on PATH. */
export type Python = { readonly path: string; readonly version: string };

/**
 * The first Python ≥ 3.11 on PATH that can make virtual environments.
 *
 * @throws ConfigError: none found, only older ones, or the venv module is missing (Debian packages it apart).
 */
export async function findPython(searchPath: string = process.env["PATH"] ?? ""): Promise<Python> {
  const rejected: { path: string; version: string; why: "old" | "no venv" }[] = [];
  for (const candidate of candidates(searchPath)) {
    const report = await ask(candidate);
    if (!report) continue;
    const [path, [major, minor, patch], hasVenv] = report;
    const version = `${major}.${minor}.${patch}`;
    if (major < 3 || (major === 3 && minor < OLDEST_MINOR)) rejected.push({ path, version, why: "old" });
    else if (!hasVenv) rejected.push({ path, version, why: "no venv" });
    else return { path, version };
  }
  const noVenv = rejected.find((python) => python.why === "no venv");
  if (noVenv) {
    const short = noVenv.version.split(".").slice(0, 2).join(".");
    throw new ConfigError(
      `${noVenv.path} (Python ${noVenv.version}) lacks the venv module; on Debian or Ubuntu install python${short}-venv.`,
    );
  }
  const old = rejected[0];
  if (old) {
    throw new ConfigError(
      `${old.path} is Python ${old.version}, and task packages need Python 3.${OLDEST_MINOR} or newer on PATH.`,
    );
  }
  throw new ConfigError(
    `No python3 was found on PATH; install Python 3.${OLDEST_MINOR} or newer with its venv module.`,
  );
}

function candidates(searchPath: string): string[] {
  const folders = searchPath.split(delimiter).filter((folder) => isAbsolute(folder));
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

type Report = [path: string, version: [number, number, number], hasVenv: boolean];

/** Null: absent, or not a working Python (a broken link, a shim without a version behind it). */
async function ask(path: string): Promise<Report | null> {
  try {
    await access(path, constants.X_OK);
    const { stdout } = await run(path, ["-I", "-c", REPORT], { timeout: 20_000 });
    const report = JSON.parse(stdout) as Report;
    return isAbsolute(report[0]) ? report : null;
  } catch {
    return null;
  }
}
