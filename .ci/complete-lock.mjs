/*
 * Adds to package-lock.json the optional packages of other platforms that npm leaves out when its registry does
 * not serve them; without them `npm ci` refuses the file everywhere. Run after every `npm install`.
 * Only exact versions are added: they are what their parents ask for, so nothing is guessed.
 */
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("../package-lock.json", import.meta.url);
const OS = [
  "android",
  "darwin",
  "freebsd",
  "linux",
  "win32",
  "openharmony",
  "sunos",
  "netbsd",
  "openbsd",
  "aix",
];
const CPU = ["arm64", "x64", "arm", "ia32", "ppc64", "s390x", "riscv64", "wasm32", "loong64"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
let added = 0;
for (const [parent, entry] of Object.entries(lock.packages))
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isThere(parent, name) || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range)) continue;
    const words = name.split(/[-/]/);
    const os = OS.find((word) => words.includes(word));
    const cpu = CPU.find((word) => words.includes(word)) ?? (words.includes("armv7") ? "arm" : undefined);
    lock.packages[`node_modules/${name}`] = {
      version: range,
      ...(cpu && { cpu: [cpu] }),
      ...(entry.dev && { dev: true }),
      optional: true,
      ...(os && { os: [os] }),
    };
    added += 1;
  }
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} optional packages added`);

/** Is the package found from its parent's folder upwards, as Node would find it? */
function isThere(parent, name) {
  for (let at = parent; ; at = at.slice(0, Math.max(0, at.lastIndexOf("node_modules/") - 1))) {
    if (lock.packages[`${at ? `${at}/` : ""}node_modules/${name}`]) return true;
    if (!at) return false;
  }
}
