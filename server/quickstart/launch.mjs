/** From the bare clone to the running server: checks, packages, pages, then run.ts. */
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildInterface, installPackages } from "./build.mjs";
import {
  checkDataDir,
  checkDatabaseUrl,
  checkImages,
  checkPort,
  checkPython,
  checkSettings,
} from "./checks.mjs";
import { EXIT, Refusal } from "./exit-codes.mjs";
import { printRefusal, say, step } from "./terminal.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const USAGE = `npm run quickstart [-- OPTIONS]

  --images FOLDER   run the workflow on your own TIFF images, named like A01_F001_Z000_C01.tif
  --offline         leave out the published tasks and the images that come from the package index
  --exit            end after the jobs; exit code 0 only if every image came out right

  of the simulated microscope:
  --wells LIST      wells, for example A01,A02 (default A01,A02,B01,B02)
  --size N          width and height of an image in pixels (default 256)

PORT, DATABASE_URL and FRACTAL_DATA_DIR are honoured.`;

/** @returns The exit code. */
export async function launch(argv) {
  try {
    const options = readOptions(argv);
    if (options.help) {
      say(USAGE);
      return 0;
    }
    await checkSurroundings(options);
    await step("Install the packages", () => installPackages(ROOT));
    if (process.env.DATABASE_URL) await step("Log in to the database", checkDatabaseLogin);
    await step("Build the interface", () => buildInterface(ROOT));
    return await runServer(options);
  } catch (err) {
    if (!(err instanceof Refusal)) throw err;
    printRefusal(err.message, err.details);
    return err.code;
  }
}

function readOptions(argv) {
  try {
    const text = { type: "string" };
    const flag = { type: "boolean" };
    const { values } = parseArgs({
      args: argv,
      options: { images: text, wells: text, size: text, offline: flag, exit: flag, help: flag },
    });
    // npm changes into the root of the project; the person meant a folder from where they are.
    const from = process.env.INIT_CWD ?? process.cwd();
    return values.images === undefined ? values : { ...values, images: path.resolve(from, values.images) };
  } catch (err) {
    throw new Refusal(EXIT.usage, `${err.message.split(". To ")[0]}. See npm run quickstart -- --help.`);
  }
}

/** Everything that is known in a second, before anything that takes a minute. */
async function checkSurroundings({ images }) {
  await step("Check the surroundings", async () => {
    checkSettings();
    const python = await checkPython();
    await checkPort();
    checkDataDir(path.resolve(ROOT, process.env.FRACTAL_DATA_DIR || "./.data"));
    await checkDatabaseUrl();
    const found = images === undefined ? null : await checkImages(ROOT, python.path, images);
    const seen = found ? `, ${found.files} TIFF files in ${images}` : "";
    return { note: `Node ${process.versions.node}, Python ${python.version}${seen}` };
  });
}

function node(script, args, stdio) {
  return spawn(process.execPath, ["--import", "tsx", path.join(ROOT, "server/quickstart", script), ...args], {
    cwd: ROOT,
    stdio,
    env: { ...process.env, NODE_ENV: "production" },
  });
}

const ended = (child) =>
  new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });

/** A wrong password is found by asking, which needs the packages but not the pages. */
async function checkDatabaseLogin() {
  const child = node("check-database.ts", [], ["ignore", "ignore", "pipe"]);
  let output = "";
  child.stderr.on("data", (bytes) => (output += bytes));
  const { code } = await ended(child);
  if (code !== 0) throw new Refusal(EXIT.database, output.trim() || "The database cannot be used.");
}

async function runServer({ images, wells, size, offline, exit }) {
  const args = [];
  if (images !== undefined) args.push("--images", images);
  if (wells !== undefined) args.push("--wells", wells);
  if (size !== undefined) args.push("--size", size);
  if (offline) args.push("--offline");
  if (exit) args.push("--exit");
  // Through the channel the server notices our end, however it comes, and does not stay behind.
  const child = node("run.ts", args, ["inherit", "inherit", "inherit", "ipc"]);
  // Ctrl-C reaches the server by itself; we only wait for it. A plain kill is for us alone.
  const forward = () => child.kill("SIGTERM");
  const ignore = () => undefined;
  process.on("SIGTERM", forward);
  process.on("SIGINT", ignore);
  const { code, signal } = await ended(child);
  process.off("SIGTERM", forward);
  process.off("SIGINT", ignore);
  if (signal)
    throw new Refusal(
      EXIT.server,
      `The server was ended by ${signal}; started again, it goes on where it was.`,
    );
  return code;
}
