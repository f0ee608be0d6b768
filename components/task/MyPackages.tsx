"use client";

import type { TaskGroupView } from "@/server/contracts/task";
import { usePageParams } from "../shell/ShallowLinks";
import { StateWord } from "../state/StateWord";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { EmptyState } from "../ui/EmptyState";
import { formatNoun } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { RelativeTime } from "../ui/RelativeTime";

const ORIGINS: Record<TaskGroupView["origin"], string> = {
  pypi: "PyPI",
  "wheel-file": "wheel",
  pixi: "pixi",
  other: "own environment",
};

const usedBy = ({ used_by }: TaskGroupView) =>
  used_by === 0 ? "not yet" : formatNoun(used_by, "workflow task");

/** Without tasks it has never been whole. */
const stateOf = (group: TaskGroupView) =>
  group.active ? (
    <StateWord state="OK">Ready</StateWord>
  ) : group.tasks.length === 0 ? (
    <StateWord state="ongoing">Being collected</StateWord>
  ) : (
    <StateWord state="warning">Not active</StateWord>
  );

const col = columnsOf<TaskGroupView>();
const columns = col.columns([
  col.accessor("pkg_name", { header: "Package", meta: { minWidth: 220, mono: true } }),
  col.accessor("version", { header: "Version", meta: { width: 120, mono: true }, enableSorting: false }),
  col.accessor(stateOf, {
    id: "state",
    header: "State",
    meta: { width: 150 },
    enableSorting: false,
    cell: ({ row: { original } }) => stateOf(original),
  }),
  col.accessor((group) => group.tasks.length, {
    id: "tasks",
    header: "Tasks",
    meta: { width: 84, align: "right" },
  }),
  col.accessor("used_by", {
    header: "Used by",
    meta: { width: 150, quiet: true },
    cell: ({ row: { original } }) => usedBy(original),
  }),
  col.accessor((group) => group.python_version ?? "", {
    id: "python",
    header: "Python",
    meta: { width: 92, mono: true, quiet: true },
  }),
  col.accessor((group) => ORIGINS[group.origin], {
    id: "origin",
    header: "From",
    meta: { width: 96, quiet: true },
  }),
  col.accessor("timestamp_created", {
    header: "Collected",
    meta: { width: 150, align: "right", quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} />,
  }),
]);

/** The versions of one's packages, side by side. `groups` come by package, newest version first. */
export function MyPackages({ groups }: { groups: readonly TaskGroupView[] }) {
  const params = usePageParams();
  return (
    <DataTable
      label="My packages"
      columns={columns}
      rows={groups}
      rowId={(group) => String(group.id)}
      rowHref={(group) => params.href({ tab: null, q: group.pkg_name })}
      renderMobile={(group) => (
        <RowLines
          title={group.pkg_name}
          detail={stateOf(group)}
          end={group.version}
          endDetail={<RelativeTime value={group.timestamp_created} style="ago" />}
        />
      )}
      empty={
        <EmptyState
          bare
          title="You have no packages yet"
          action={<LinkButton href={params.href({ tab: null })}>Collect a package</LinkButton>}
        >
          Packages that you collect are listed here, each version by itself. You can use those of other people
          too: they are in the catalogue.
        </EmptyState>
      }
      footerNote="by name, newest version first"
    />
  );
}
