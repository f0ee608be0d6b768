/** What the form of a collection holds, and what of it is asked of the server. Pure. */
import { z } from "zod";
import { PackageName, PackageVersion } from "@/server/contracts/task";
import type { CollectInput } from "@/server/contracts/task";
import type { PythonVersion } from "@/server/contracts/resource";
import { normalizePackageName, parseWheelName } from "@/server/domain/tasks/package-name";

export const SOURCES = ["pypi", "wheel"] as const;
export type Source = (typeof SOURCES)[number];

export type CollectValues = {
  package: string;
  /** Empty: the newest. */
  package_version: string;
  /** Empty: the default of the resource. */
  python_version: string;
  package_extras: string;
  pins: { name: string; version: string; when: "pre" | "post" }[];
  file: File | null;
};

export const EMPTY_COLLECT: CollectValues = {
  package: "",
  package_version: "",
  python_version: "",
  package_extras: "",
  pins: [],
  file: null,
};

export type LookedUp = { found: string | null; newest: string | null };

const isVersion = (text: string) => PackageVersion.safeParse(text).success;
const FREE = z.string().trim();

/** The form as it must be before it is sent; with a wheel, name and version are those of the file. */
export function collectForm(source: Source) {
  return z
    .object({
      package: source === "pypi" ? PackageName : z.string(),
      package_version:
        source === "pypi"
          ? FREE.refine((text) => text === "" || isVersion(text), "Must be one version, such as 1.4.2.")
          : z.string(),
      python_version: z.string(),
      package_extras: FREE,
      pins: z.array(z.object({ name: FREE, version: FREE, when: z.enum(["pre", "post"]) })),
      file: z.custom<File | null>(),
    })
    .superRefine(({ pins, file }, ctx) => {
      const problem = (path: (string | number)[], message: string) =>
        ctx.addIssue({ code: "custom", path, message });
      if (source === "wheel") {
        const reason = wheelProblem(file);
        if (reason !== null) problem(["file"], reason);
      }
      const seen = new Set<string>();
      pins.forEach(({ name, version, when }, index) => {
        if (name === "" && version === "") return;
        if (!PackageName.safeParse(name).success)
          problem(["pins", index, "name"], "Must be the name of a package.");
        else if (seen.has(`${when} ${normalizePackageName(name)}`))
          problem(["pins", index, "name"], `${name} is pinned twice.`);
        if (!isVersion(version)) problem(["pins", index, "version"], "Must be one version, such as 2.1.0.");
        seen.add(`${when} ${normalizePackageName(name)}`);
      });
    });
}

/** Why this file cannot be collected; null if it can. The content is judged by the server. */
export function wheelProblem(file: Pick<File, "name" | "size"> | null): string | null {
  if (file === null) return "Choose the file of a wheel.";
  if (parseWheelName(file.name) === null)
    return `'${file.name}' is not the name of a wheel, such as my_tasks-1.0.0-py3-none-any.whl. Use the name that it was built with.`;
  return file.size === 0 ? `${file.name} is empty.` : null;
}

/**
 * @param from The upload; for the index, what the look-up said: the version that the button names, in the spelling
 *   of the index, and the newest one. If it said nothing, what was typed is sent, or the server takes the newest.
 */
export function toCollectInput(values: CollectValues, from: { upload_id: string } | LookedUp): CollectInput {
  const pinned = (when: "pre" | "post") =>
    Object.fromEntries(
      values.pins.filter((pin) => pin.when === when && pin.name !== "").map((pin) => [pin.name, pin.version]),
    );
  const extras = values.package_extras.trim();
  const [before, after] = [pinned("pre"), pinned("post")];
  const options = {
    ...(values.python_version !== "" && { python_version: values.python_version as PythonVersion }),
    ...(extras !== "" && { package_extras: extras }),
    ...(Object.keys(before).length > 0 && { pinned_package_versions_pre: before }),
    ...(Object.keys(after).length > 0 && { pinned_package_versions_post: after }),
  };
  if ("upload_id" in from) return { origin: "wheel-file", upload_id: from.upload_id, ...options };
  const version = from.found ?? (values.package_version || from.newest);
  return {
    origin: "pypi",
    package: values.package,
    ...(version !== null && { package_version: version }),
    ...options,
  };
}
