/** The packages of a resource as one list of tasks. Pure. */
import type { GroupTask, TaskGroupView } from "@/server/contracts/task";

export type CatalogueRow = {
  task: GroupTask;
  group: TaskGroupView;
  /** The same task in every version and of every owner, newest first. */
  versions: { task_id: number; version: string; active: boolean; owner_email: string }[];
  /** Workflow tasks that use one of these versions. */
  used_by: number;
};

/** One row for each package and task name: its newest active version, else its newest. `groups` come newest first. */
export function catalogueRows(groups: readonly TaskGroupView[]): CatalogueRow[] {
  const byName = new Map<string, { task: GroupTask; group: TaskGroupView }[]>();
  for (const group of groups)
    for (const task of group.tasks) {
      const key = `${group.pkg_name}\u0000${task.name}`;
      byName.set(key, [...(byName.get(key) ?? []), { task, group }]);
    }
  return [...byName.values()].flatMap((versions) => {
    const chosen = versions.find(({ group }) => group.active) ?? versions[0];
    if (chosen === undefined) return [];
    const all = versions.map(({ task, group }) => ({
      task_id: task.id,
      version: group.version,
      active: group.active,
      owner_email: group.owner_email,
    }));
    const used_by = versions.reduce((sum, { task }) => sum + task.used_by, 0);
    return [{ ...chosen, versions: all, used_by }];
  });
}

/** Every word must occur in name, package, category, modality, types, tags or authors. */
export function matchesSearch({ task }: CatalogueRow, search: string): boolean {
  const text = [
    task.name,
    task.pkg_name,
    task.category,
    task.modality,
    task.authors,
    ...task.tags,
    ...Object.keys(task.input_types),
    ...Object.keys(task.output_types),
  ]
    .join(" ")
    .toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export const NO_CATEGORY = "Other";

/** Categories with their number of tasks, in alphabetical order, those without one last. */
export function categories(rows: readonly CatalogueRow[]): { name: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { task } of rows) {
    const name = task.category ?? NO_CATEGORY;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const isLast = (name: string) => (name === NO_CATEGORY ? 1 : 0);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => isLast(a.name) - isLast(b.name) || a.name.localeCompare(b.name, "en"));
}
