/** pip's report of what it would install (`--report`, "installation report" version 1). */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { normalizePackageName } from "@/server/domain/tasks/package-name";
import { isSameVersion } from "@/server/domain/tasks/versions";
import { CollectionError } from "./collection-error";

const Report = z.object({
  install: z.array(
    z.object({
      is_direct: z.boolean().default(false),
      download_info: z.object({ url: z.string() }),
      metadata: z.object({
        name: z.string(),
        version: z.string(),
        provides_extra: z.array(z.string()).default([]),
      }),
    }),
  ),
});
type Item = z.infer<typeof Report>["install"][number];

export type Choice = {
  /** Name and version of each package, sorted. */
  names: string[];
  /** Lines of a requirements file that installs exactly these. */
  requirements: string[];
};

/** @throws CollectionError if what was chosen is not what was asked for. */
export async function readChoice(
  reportFile: string,
  group: { pkg_name: string; version: string; pip_extras: string | null; origin: string },
): Promise<Choice> {
  const { install } = Report.parse(JSON.parse(await readFile(reportFile, "utf8")));
  const own = install.find(({ metadata }) => normalizePackageName(metadata.name) === group.pkg_name);
  // pip believes the file name; what is installed must not be shown under another package's name.
  const direct = install.find((item) => item.is_direct && item.download_info.url.endsWith(".whl"));
  if (group.origin === "wheel-file") judgeWheel(own ?? direct, group);
  judgeExtras(own, group.pip_extras);
  return {
    names: install.map(({ metadata }) => `${metadata.name} ${metadata.version}`).sort(),
    requirements: install.map(({ is_direct, download_info, metadata }) =>
      is_direct ? `${metadata.name} @ ${download_info.url}` : `${metadata.name}==${metadata.version}`,
    ),
  };
}

function judgeWheel(
  item: Item | undefined,
  { pkg_name, version }: { pkg_name: string; version: string },
): void {
  if (!item) return;
  const { name, version: real } = item.metadata;
  if (normalizePackageName(name) !== pkg_name)
    throw new CollectionError(
      `The wheel calls itself ${name}, but its file name says ${pkg_name}; do not rename wheels.`,
    );
  if (!isSameVersion(real, version))
    throw new CollectionError(
      `The wheel says that it is version ${real}, but its file name says ${version}; do not rename wheels.`,
    );
}

/** pip only warns of an extra that does not exist, and then installs too little. */
function judgeExtras(item: Item | undefined, wanted: string | null): void {
  if (!item || wanted === null) return;
  const { name, version, provides_extra } = item.metadata;
  const known = new Set(provides_extra.map(normalizePackageName));
  const unknown = wanted.split(",").find((extra) => !known.has(normalizePackageName(extra)));
  if (unknown === undefined) return;
  const what = provides_extra.length === 0 ? "it has none" : `it has ${provides_extra.join(", ")}`;
  throw new CollectionError(
    `${name} ${version} has no extra called ${unknown}; ${what}. Correct the extras, or leave them out.`,
  );
}
