/** Packages and pages: made when they are missing or older than what they are made from. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { EXIT, Refusal } from "./exit-codes.mjs";

/** Of the beginning and of the end: npm says what is wrong first, a compiler last. */
const SHOWN_LINES = 25;

export async function installPackages(root) {
  if (isInstalled(root)) return { note: "are there already" };
  // NODE_ENV=production would leave out what the build needs.
  const { code, output } = await run(root, "npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], {});
  if (code !== 0)
    throw new Refusal(EXIT.install, "The packages could not be installed: npm ci failed, see above.", output);
  return {};
}

/** Compares what npm says it has put there with the lock file; optional packages are for other systems. */
function isInstalled(root) {
  try {
    const read = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8")).packages;
    const installed = read("node_modules/.package-lock.json");
    return Object.entries(read("package-lock.json")).every(
      ([name, entry]) => name === "" || entry.optional || installed[name]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

const SOURCES = ["app", "components", "db", "server", "public"];
const SINGLE_FILES = [
  "package-lock.json",
  "tsconfig.json",
  "next.config.mjs",
  "postcss.config.mjs",
  "proxy.ts",
  "instrumentation.ts",
];

export async function buildInterface(root) {
  const stamp = path.join(root, ".next", "fractal-sources");
  const wanted = hashSources(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf(root, wanted))
    return { note: "is up to date" };
  const next = path.join(root, "node_modules", "next", "dist", "bin", "next");
  const { code, output } = await run(root, process.execPath, [next, "build"], {
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
  });
  if (code !== 0)
    throw new Refusal(EXIT.build, "The interface could not be built: next build failed, see above.", output);
  writeFileSync(stamp, stampOf(root, wanted));
  return {};
}

/** Names the build too: one that was made by hand since then is not the one of these sources. */
function stampOf(root, sources) {
  const build = path.join(root, ".next", "BUILD_ID");
  return `${sources} ${existsSync(build) ? readFileSync(build, "utf8") : "none"}`;
}

/** Of the content, because git gives every file the time of the checkout. */
function hashSources(root) {
  const hash = createHash("sha256");
  const files = SOURCES.flatMap((folder) => filesIn(root, folder)).concat(SINGLE_FILES);
  for (const file of files.sort()) {
    const full = path.join(root, file);
    if (existsSync(full)) hash.update(file).update("\0").update(readFileSync(full)).update("\0");
  }
  return hash.digest("hex");
}

function filesIn(root, folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$|\.pyc$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
}

/** @returns Exit code and what it printed, the middle left out. */
function run(cwd, command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines = [];
    const read = (stream) =>
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (lines.length > 2 * SHOWN_LINES) lines.splice(SHOWN_LINES, 1);
      });
    read(child.stdout);
    read(child.stderr);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output: lines.join("\n") }));
  });
}
