import path from "node:path";
import { z } from "zod";
import type { ResourceRow, TaskGroupRow } from "@/db/schema";
import { TasksPythonConfig } from "@/server/contracts/resource";
import { normalizePackageName } from "@/server/domain/tasks/package-name";
import type { NewTask } from "../runner/store/activity";
import type { ActivityLog } from "./activity-log";
import { CollectionError } from "./collection-error";
import { runCommand } from "./commands";
import type { Command } from "./commands";
import { createFolder, keepArchive } from "./folder";
import { readManifest, tasksOf } from "./manifest";
import { fileURLToPath } from "node:url";

const FIND_PACKAGE = fileURLToPath(new URL("./find_package.py", import.meta.url));

const PackagePlace = z.object({
  name: z.string(),
  root: z.string().nullable(),
  manifest: z.string().nullable(),
});

export type Collected = { tasks: NewTask[]; env_info: string; archive_path: string };

/**
 * Install a wheel into a virtual environment of its own and read what tasks it has. Nothing is written to the
 * database. Begins with an empty folder, so it can be repeated after any interruption.
 *
 * @param group `path`, `venv_path` and `archive_path` are set.
 * @throws CollectionError in one sentence.
 */
export async function collectWheel(
  job: { group: TaskGroupRow; resource: ResourceRow },
  deps: { log: ActivityLog; signal: AbortSignal },
): Promise<Collected> {
  const { group, resource } = job;
  const { path: folder, venv_path: venv, archive_path: archive } = group;
  if (folder === null || venv === null || archive === null)
    throw new CollectionError("The package has no folder, environment or wheel to collect.");
  const { interpreter, cacheDir } = pythonOf(resource, group.python_version);
  const python = path.join(venv, "bin", "python");
  const run = (command: Omit<Command, "cwd">) =>
    runCommand({ ...deps, python: interpreter }, { ...command, cwd: folder });

  deps.log.say(`Collect ${group.pkg_name} ${group.version} into ${folder}`);
  await createFolder(folder, group.id);
  const wheel = await keepArchive(archive, folder);
  await run({
    title: "Create the virtual environment",
    argv: [interpreter, "-m", "venv", "--copies", venv],
  });
  await run({ title: "Install the wheel", argv: [python, "-m", "pip", ...install(wheel, cacheDir)] });
  const env_info = await run({
    title: "List what is installed",
    argv: [python, "-m", "pip", "--disable-pip-version-check", "freeze", "--all"],
  });
  const found = await run({
    title: "Find the manifest",
    argv: [python, "-I", FIND_PACKAGE, group.pkg_name],
  });
  const { name, root, manifest } = placeOf(found);
  // pip believes the file name; what is installed must not be shown under another package's name.
  if (normalizePackageName(name) !== group.pkg_name)
    throw new CollectionError(
      `The wheel calls itself ${name}, but its file name says ${group.pkg_name}; do not rename wheels.`,
    );
  if (root === null || manifest === null)
    throw new CollectionError(
      `The package ${group.pkg_name} has no __FRACTAL_MANIFEST__.json, so it is not a Fractal task package.`,
    );
  const tasks = await tasksOf(await readManifest(manifest), { python, root, version: group.version });
  deps.log.say(`Found ${tasks.length} tasks: ${tasks.map(({ name }) => name).join(", ")}`);
  return { tasks, env_info, archive_path: wheel };
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

/** Wheels only: building a source package would run its code on this host. */
function install(wheel: string, cacheDir: string | null): string[] {
  const cache = cacheDir === null ? ["--no-cache-dir"] : ["--cache-dir", cacheDir];
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
  return ["install", "--only-binary", ":all:", ...quiet, ...cache, wheel];
}

function pythonOf(resource: ResourceRow, version: string | null) {
  const config = TasksPythonConfig.safeParse(resource.document["tasks_python_config"]);
  const wanted = version ?? (config.success ? config.data.default_version : null);
  const interpreter = config.success
    ? config.data.versions[wanted as keyof typeof config.data.versions]
    : undefined;
  if (!config.success || interpreter === undefined)
    throw new CollectionError(`The resource '${resource.name}' has no Python ${wanted ?? "interpreter"}.`);
  return { interpreter, cacheDir: config.data.pip_cache_dir ?? null };
}
