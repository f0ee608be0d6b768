"use client";

import { Search } from "lucide-react";
import { useQueryState } from "nuqs";
import { useRef } from "react";
import type { TaskGroupView } from "@/server/contracts/task";
import { SplitPane } from "../shell/SplitPane";
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
import { Tag } from "../ui/Tag";
import { catalogueRows, categories, matchesSearch, NO_CATEGORY, type CatalogueRow } from "./catalogue";
import { PackageList } from "./PackageList";
import { TASK_TYPE_WORDS, typesInWords } from "./task-words";
import { useSlashKey } from "./use-slash-key";

const col = columnsOf<CatalogueRow>();
const columns = col.columns([
  col.accessor((row) => row.task.name, {
    id: "name",
    header: "Task",
    meta: { minWidth: 190 },
    cell: ({ row: { original } }) => original.task.name,
  }),
  col.accessor((row) => row.task.pkg_name, {
    id: "package",
    header: "Package",
    meta: { width: 186, mono: true, quiet: true },
  }),
  col.accessor((row) => row.group.version, {
    id: "version",
    header: "Version",
    meta: { width: 104 },
    cell: ({ row: { original } }) => (
      <span className="inline-flex items-baseline gap-2">
        <span className="font-mono text-12">{original.group.version}</span>
        {!original.group.active && <Tag tone="warn">not active</Tag>}
        {original.others.length > 0 && (
          <span className="text-12 text-ink-3">{`+${original.others.length}`}</span>
        )}
      </span>
    ),
  }),
  col.accessor((row) => TASK_TYPE_WORDS[row.task.type].short, {
    id: "type",
    header: "Type",
    meta: { width: 112, quiet: true },
  }),
  col.accessor((row) => typesInWords(row.task.input_types, row.task.output_types), {
    id: "types",
    header: "Image types",
    meta: { minWidth: 180, mono: true, quiet: true },
    cell: (c) => <span title={c.getValue()}>{c.getValue()}</span>,
  }),
  col.accessor((row) => row.task.category ?? "", {
    id: "category",
    header: "Category",
    meta: { width: 136, quiet: true },
  }),
]);

/** Search, categories and one row per task; packages at the left. */
export function Catalogue({ groups }: { groups: readonly TaskGroupView[] }) {
  const params = usePageParams();
  const field = useRef<HTMLInputElement>(null);
  useSlashKey(field);
  const rows = catalogueRows(groups);
  const [search, setSearch] = useQueryState("q", { defaultValue: "", history: "replace" });
  const category = params.get("category");
  const found = rows.filter((row) => matchesSearch(row, search));
  const shown =
    category === null ? found : found.filter((row) => (row.task.category ?? NO_CATEGORY) === category);

  if (groups.length === 0) return <NoPackages />;
  return (
    <SplitPane
      id="tasks"
      startLabel="Packages"
      startWidth={290}
      phone="stack"
      start={<PackageList groups={groups} />}
    >
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
    </SplitPane>
  );
}

function NoPackages() {
  return (
    <EmptyState bare title="No task packages yet" className="border-t border-line">
      <p>Workflows are made of tasks, and tasks come in packages that are installed on your resource.</p>
      <p className="mt-2">
        <code>npm run quickstart</code> installs the example package. For others, ask an administrator of this
        site to collect the package on your resource; it then appears here.
      </p>
    </EmptyState>
  );
}
