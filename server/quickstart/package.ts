import { createReadStream, existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { ActivityView } from "@/server/contracts/task";
import { childEnvironment } from "@/server/environments/commands";
import type { ServiceContext } from "@/server/services/context";
import { getActivity, listActivities } from "@/server/services/task/activities";
import { collectPackage } from "@/server/services/task/collect";
import { listTaskGroups } from "@/server/services/task/list-groups";
import { storeUpload } from "@/server/services/upload/store";
import { EXIT, Refusal } from "./exit-codes.mjs";
import { pause } from "./pause";

export const PACKAGE = "fractal-example-tasks";
const POLL_MS = 300;

type Collection = { ctx: ServiceContext; root: string; dataDir: string; python: string; signal: AbortSignal };

/**
 * The example tasks, installed through the collection code; a collection that a killed server has begun is
 * waited for.
 *
 * @returns What happened, in words for the terminal.
 */
export async function ensurePackage(input: Collection): Promise<string> {
  const { ctx, root, signal } = input;
  const version = readVersion(root);
  const isThis = (row: { pkg_name: string; version: string }) =>
    row.pkg_name === PACKAGE && row.version === version;
  const group = (await listTaskGroups(ctx)).find(isThis);
  if (group?.active) return `${PACKAGE} ${version} is there already`;
  const begun = (await listActivities(ctx)).find(
    (row) => isThis(row) && (row.status === "pending" || row.status === "ongoing"),
  );
  const id = begun?.id ?? (await collectBuilt(input));
  const activity = await endOf(ctx, id, signal);
  if (activity.status !== "OK") {
    const [why = "", ...log] = activity.log.split("\n");
    throw new Refusal(
      EXIT.setup,
      `The package ${PACKAGE} could not be collected: ${why}`,
      log.slice(-30).join("\n"),
    );
  }
  const tasks = (await listTaskGroups(ctx)).find(isThis)?.tasks.length ?? 0;
  return `${PACKAGE} ${version}: ${tasks} tasks`;
}

async function collectBuilt(input: Collection): Promise<number> {
  const { ctx, dataDir } = input;
  const wheel = await buildWheel(input);
  const file = { file_name: path.basename(wheel), source: createReadStream(wheel), bytes: null };
  const { upload_id } = await storeUpload(ctx, { dataDir, maxBytes: Infinity }, file);
  return (await collectPackage(ctx, { origin: "wheel-file", upload_id })).activity_id;
}

async function endOf(ctx: ServiceContext, activity_id: number, signal: AbortSignal): Promise<ActivityView> {
  for (;;) {
    const activity = await getActivity(ctx, { activity_id });
    if (activity.timestamp_ended !== null) return activity;
    await pause(POLL_MS, signal);
  }
}

const sourceOf = (root: string) => path.join(root, "examples", PACKAGE);

function readVersion(root: string): string {
  const project = readFileSync(path.join(sourceOf(root), "pyproject.toml"), "utf8");
  const version = /^version = "([^"]+)"$/m.exec(project)?.[1];
  if (version === undefined) throw new Error(`${sourceOf(root)}/pyproject.toml names no version`);
  return version;
}

/** Offline: the package has a build backend of its own. */
async function buildWheel({ root, dataDir, python, signal }: Collection): Promise<string> {
  const work = path.join(dataDir, "quickstart");
  const venv = path.join(work, "venv");
  const wheels = path.join(work, "wheels");
  const isWhole = path.join(venv, "complete");
  const options = {
    env: childEnvironment(process.env),
    extendEnv: false,
    stdin: "ignore",
    cancelSignal: signal,
    all: true,
  } as const;
  try {
    await mkdir(work, { recursive: true });
    if (!existsSync(isWhole)) {
      await execa(python, ["-m", "venv", "--clear", venv], options);
      await writeFile(isWhole, "");
    }
    await rm(wheels, { recursive: true, force: true });
    const pip = ["-m", "pip", "--disable-pip-version-check"];
    const build = ["wheel", "--no-deps", "--no-index", "--wheel-dir", wheels, sourceOf(root)];
    await execa(path.join(venv, "bin", "python"), [...pip, ...build], options);
  } catch (err) {
    signal.throwIfAborted();
    const output = (err as { all?: string }).all ?? String(err);
    throw new Refusal(EXIT.setup, `The package ${PACKAGE} could not be built, see above.`, output);
  }
  const [wheel] = await readdir(wheels);
  return path.join(wheels, wheel ?? "");
}
