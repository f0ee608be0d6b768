import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { ResourceRow, TaskGroupRow } from "@/db/schema";
import { count } from "@/server/domain/tasks/collection-steps";
import type { CollectionStep } from "@/server/domain/tasks/collection-steps";
import { normalizePackageName } from "@/server/domain/tasks/package-name";
import { isSameVersion } from "@/server/domain/tasks/versions";
import type { NewTask } from "../runner/store/activity";
import type { ActivityLog } from "./activity-log";
import { readChoice } from "./choice";
import { CollectionError } from "./collection-error";
import { createFolder, keepArchive } from "./folder";
import { readManifest, tasksOf } from "./manifest";
import { EnvironmentPip } from "./environment-pip";
import { pythonOf } from "./python-of";
import type { RunningStep, Steps } from "./steps";

const LOCATE_PACKAGE = fileURLToPath(new URL("./locate_package.py", import.meta.url));

const PackagePlace = z.object({
  name: z.string(),
  version: z.string(),
  root: z.string().nullable(),
  manifest: z.string().nullable(),
});

export type Collected = {
  /** As the installed package spells it. */
  version: string;
  tasks: NewTask[];
  env_info: string;
  /** Null: from the index. */
  archive_path: string | null;
};

export type Collection = {
  /** `path` and `venv_path` are set. */
  group: TaskGroupRow;
  resource: ResourceRow;
  /** The wheel that was sent; null: from the index. */
  upload: { file: string; file_name: string } | null;
};

export type CollectionDeps = { log: ActivityLog; steps: Steps<CollectionStep>; signal: AbortSignal };

/**
 * Install a package into a virtual environment of its own and read what tasks it has. Nothing is written to the
 * database. Begins with an empty folder, so it can be repeated after any interruption.
 *
 * @throws CollectionError in one sentence.
 */
export async function collect(
  { group, resource, upload }: Collection,
  { log, steps, signal }: CollectionDeps,
): Promise<Collected> {
  const { path: folder, venv_path: venv } = group;
  if (folder === null || venv === null)
    throw new CollectionError("The package has no folder for its environment.");
  const resourcePython = pythonOf(resource, group.python_version);
  log.say(`Collect ${group.pkg_name} ${group.version} into ${folder}`);
  await createFolder(folder, group.id);
  const wheel = upload && (await keepArchive(upload.file, path.join(folder, upload.file_name)));
  // Everything that is needed only now is inside, so that nothing stays behind elsewhere, also after a kill.
  const tmp = path.join(folder, "tmp");
  await mkdir(tmp);
  const python = path.join(venv, "bin", "python");
  const pip = new EnvironmentPip({ log, signal, resourcePython, python, folder, tmp });

  await steps.run("environment", () => pip.createEnvironment(venv));

  const report = path.join(tmp, "report.json");
  const requirements = path.join(tmp, "requirements.txt");
  const { pinned_package_versions_pre: before, pinned_package_versions_post: after } = group;
  const choice = await steps.run("choose", async (step) => {
    await pip.choose([requirementOf(group, wheel), ...pinned(before)], report, step.title);
    const found = await readChoice(report, group);
    // What comes afterwards must exist too, before anything large is downloaded.
    if (Object.keys(after).length > 0)
      await pip.choose([...pinned(after)], path.join(tmp, "after.json"), step.title, ["--no-deps"]);
    log.add(`${count(found.names.length, "package")}: ${found.names.join(", ")}\n`);
    step.detail = count(found.names.length, "package");
    return found;
  });

  await writeFile(requirements, choice.requirements.map((line) => `${line}\n`).join(""));
  const total = choice.requirements.length;
  await steps.run(
    "install",
    async (step) => {
      await pip.install(["--no-deps", "-r", requirements], step.title, progressOf(step, total));
      await pip.ensureSetuptools(venv, step.title);
      step.detail = null;
    },
    `Install ${count(total, "package")}`,
  );
  if (Object.keys(after).length > 0)
    await steps.run("install_after", (step) => pip.install(pinned(after), step.title));

  const { manifest, root, version, env_info } = await steps.run("manifest", async (step) => {
    const frozen = await pip.run(["freeze", "--all", "--disable-pip-version-check"], step.title);
    const place = placeOf(await pip.python(["-I", LOCATE_PACKAGE, group.pkg_name], step.title));
    judge(place, group);
    const found = await readManifest(place.manifest);
    step.detail = count(found.task_list.length, "task");
    return { manifest: found, root: place.root, version: spellingOf(place, group), env_info: frozen };
  });
  const commands = manifest.task_list.flatMap((task) => [
    task.executable_non_parallel,
    task.executable_parallel,
  ]);
  const tasks = await steps.run(
    "commands",
    () => tasksOf(manifest, { python, root, version }),
    `Check ${count(commands.filter(Boolean).length, "command")}`,
  );
  log.say(`Found ${count(tasks.length, "task")}: ${tasks.map(({ name }) => name).join(", ")}`);
  await rm(tmp, { recursive: true, force: true });
  return { version, tasks, env_info, archive_path: wheel };
}

function requirementOf({ pkg_name, version, pip_extras }: TaskGroupRow, wheel: string | null): string {
  const extras = pip_extras === null ? "" : `[${pip_extras}]`;
  return wheel === null ? `${pkg_name}${extras}==${version}` : `${wheel}${extras}`;
}

const pinned = (versions: Readonly<Record<string, string>>) =>
  Object.entries(versions).map(([name, version]) => `${name}==${version}`);

/** pip says when it takes up a package; while it unpacks them it says nothing. */
function progressOf(step: RunningStep, total: number): (line: string) => void {
  let fetched = 0;
  return (line) => {
    if (/^(?:Collecting|Processing|Obtaining) /.test(line)) {
      fetched += 1;
      step.detail = `${Math.min(fetched, total)} of ${total}`;
    } else if (line.startsWith("Installing collected packages")) step.detail = "all downloaded, unpacking";
  };
}

/** Packages may print when Python starts; the answer is the last line. */
function placeOf(stdout: string): z.infer<typeof PackagePlace> {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    return PackagePlace.parse(JSON.parse(line));
  } catch (err) {
    throw new CollectionError("Where the package was installed cannot be read from its environment.", {
      cause: err,
    });
  }
}

/** `2.1` was asked for and `2.1.0` is installed. A build of it (`2.1.0+local`) counts as what was asked for. */
const spellingOf = (place: { version: string }, { version }: TaskGroupRow) =>
  isSameVersion(place.version, version) ? place.version : version;

type Place = z.infer<typeof PackagePlace>;

function judge(
  place: Place,
  { pkg_name, version }: TaskGroupRow,
): asserts place is Place & { root: string; manifest: string } {
  if (normalizePackageName(place.name) !== pkg_name)
    throw new CollectionError(`${place.name} was installed where ${pkg_name} was asked for.`);
  if (place.root === null || place.manifest === null)
    throw new CollectionError(
      `${pkg_name} ${version} has no __FRACTAL_MANIFEST__.json, so it is not a Fractal task package. Check the name, or choose a version that has tasks.`,
    );
}
