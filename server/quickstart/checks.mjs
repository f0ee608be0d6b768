/*
 * What can be known before anything is installed, without packages. The server checks the same again with its
 * own code when it starts; these only save the minutes in between.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { accessSync, chmodSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { EXIT, Refusal } from "./exit-codes.mjs";

const run = promisify(execFile);

const OLDEST_PYTHON = 11;
const ASK_PYTHON = [
  "import sys, importlib.util as u",
  "print(sys.executable, *sys.version_info[:3], int(bool(u.find_spec('venv') and u.find_spec('ensurepip'))), sep='|')",
].join("\n");

/** Better no start than a setting of security without effect. */
export function checkSettings() {
  if (process.env.FRACTAL_TASKS_USER)
    throw new Refusal(
      EXIT.settings,
      "FRACTAL_TASKS_USER is set, but running foreign code as another account is not supported yet; unset it to run it as the server's own account.",
    );
}

/** @returns Path and version of the first Python ≥ 3.11 on PATH that can make virtual environments. */
export async function checkPython() {
  const rejected = [];
  for (const name of ["python3", "python3.14", "python3.13", "python3.12", "python3.11"])
    for (const folder of (process.env.PATH ?? "")
      .split(path.delimiter)
      .filter((entry) => path.isAbsolute(entry))) {
      const answer = await askPython(path.join(folder, name));
      if (answer?.problem) rejected.push(answer.problem);
      else if (answer) return answer;
    }
  throw new Refusal(
    EXIT.python,
    rejected[0] ?? "No python3 was found on PATH; install Python 3.11 or newer with its venv module.",
  );
}

async function askPython(candidate) {
  try {
    accessSync(candidate, constants.X_OK);
    const { stdout } = await run(candidate, ["-I", "-c", ASK_PYTHON], { timeout: 20_000 });
    const [executable, major, minor, patch, hasVenv] = stdout.trim().split("|");
    const version = `${major}.${minor}.${patch}`;
    if (Number(major) < 3 || (major === "3" && Number(minor) < OLDEST_PYTHON))
      return {
        problem: `${executable} is Python ${version}, and task packages need Python 3.11 or newer on PATH.`,
      };
    if (hasVenv !== "1")
      return {
        problem: `${executable} (Python ${version}) lacks the venv module; on Debian or Ubuntu install python${major}.${minor}-venv.`,
      };
    return { path: executable, version };
  } catch {
    return null; // absent, or not a working Python
  }
}

export async function checkPort() {
  const text = process.env.PORT || "3000";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new Refusal(EXIT.port, "PORT must be a number from 1 to 65535.");
  const advice = `Set PORT to another number, for example PORT=${port < 1024 || port === 65535 ? 3000 : port + 1}.`;
  for (const host of [undefined, "127.0.0.1"]) {
    const code = await bindOnce(port, host);
    if (code === "EADDRINUSE")
      throw new Refusal(EXIT.port, `Port ${port} is in use by another program. ${advice}`);
    if (code !== null) throw new Refusal(EXIT.port, `Port ${port} cannot be opened (${code}). ${advice}`);
  }
}

function bindOnce(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (err) => resolve(err.code ?? err.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

const DISK_REASONS = {
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "it exists and is not a folder",
  ENOSPC: "the disk is full",
};

/** By writing: mode bits say nothing to root or on a read-only mount. */
export function checkDataDir(folder) {
  const probe = path.join(folder, `.write-probe-${randomBytes(4).toString("hex")}`);
  try {
    // The mode that the server gives it: as root, PostgreSQL's account passes through it.
    if (makeFolder(folder)) chmodSync(folder, process.getuid() === 0 ? 0o711 : 0o700);
    writeFileSync(probe, "x");
  } catch (err) {
    throw new Refusal(
      EXIT.dataDir,
      `Cannot write to the data folder ${folder}: ${DISK_REASONS[err.code] ?? err.message}. Set FRACTAL_DATA_DIR to a folder that can be written.`,
    );
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Not `recursive`: that reports a read-only file system as a missing folder. @returns True if it is new. */
function makeFolder(folder) {
  if (existsSync(folder)) return false;
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
  return true;
}

const CONNECT_MS = 5_000;

/** Is it a URL, and does anybody listen there? Never prints the URL, which holds a password. */
export async function checkDatabaseUrl() {
  const text = process.env.DATABASE_URL;
  if (!text) return;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol))
    throw new Refusal(
      EXIT.database,
      "DATABASE_URL must look like postgres://user:password@host:5432/database.",
    );
  if (url.hostname === "" || url.searchParams.has("host")) return; // a socket in the file system
  const reason = await reach(url.hostname.replace(/^\[|\]$/g, ""), Number(url.port || 5432));
  if (reason !== null)
    throw new Refusal(
      EXIT.database,
      `Cannot reach the database ${url.pathname.slice(1) || "postgres"} on ${url.hostname}:${url.port || 5432}: ${reason}. Check DATABASE_URL.`,
    );
}

function reach(host, port) {
  const reasons = {
    ECONNREFUSED: "connection refused",
    ENOTFOUND: "no such host",
    EAI_AGAIN: "no such host",
  };
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const end = (reason) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once("connect", () => end(null));
    socket.once("timeout", () => end("no answer in time"));
    socket.once("error", (err) => end(reasons[err.code] ?? err.code ?? err.message));
  });
}

/** Judged by the code of the task that will read them. */
export async function checkImages(root, python, folder) {
  try {
    const script = path.join(root, "server/quickstart/inspect_images.py");
    const { stdout } = await run(python, ["-I", script, folder], { maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout);
  } catch (err) {
    throw new Refusal(
      EXIT.images,
      err.stderr?.trim() || `The images in ${folder} cannot be read: ${err.message}`,
    );
  }
}
