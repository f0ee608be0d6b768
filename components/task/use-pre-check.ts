"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { PackageName, PackageVersion } from "@/server/contracts/task";
import type { FindPackageInput, PackageFound, TaskGroupView } from "@/server/contracts/task";
import type { PythonVersion } from "@/server/contracts/resource";
import { normalizePackageName } from "@/server/domain/tasks/package-name";
import { isSameVersion } from "@/server/domain/tasks/versions";
import { sentenceOf } from "../form/server-errors";
import { ALONE, useTRPC } from "../trpc/client";
import type { CollectValues } from "./collect-form";

const TYPING_MS = 500;
const FRESH_MS = 60_000;

export type PreCheck =
  | { state: "idle" }
  | { state: "asking" }
  | { state: "ready"; pkg_name: string; version: string; python_version: string }
  /** The person has this version already, or it is on its way. */
  | { state: "owned"; group: TaskGroupView }
  | { state: "refused"; reason: string };

type Asked = Pick<CollectValues, "package" | "package_version" | "python_version">;

/**
 * Asks the index about what is in the form, once the typing pauses.
 *
 * @param own groups of this person
 * @returns what would happen, and the versions that could be chosen, newest first
 */
export function usePreCheck(
  values: Asked,
  { enabled, own }: { enabled: boolean; own: readonly TaskGroupView[] },
): { check: PreCheck; versions: readonly string[]; newest: string | null } {
  const trpc = useTRPC();
  const asked = usePaused(values);
  const name = PackageName.safeParse(asked.package);
  const version = PackageVersion.safeParse(asked.package_version);
  const isSpelled = name.success && (version.success || asked.package_version === "");
  const about: FindPackageInput = {
    package: name.data ?? "",
    ...(asked.python_version !== "" && { python_version: asked.python_version as PythonVersion }),
  };
  const options = { retry: false, staleTime: FRESH_MS, trpc: ALONE };
  const newest = useQuery(
    trpc.task.findPackage.queryOptions(about, { ...options, enabled: enabled && name.success }),
  );
  /** As the index spells it. */
  const listed = newest.data?.versions.find((one) => version.success && isSameVersion(one, version.data));
  const isListed = listed !== undefined;
  // Only a version that is not in the list needs a question of its own: why.
  const exact = useQuery(
    trpc.task.findPackage.queryOptions(
      { ...about, package_version: version.data },
      {
        ...options,
        enabled: enabled && name.success && version.success && newest.isFetched && !isListed,
      },
    ),
  );
  const answer = version.success && !isListed && newest.isFetched ? exact : newest;
  const list = { versions: newest.data?.versions ?? [], newest: newest.data?.version ?? null };
  const say = (check: PreCheck) => ({ check, ...list });

  if (!enabled || !isSpelled) return say({ state: "idle" });
  const isOld = asked.package !== values.package || asked.package_version !== values.package_version;
  if (isOld || asked.python_version !== values.python_version || answer.isPending)
    return say({ state: "asking" });
  if (answer.isError) return say({ state: "refused", reason: sentenceOf(answer.error) });
  const found: PackageFound = answer.data;
  const wanted = listed ?? found.version;
  const group = own.find(
    (one) => one.pkg_name === normalizePackageName(about.package) && isSameVersion(one.version, wanted),
  );
  if (group !== undefined) return say({ state: "owned", group });
  return say({
    state: "ready",
    pkg_name: found.pkg_name,
    version: wanted,
    python_version: found.python_version,
  });
}

/** The values as they were when the typing last paused. */
function usePaused({ package: name, package_version, python_version }: Asked): Asked {
  const [paused, setPaused] = useState<Asked>({ package: name, package_version, python_version });
  // External system: the clock.
  useEffect(() => {
    const timer = setTimeout(() => {
      setPaused({ package: name, package_version, python_version });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [name, package_version, python_version]);
  return paused;
}
