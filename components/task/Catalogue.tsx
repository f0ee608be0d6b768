"use client";

import { Search } from "lucide-react";
import { useQueryState } from "nuqs";
import { useMemo, useRef } from "react";
import type { TaskGroupView } from "@/server/contracts/task";
import { usePageParams } from "../shell/ShallowLinks";
import { StateWord } from "../state/StateWord";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { Button } from "../ui/Button";
import { Chip } from "../ui/Chip";
import { EmptyState } from "../ui/EmptyState";
import { formatCount, formatNoun } from "../ui/format";
import { Input } from "../ui/Input";
import { catalogueRows, categories, matchesSearch, NO_CATEGORY, type CatalogueRow } from "./catalogue";
import { TASK_TYPE_WORDS, typesInWords } from "./task-words";
import { useSlashKey } from "./use-slash-key";
import { VersionsCell } from "./VersionsCell";

const col = columnsOf<CatalogueRow & { isOwn: boolean }>();
const columns = col.columns([
  col.accessor((row) => row.task.name, {
    id: "name",
    header: "Task",
    meta: { minWidth: 170 },
    cell: ({ row: { original } }) => original.task.name,
  }),
  col.accessor((row) => row.task.pkg_name, {
    id: "package",
    header: "Package",
    meta: { width: 172, mono: true, quiet: true },
    cell: (c) => <span title={c.getValue()}>{c.getValue()}</span>,
  }),
  col.accessor((row) => row.group.version, {
    id: "version",
    header: "Version",
    meta: { width: 104 },
    cell: ({ row: { original } }) => <VersionsCell row={original} />,
  }),
  col.accessor((row) => TASK_TYPE_WORDS[row.task.type].short, {
    id: "type",
    header: "Type",
    meta: { width: 108, quiet: true },
  }),
  col.accessor((row) => typesInWords(row.task.input_types, row.task.output_types), {
    id: "types",
    header: "Image types",
    meta: { minWidth: 140, mono: true, quiet: true },
    cell: (c) => <span title={c.getValue()}>{c.getValue()}</span>,
  }),
  col.accessor((row) => (row.isOwn ? "yours" : row.group.owner_email), {
    id: "owner",
    header: "Owner",
    meta: { width: 96, quiet: true },
    cell: (c) => <span title={c.getValue()}>{c.getValue()}</span>,
  }),
  col.accessor("used_by", { header: "In use", meta: { width: 72, align: "right" } }),
]);

type Props = { groups: readonly TaskGroupView[]; ownEmail: string | null };

/** Search, categories and one row per task. */
export function Catalogue({ groups, ownEmail }: Props) {
  const params = usePageParams();
  const field = useRef<HTMLInputElement>(null);
  useSlashKey(field);
  const rows = useMemo(
    () => catalogueRows(groups).map((row) => ({ ...row, isOwn: row.group.owner_email === ownEmail })),
    [groups, ownEmail],
  );
  const [search, setSearch] = useQueryState("q", { defaultValue: "", history: "replace" });
  const category = params.get("category");
  const found = rows.filter((row) => matchesSearch(row, search));
  const shown =
    category === null ? found : found.filter((row) => (row.task.category ?? NO_CATEGORY) === category);

  if (rows.length === 0) return <NoPackages />;
  return (
    <>
      <div className="flex shrink-0 flex-wrap items-center gap-1.5 px-(--gutter) py-2.5">
        <Input
          ref={field}
          type="search"
          aria-label="Search tasks"
          placeholder={`Search ${formatNoun(rows.length, "task")}`}
          icon={<Search strokeWidth={1.75} />}
          value={search}
          onChange={(event) => void setSearch(event.target.value)}
          className="w-56! max-md:w-full!"
        />
        <div role="group" aria-label="Tasks by category" className="flex flex-wrap gap-1.5">
          <Chip
            on={category === null}
            count={formatCount(found.length)}
            onClick={() => params.go({ category: null })}
          >
            All
          </Chip>
          {categories(found).map(({ name, count }) => (
            <Chip
              key={name}
              on={name === category}
              count={formatCount(count)}
              onClick={() => params.go({ category: name === category ? null : name })}
            >
              {name}
            </Chip>
          ))}
        </div>
      </div>
      <DataTable
        label="Tasks"
        columns={columns}
        rows={shown}
        rowId={(row) => String(row.task.id)}
        rowHref={(row) => `/tasks/${row.task.id}`}
        initialSort={{ id: "name", desc: false }}
        renderMobile={(row) => (
          <RowLines
            title={row.task.name}
            detail={row.group.active ? row.task.pkg_name : <StateWord state="warning">not active</StateWord>}
            end={row.group.version}
            endDetail={TASK_TYPE_WORDS[row.task.type].short}
          />
        )}
        empty={
          <EmptyState
            bare
            title={`0 of ${formatNoun(rows.length, "task")} match${search === "" ? "" : ` "${search}"`}.`}
            action={
              <Button
                onClick={() => {
                  void setSearch(null);
                  if (category !== null) params.go({ category: null, q: null });
                }}
              >
                Show all tasks
              </Button>
            }
          />
        }
        footerNote="newest active version of each"
      />
    </>
  );
}

function NoPackages() {
  return (
    <EmptyState bare title="No task packages yet">
      Workflows are made of tasks, and tasks come in packages that are installed on your resource. Collect one
      with the form: fractal-tasks-core from PyPI is a good beginning.
    </EmptyState>
  );
}
