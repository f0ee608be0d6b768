/*
 * npm test: installs what is missing, then every check in order. All of them run, also after a failure; the
 * last line says how many tests passed and failed. A check without tests of its own (types, lint) counts as one.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { buildInterface, installPackages } from "../../server/quickstart/build.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");

const CHECKS = [
  ["types", () => npm("check:types")],
  ["lint", () => npm("check:lint")],
  ["format", () => npm("check:format")],
  ["layers", () => npm("check:layers")],
  ["example tasks", () => npm("test:examples")],
  ["unit tests", () => npm("test:unit")],
  ["database tests", () => npm("test:db")],
  ["build", () => asCheck(() => buildInterface(ROOT))],
  ["engine tests", () => npm("test:engine")],
  ["browser tests", () => npm("e2e")],
];

process.exitCode = await main();

async function main() {
  const prepared = await asCheck(async () => {
    await installPackages(ROOT);
    await installBrowser();
  });
  if (prepared.failed > 0) return finish([["install", prepared]]);
  const results = [];
  for (const [name, run] of CHECKS) {
    console.log(`\n── ${name}`);
    results.push([name, await run()]);
  }
  return finish(results);
}

function finish(results) {
  console.log("");
  for (const [name, { passed, failed, seconds }] of results)
    console.log(
      `${failed === 0 ? "✓" : "✗"} ${name.padEnd(16)}${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ${seconds.padStart(8)} s`,
    );
  console.log(
    "- slurm           skipped: it makes accounts and services on this machine (npm run test:slurm)",
  );
  const sum = (key) => results.reduce((total, [, result]) => total + result[key], 0);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  return sum("failed") === 0 ? 0 : 1;
}

/** Runs a script of package.json; counts the tests it reports. */
async function npm(script) {
  const startedAt = performance.now();
  const child = spawn("npm", ["run", "--silent", script], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
  });
  let output = "";
  const tee = (stream) => (bytes) => {
    stream.write(bytes);
    output = (output + bytes).slice(-256 * 1024);
  };
  child.stdout.on("data", tee(process.stdout));
  child.stderr.on("data", tee(process.stderr));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const { passed, failed } = countTests(output);
  return {
    passed: passed + failed === 0 && code === 0 ? 1 : passed,
    // A run that ends badly without a failed test (a crash, a set-up) is a failure too.
    failed: code === 0 ? failed : Math.max(1, failed),
    seconds: ((performance.now() - startedAt) / 1000).toFixed(1),
  };
}

/** Of vitest (`Tests  1 failed | 16 passed (17)`), Playwright (`  16 passed (1.2m)`) and unittest (`Ran 16 tests`). */
function countTests(output) {
  const lines = stripVTControlCharacters(output).split("\n");
  const summary = lines.findLast((line) => /^\s*Tests\s+\d/.test(line));
  const text = summary ?? lines.filter((line) => /^\s+\d+ (passed|failed)( \(|$)/.test(line)).join("\n");
  const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0);
  const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0);
  return { passed: count("passed") || ran, failed: count("failed") };
}

async function asCheck(work) {
  const startedAt = performance.now();
  const end = (passed, failed) => ({
    passed,
    failed,
    seconds: ((performance.now() - startedAt) / 1000).toFixed(1),
  });
  try {
    await work();
    return end(1, 0);
  } catch (err) {
    console.error(err.details ?? "");
    console.error(`✗ ${err.message}`);
    return end(0, 1);
  }
}

/** Playwright's own browser where it can be downloaded, else the Debian package. */
async function installBrowser() {
  const { chromium } = await import("@playwright/test");
  const isThere = () => existsSync("/usr/bin/chromium") || existsSync(chromium.executablePath());
  if (isThere()) return;
  const attempts = [["npx", ["playwright", "install", "chromium"]]];
  if (process.getuid?.() === 0)
    attempts.push(
      ["apt-get", ["update", "-q"]],
      ["apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"]],
    );
  for (const [command, args] of attempts) {
    spawnSync(command, args, {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if (isThere()) return;
  }
  throw new Error(
    "No browser: Chromium could not be downloaded; install the package chromium and start again.",
  );
}
