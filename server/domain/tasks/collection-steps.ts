/** What a collection does, in order, as it is shown. */
import type { ActivityStep } from "../../contracts/task";

export const COLLECTION_STEPS = [
  "environment",
  "choose",
  "install",
  "install_after",
  "manifest",
  "commands",
] as const;
export type CollectionStep = (typeof COLLECTION_STEPS)[number];

type Group = {
  python_version: string | null;
  pinned_package_versions_post: Readonly<Record<string, string>>;
};

/** Titles before the numbers are known; null: this collection has no such step. */
export function collectionTitles(group: Group): Record<CollectionStep, string | null> {
  const after = Object.keys(group.pinned_package_versions_post).length;
  return {
    environment: `Create the Python ${group.python_version ?? ""} environment`.replace("  ", " "),
    choose: "Choose the packages",
    install: "Install the packages",
    install_after: after === 0 ? null : `Install ${count(after, "package")} afterwards`,
    manifest: "Read the manifest",
    commands: "Check the commands",
  };
}

/** Of a collection that has not begun. */
export function pendingSteps(group: Group): ActivityStep[] {
  return Object.values(collectionTitles(group))
    .filter((title) => title !== null)
    .map((title) => ({ title, state: "pending", seconds: null, detail: null }));
}

/** `1 package`, `58 packages`. */
export const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
