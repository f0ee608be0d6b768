import { createReadStream, readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { isAppError } from "@/server/contracts/errors";
import type { ActivityView, TaskGroupView } from "@/server/contracts/task";
import { isSameVersion } from "@/server/domain/tasks/versions";
import type { ServiceContext } from "@/server/services/context";
import { getActivity, listActivities } from "@/server/services/task/activities";
import { collectPackage } from "@/server/services/task/collect";
import { findPackage } from "@/server/services/task/find-package";
import { listTaskGroups } from "@/server/services/task/list-groups";
import { storeUpload } from "@/server/services/upload/store";
import { EXIT, Refusal } from "./exit-codes.mjs";
import { pause } from "./pause";
import { runPip } from "./pip";
import { Skipped } from "./skipped";

export const PACKAGE = "fractal-example-tasks";
const POLL_MS = 300;

type Collection = { ctx: ServiceContext; root: string; dataDir: string; python: string; signal: AbortSignal };
type Version = { pkg_name: string; version: string };

/**
 * The example tasks, installed through the collection code; a collection that a killed server has begun is
 * waited for.
 *
 * @returns What happened, in words for the terminal.
 */
export async function ensurePackage(input: Collection): Promise<string> {
  const { ctx, root, signal } = input;
  const version = readVersion(root);
  return ensureCollected(ctx, { pkg_name: PACKAGE, version }, () => collectBuilt(input), signal);
}

/**
 * A package of the index, in this version.
 *
 * @returns What happened, in words for the terminal.
 * @throws Skipped if the index cannot be used or does not have it for this Python; Refusal for any other reason.
 */
export async function ensurePublished(
  { ctx, signal }: Pick<Collection, "ctx" | "signal">,
  { pkg_name, version }: Version,
): Promise<string> {
  const wanted = { package: pkg_name, package_version: version };
  const collect = async () => {
    await findPackage(ctx, wanted).catch((err: unknown) => {
      throw skippedFor(err, pkg_name);
    });
    return (await collectPackage(ctx, { origin: "pypi", ...wanted })).activity_id;
  };
  return ensureCollected(ctx, { pkg_name, version }, collect, signal);
}

/** What the index refuses is no fault of ours: the published tasks are left out. Anything else stays what it is. */
export function skippedFor(err: unknown, pkg_name: string): unknown {
  if (!isAppError(err)) return err;
  const isAbsent = isAppError(err, "InvalidInput") && err.fields["package"] !== undefined;
  const why = isAbsent ? `pip has no index with ${pkg_name} for this computer.` : err.message;
  return new Skipped(why, { cause: err });
}

/** Whoever collected it may have spelled the version in another way. */
const isOf = (wanted: Version) => (row: Version) =>
  row.pkg_name === wanted.pkg_name && isSameVersion(row.version, wanted.version);

/** The package on this resource, whoever collected it: one that can be used, or else one that is under way. */
export async function findGroup(ctx: ServiceContext, wanted: Version): Promise<TaskGroupView | undefined> {
  const groups = (await listTaskGroups(ctx)).filter(isOf(wanted));
  return groups.find((group) => group.active) ?? groups[0];
}

/** @param collect Asks for the collection; a collection that a killed server has begun is waited for instead. */
async function ensureCollected(
  ctx: ServiceContext,
  wanted: Version,
  collect: () => Promise<number>,
  signal: AbortSignal,
): Promise<string> {
  const { pkg_name, version } = wanted;
  const isThis = isOf(wanted);
  if ((await findGroup(ctx, wanted))?.active) return `${pkg_name} ${version} is there already`;
  const begun = (await listActivities(ctx)).find(
    (row) => isThis(row) && (row.status === "pending" || row.status === "ongoing"),
  );
  const activity = await endOf(ctx, begun?.id ?? (await collect()), signal);
  if (activity.status !== "OK") {
    const [why = "", ...log] = activity.log.split("\n");
    throw new Refusal(
      EXIT.setup,
      `The package ${pkg_name} could not be collected: ${why}`,
      log.slice(-30).join("\n"),
    );
  }
  const tasks = (await findGroup(ctx, wanted))?.tasks.length ?? 0;
  return `${pkg_name} ${version}: ${tasks} tasks`;
}

async function collectBuilt(input: Collection): Promise<number> {
  const { ctx, dataDir } = input;
  const wheel = await buildWheel(input);
  const file = {
    file_name: path.basename(wheel),
    source: createReadStream(wheel),
    bytes: (await stat(wheel)).size,
  };
  const place = { dataDir, maxBytes: Infinity, maxUserBytes: Infinity };
  const { upload_id } = await storeUpload(ctx, place, file);
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
  const wheels = path.join(dataDir, "quickstart", "wheels");
  try {
    await rm(wheels, { recursive: true, force: true });
    const build = ["wheel", "--no-deps", "--no-index", "--wheel-dir", wheels, sourceOf(root)];
    await runPip({ dataDir, python, signal }, build);
  } catch (err) {
    signal.throwIfAborted();
    const output = (err as { all?: string }).all ?? String(err);
    throw new Refusal(EXIT.setup, `The package ${PACKAGE} could not be built, see above.`, output);
  }
  const [wheel] = await readdir(wheels);
  return path.join(wheels, wheel ?? "");
}
