import type { TaskGroupView } from "@/server/contracts/task";
import { formatNoun } from "../ui/format";
import { RelativeTime } from "../ui/RelativeTime";
import { Tag } from "../ui/Tag";

const ORIGINS: Record<TaskGroupView["origin"], string> = {
  pypi: "from PyPI",
  "wheel-file": "from a wheel",
  pixi: "with pixi",
  other: "own environment",
};

/** Versions of each package, newest first, with what depends on them. */
export function PackageList({ groups }: { groups: readonly TaskGroupView[] }) {
  const names = [...new Set(groups.map((group) => group.pkg_name))];
  return (
    <section aria-label="Packages" className="px-(--gutter) py-3">
      <h2 className="font-semibold">
        Packages <span className="font-normal text-ink-3">{names.length}</span>
      </h2>
      <ul className="mt-2 flex flex-col">
        {names.map((name) => (
          <li key={name} className="border-b border-line py-2.5 last:border-b-0">
            <p className="font-mono text-12 font-medium break-words">{name}</p>
            <ul className="mt-1 flex flex-col gap-1.5">
              {groups
                .filter((group) => group.pkg_name === name)
                .map((group) => (
                  <li key={group.id} className="text-12 text-ink-3">
                    <span className="flex flex-wrap items-center gap-1.5">
                      <Tag mono>{group.version}</Tag>
                      {!group.active && <Tag tone="warn">not active</Tag>}
                      <span>{formatNoun(group.tasks.length, "task")}</span>
                      <span>
                        {group.used_by === 0
                          ? "not used yet"
                          : `used ${formatNoun(group.used_by, "time")} in workflows`}
                      </span>
                    </span>
                    <span className="mt-0.5 block">
                      {ORIGINS[group.origin]}
                      {group.python_version !== null && `, Python ${group.python_version}`}, collected{" "}
                      <RelativeTime value={group.timestamp_created} style="ago" /> by {group.owner_email}
                    </span>
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ul>
      <p className="mt-3 text-12 text-ink-3">
        Another package or version? Ask an administrator of this site to collect it on your resource.
      </p>
    </section>
  );
}
