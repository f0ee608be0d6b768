/** Task packages: the manifest they ship, and what a collection asks for. */
import { z } from "zod";
import { Id, JsonObject, NonEmptyString } from "./common";
import { TASK_TYPES } from "./enums";
import type { ActivityAction, ActivityStatus, TaskGroupOrigin, TaskType } from "./enums";
import { TypeFilters } from "./image";
import { PythonVersion } from "./resource";

/** JSON Schema of the arguments of one executable. */
export type ArgsSchema = Readonly<Record<string, unknown>>;

const RelativePath = NonEmptyString.refine(
  (path) => !path.startsWith("/") && !path.split("/").includes(".."),
  "Must be a path inside the package.",
);

export const ManifestTask = z
  .object({
    name: NonEmptyString,
    type: z.enum(TASK_TYPES).nullish(),
    executable_non_parallel: RelativePath.nullish(),
    executable_parallel: RelativePath.nullish(),
    input_types: TypeFilters.default({}),
    output_types: TypeFilters.default({}),
    meta_non_parallel: JsonObject.default({}),
    meta_parallel: JsonObject.default({}),
    args_schema_non_parallel: JsonObject.nullish(),
    args_schema_parallel: JsonObject.nullish(),
    docs_info: z.string().nullish(),
    docs_link: z.url({ protocol: /^https?$/ }).nullish(),
    category: NonEmptyString.nullish(),
    modality: NonEmptyString.nullish(),
    tags: z.array(NonEmptyString).default([]),
  })
  .superRefine((task, ctx) => {
    const problem = (path: string, message: string) =>
      ctx.addIssue({ code: "custom", path: [path], message });
    if (!task.executable_non_parallel && !task.executable_parallel)
      problem("executable_parallel", "A task needs executable_parallel, executable_non_parallel, or both.");
    for (const part of ["non_parallel", "parallel"] as const) {
      if (task[`executable_${part}`]) continue;
      if (Object.keys(task[`meta_${part}`]).length > 0)
        problem(`meta_${part}`, `Must be empty without executable_${part}.`);
      if (task[`args_schema_${part}`])
        problem(`args_schema_${part}`, `Must be absent without executable_${part}.`);
    }
    const wants = {
      parallel: [false, true],
      non_parallel: [true, false],
      converter_non_parallel: [true, false],
      compound: [true, true],
      converter_compound: [true, true],
    } as const;
    if (task.type) {
      const [nonParallel, parallel] = wants[task.type];
      if (
        Boolean(task.executable_non_parallel) !== nonParallel ||
        Boolean(task.executable_parallel) !== parallel
      )
        problem("type", `The type '${task.type}' does not fit the executables that are given.`);
    }
  });

/** `__FRACTAL_MANIFEST__.json`, version 2. Unknown keys are ignored. */
export const Manifest = z
  .object({
    manifest_version: z.literal("2", 'Must be "2"; packages with an older manifest need another version.'),
    task_list: z.array(ManifestTask),
    has_args_schemas: z.boolean().default(false),
    args_schema_version: z.string().nullish(),
    authors: NonEmptyString.nullish(),
  })
  .superRefine((manifest, ctx) => {
    const seen = new Set<string>();
    manifest.task_list.forEach((task, index) => {
      if (seen.has(task.name))
        ctx.addIssue({
          code: "custom",
          path: ["task_list", index, "name"],
          message: `'${task.name}' appears twice.`,
        });
      seen.add(task.name);
      if (!manifest.has_args_schemas) return;
      for (const part of ["non_parallel", "parallel"] as const)
        if (task[`executable_${part}`] && !task[`args_schema_${part}`])
          ctx.addIssue({
            code: "custom",
            path: ["task_list", index, `args_schema_${part}`],
            message: "Required, because has_args_schemas is true.",
          });
    });
  });
export type Manifest = z.infer<typeof Manifest>;

/** A name as PyPI allows it; any spelling, it is normalised where it is stored. */
export const PackageName = NonEmptyString.max(200).regex(
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  "Must be the name of a package: letters, digits, dots, dashes and underscores.",
);

/** One exact version (PEP 440), without an operator. */
export const PackageVersion = NonEmptyString.max(100).regex(
  /^v?\d[A-Za-z0-9._!+-]*$/,
  "Must be one version, such as 1.4.2.",
);

/** `name` → version, as `pip install name==version`. */
export const PinnedVersions = z.record(PackageName, PackageVersion);

const collectOptions = {
  /** Comma-separated extras without brackets, such as `cellpose,napari`. */
  package_extras: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9._-]+(?:\s*,\s*[A-Za-z0-9._-]+)*$/, "Must be names of extras, separated by commas.")
    .optional(),
  /** Absent: the default version of the resource. */
  python_version: PythonVersion.optional(),
  /** Installed before the package, so that it has to live with them; and after, whatever it says. */
  pinned_package_versions_pre: PinnedVersions.optional(),
  pinned_package_versions_post: PinnedVersions.optional(),
};

export const CollectInput = z.discriminatedUnion("origin", [
  z.strictObject({
    origin: z.literal("pypi"),
    package: PackageName,
    /** Absent: the newest that the index has for this Python. */
    package_version: PackageVersion.optional(),
    ...collectOptions,
  }),
  z.strictObject({
    origin: z.literal("wheel-file"),
    /** From `POST /api/upload`. Name and version come from the file name. */
    upload_id: z.uuid(),
    ...collectOptions,
  }),
]);
export type CollectInput = z.input<typeof CollectInput>;

/** What the index says about a package before it is collected; asked of the runner, through pip. */
export const FindPackageInput = z.object({
  package: PackageName,
  package_version: PackageVersion.optional(),
  python_version: PythonVersion.optional(),
});
export type FindPackageInput = z.input<typeof FindPackageInput>;

/** The same question as a runner gets it. */
export const PackageQuestion = FindPackageInput.extend({ resource_id: Id, python_version: PythonVersion });
export type PackageQuestion = z.infer<typeof PackageQuestion>;

/** A runner's answer. `kind` says which field the reason belongs to. */
export const PackageAnswer = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), version: z.string(), versions: z.array(z.string()) }),
  z.object({ ok: z.literal(false), kind: z.string(), reason: z.string() }),
]);
export type PackageAnswer = z.infer<typeof PackageAnswer>;

export type PackageFound = {
  pkg_name: string;
  /** The version that would be collected. */
  version: string;
  /** Versions that fit this Python, newest first (PEP 440). */
  versions: string[];
  python_version: string;
  /** The user's own group of this version, or null. */
  task_group_id: number | null;
};

/** Answer of `POST /api/upload?name=…` (201). A file that no collection used is deleted after a day. */
export type Uploaded = { upload_id: string; file_name: string; bytes: number; sha256: string };

export type TaskView = {
  id: number;
  name: string;
  type: TaskType;
  version: string;
  pkg_name: string;
  task_group_id: number;
  is_active: boolean;
  category: string | null;
  modality: string | null;
  authors: string | null;
  tags: string[];
  input_types: Record<string, boolean>;
  output_types: Record<string, boolean>;
  docs_info: string | null;
  docs_link: string | null;
  args_schema_non_parallel: ArgsSchema | null;
  args_schema_parallel: ArgsSchema | null;
  args_schema_version: string | null;
  meta_non_parallel: Record<string, unknown>;
  meta_parallel: Record<string, unknown>;
};

/** `used_by`: workflow tasks that use it. */
export type GroupTask = TaskView & { used_by: number };

/** A version of a package on the user's resource. */
export type TaskGroupView = {
  id: number;
  pkg_name: string;
  version: string;
  origin: TaskGroupOrigin;
  python_version: string | null;
  active: boolean;
  owner_email: string;
  timestamp_created: string;
  tasks: GroupTask[];
  /** Workflow tasks that use one of its tasks. */
  used_by: number;
};

export type ActivityView = {
  id: number;
  task_group_id: number | null;
  pkg_name: string;
  version: string;
  action: ActionWord;
  status: ActivityStatus;
  timestamp_started: string;
  timestamp_ended: string | null;
  /** What it does, in order; those that have not begun are named too. */
  steps: ActivityStep[];
  /** Why it failed, one sentence (the first line of the log); null otherwise. */
  failure: string | null;
  /** Whole log so far. */
  log: string;
};
type ActionWord = ActivityAction;

export type ActivityStep = {
  /** An imperative: "Install the package". */
  title: string;
  state: "pending" | "running" | "done" | "failed";
  /** Null until it ended. */
  seconds: number | null;
  /** "41 of 58 packages"; null: nothing to add. */
  detail: string | null;
};

export const GetTaskInput = z.object({ task_id: Id });
export const ActivityIdInput = z.object({ activity_id: Id });
