/**
 * The second half of `npm run quickstart`: everything for which the packages are needed. Acts through the
 * verbs that the pages use, as the administrator; run again, it picks up where it was.
 */
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, parseArgs } from "node:util";
import { DatabaseError } from "@/db/errors";
import { isAppError } from "@/server/contracts/errors";
import { ConfigError, readEnv } from "@/server/platform/env";
import { createLogger } from "@/server/platform/logger";
import type { Logger } from "@/server/platform/logger";
import { ensureDataDir } from "@/server/platform/paths";
import { findPython } from "@/server/platform/python";
import { startServer } from "@/server/start";
import type { StartedServer } from "@/server/start";
import { ADMIN_EMAIL, ensureAdmin, ensureCompute } from "./account";
import type { Admin } from "./account";
import { EXIT, Refusal } from "./exit-codes.mjs";
import { describeImages, inspectImages, simulateImages } from "./images";
import { ensurePackage } from "./package";
import { runPublished } from "./published";
import { reportJob } from "./report";
import { bold, dim, printRefusal, say, step } from "./terminal.mjs";
import { verifyImages } from "./verify";
import { chooseJob, datasetName, ensureProject, ensureWorkflow, fitToImages, readWorkflowFile } from "./work";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const { values: options } = parseArgs({
  options: { images: text, wells: text, size: text, offline: flag, exit: flag },
});

const ending = new AbortController();
const end = () => {
  if (ending.signal.aborted) process.exit(EXIT.interrupted); // the second signal: do not wait for anything
  ending.abort(new Interrupted());
};
class Interrupted extends Error {}

process.on("SIGINT", end);
process.on("SIGTERM", end);
process.on("disconnect", end); // the launcher is gone

async function main(): Promise<number> {
  let server: StartedServer | null = null;
  try {
    const env = readEnv();
    ensureDataDir(env.FRACTAL_DATA_DIR);
    const logFile = `${env.FRACTAL_DATA_DIR}/server.log`;
    const log = createLogger({
      level: env.LOG_LEVEL,
      nodeEnv: "production",
      destination: createWriteStream(logFile, { flags: "a", mode: 0o600 }),
    });
    catchConsole(log);
    server = await step("Start database and server", async () => {
      const value = await startServer({ env: { ...env, FRACTAL_ROLE: "all" }, log });
      return { value, note: `log in ${logFile}` };
    });
    for (const note of server.notes) say(dim(`  ${note}`));
    return await runQuickstart(server, env.FRACTAL_DATA_DIR);
  } catch (err) {
    return refuse(err);
  } finally {
    await server?.stop();
  }
}

/** Next prints while it starts; here that belongs to the log. */
function catchConsole(log: Logger): void {
  const to =
    (level: "info" | "warn" | "error") =>
    (...parts: unknown[]) => {
      log[level](format(...parts));
    };
  Object.assign(console, { log: to("info"), info: to("info"), warn: to("warn"), error: to("error") });
}

/** Prints the one sentence of a failure that we expect. @throws any other. */
function refuse(err: unknown): number {
  if (ending.signal.aborted) {
    say(dim("\nStopped. What runs goes on; start again to watch it."));
    return EXIT.interrupted;
  }
  if (err instanceof Refusal) {
    printRefusal(err.message, err.details);
    return err.code;
  }
  const isStart = err instanceof ConfigError || err instanceof DatabaseError;
  if (!isStart && !isAppError(err)) throw err;
  printRefusal(err.message);
  return isStart ? EXIT.server : EXIT.setup;
}

async function runQuickstart(server: StartedServer, dataDir: string): Promise<number> {
  const { signal } = ending;
  const python = await findPython();
  const place = { root: ROOT, dataDir, python: python.path };
  const admin = await step("Administrator, resource, profile", async () => {
    const { ctx, password } = await ensureAdmin(server.db, dataDir);
    return { value: { ctx: await ensureCompute(ctx, { dataDir, python }), password } };
  });
  const { ctx } = admin;
  await step("Collect the task package", async () => ({
    value: null,
    note: await ensurePackage({ ...place, ctx, signal }),
  }));
  const isSimulated = options.images === undefined;
  const images = await step(isSimulated ? "Simulate a microscope" : "Read the images", async () => {
    const value =
      options.images === undefined
        ? await simulateImages(place, { wells: options.wells, size: options.size })
        : await inspectImages(place, options.images, false);
    return { value, note: `${isSimulated ? "simulated, not real: " : ""}${describeImages(value)}` };
  });
  const projectId = await ensureProject(ctx);
  const { workflow, chosen } = await step("Project, workflow, dataset", async () => {
    const file = fitToImages(readWorkflowFile(ROOT, "nuclei.json"), images);
    const workflow = await ensureWorkflow(ctx, { projectId, file, folder: images.folder });
    const chosen = await chooseJob(ctx, { projectId, workflow, dataset: datasetName(images) });
    return { value: { workflow, chosen }, note: workflow.name };
  });
  if (images.planes === 1) say(dim("  The images have a single plane, so the task Project Z is left out."));
  if (!isSimulated)
    say(dim("  Their pixel size is not known; 0.325 µm is assumed, see the workflow's first task."));

  const first = await reportJob(ctx, chosen, {
    signal,
    verify: (job) => verifyImages(ctx, { job, datasetId: chosen.dataset_id, workflow, images }),
    praise: ({ count }) => `All ${count} images are on disk and in the image list.`,
  });
  printAccess(server.url, admin);
  const { code } =
    first.code === 0 ? await runPublished({ ...place, ctx, projectId, signal }, whySkipped()) : first;
  if (options.exit) return code;
  say(`\n${bold(server.url)}  ${dim("Press Ctrl-C to end the server.")}`);
  await untilTold();
  return code;
}

/** Why the person's options leave the published tasks out, or null. */
function whySkipped(): string | null {
  if (options.offline) return "--offline leaves out what comes from the package index.";
  return options.images === undefined ? null : "with --images only those are worked on.";
}

function printAccess(url: string, { password }: Admin): void {
  say(`\n  Open      ${bold(url)}`);
  say(`  Log in    ${ADMIN_EMAIL}`);
  say(`  Password  ${password ?? "the one that you gave it (not the one of this data folder)"}`);
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    if (ending.signal.aborted) resolve();
    ending.signal.addEventListener("abort", () => {
      resolve();
    });
  });
}

const code = await main().catch((err: unknown) => {
  // Not expected anywhere: a bug, shown whole.
  process.stderr.write(`${err instanceof Error ? err.stack : String(err)}\n`);
  return EXIT.setup;
});
process.exit(code);
