import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { TaskType } from "@/server/contracts/enums";
import { Manifest } from "@/server/contracts/task";
import { findSchemaProblem } from "@/server/platform/schema-check";
import type { NewTask } from "../runner/store/activity";
import { CollectionError } from "./collection-error";

type ManifestTask = Manifest["task_list"][number];
type Place = {
  /** Interpreter of the environment. */
  readonly python: string;
  /** Folder to which executables are relative. */
  readonly root: string;
  readonly version: string;
};

/**
 * Read and judge the manifest of an installed package.
 *
 * @throws CollectionError naming the place in the file (`task_list[2].name`) and the reason; with several
 *   problems the first is in the sentence and the others follow on lines of their own.
 */
export async function readManifest(file: string): Promise<Manifest> {
  const text = await readFile(file, "utf8").catch((err: unknown) => {
    throw new CollectionError(
      `The manifest of the package cannot be read: ${(err as Error).message}. The package may name a file that it does not contain; tell the people who publish it.`,
      { cause: err },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (err) {
    throw new CollectionError(
      `The manifest of the package is not JSON: ${(err as Error).message}. Tell the people who publish it.`,
      { cause: err },
    );
  }
  const parsed = Manifest.safeParse(json);
  const problems = parsed.success
    ? schemaProblems(parsed.data)
    : parsed.error.issues.map((issue) => `${jsonPath(issue.path) || "the whole file"}: ${issue.message}`);
  const [first, ...others] = problems;
  if (parsed.success && first === undefined) return parsed.data;
  throw new CollectionError([`The manifest is not valid at ${first}`, ...others].join("\n"));
}

function schemaProblems({ task_list }: Manifest): string[] {
  const problems: string[] = [];
  task_list.forEach((task, index) => {
    for (const key of ["args_schema_non_parallel", "args_schema_parallel"] as const) {
      const problem = task[key] && findSchemaProblem(task[key]);
      if (problem)
        problems.push(
          `${jsonPath(["task_list", index, key, ...problem.path])}: it is not a valid JSON Schema (${problem.reason}).`,
        );
    }
  });
  return problems;
}

/**
 * Task rows of a manifest, in its order. A missing type is inferred from the executables.
 *
 * @throws CollectionError if an executable is not a file of the package.
 */
export async function tasksOf(manifest: Manifest, place: Place): Promise<NewTask[]> {
  const found: NewTask[] = [];
  for (const task of manifest.task_list)
    found.push({
      name: task.name,
      type: task.type ?? inferType(task),
      version: place.version,
      command_non_parallel: await commandOf(task, "executable_non_parallel", place),
      command_parallel: await commandOf(task, "executable_parallel", place),
      meta_non_parallel: task.meta_non_parallel,
      meta_parallel: task.meta_parallel,
      args_schema_non_parallel: task.args_schema_non_parallel ?? null,
      args_schema_parallel: task.args_schema_parallel ?? null,
      // Where no schemas are promised, their version says nothing.
      args_schema_version: (manifest.has_args_schemas && manifest.args_schema_version) || null,
      docs_info: task.docs_info ?? null,
      docs_link: task.docs_link ?? null,
      input_types: task.input_types,
      output_types: task.output_types,
      category: task.category ?? null,
      modality: task.modality ?? null,
      authors: manifest.authors ?? null,
      tags: task.tags,
    });
  return found;
}

/** A converter looks like the others, so it must say that it is one. */
function inferType(task: ManifestTask): TaskType {
  if (task.executable_parallel && task.executable_non_parallel) return "compound";
  return task.executable_parallel ? "parallel" : "non_parallel";
}

async function commandOf(
  task: ManifestTask,
  key: "executable_non_parallel" | "executable_parallel",
  { python, root }: Place,
): Promise<string[] | null> {
  const executable = task[key];
  if (!executable) return null;
  const file = path.join(root, executable);
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile)
    throw new CollectionError(
      `The task '${task.name}' has an ${key} that points to a missing file: ${file}.`,
    );
  return [python, file];
}

/** `["task_list", 2, "name"]` → `task_list[2].name`. */
function jsonPath(keys: readonly PropertyKey[]): string {
  return keys
    .map((key, n) => (typeof key === "number" ? `[${key}]` : `${n === 0 ? "" : "."}${String(key)}`))
    .join("");
}
