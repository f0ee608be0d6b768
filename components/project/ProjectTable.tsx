"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { FilterField } from "@/components/form/FilterField";
import { LastJobWord } from "@/components/project/LastJobWord";
import { NewProjectButton } from "@/components/project/NewProjectButton";
import { ActivityDots, ActivityLegend } from "@/components/state/ActivityDots";
import { columnsOf } from "@/components/table/columns";
import { DataTable } from "@/components/table/DataTable";
import { RowLines } from "@/components/table/RowList";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { EmptyState } from "@/components/ui/EmptyState";
import { ErrorState } from "@/components/ui/ErrorState";
import { formatCount, formatNoun } from "@/components/ui/format";
import { RelativeTime } from "@/components/ui/RelativeTime";
import { Tag } from "@/components/ui/Tag";
import type { ProjectSummary } from "@/server/contracts/project";

const BUSY_MS = 5_000;
const IDLE_MS = 30_000;
const RIGHTS = { r: "can read", rw: "can edit", rwx: "can run" } as const;

const col = columnsOf<ProjectSummary>();
const columns = col.columns([
  col.accessor("name", {
    header: "Project",
    meta: { minWidth: 220 },
    cell: ({ row }) => (
      <>
        {row.original.name}
        {!row.original.is_owner && (
          <Tag tone="line" className="ml-2 align-middle">
            shared, {RIGHTS[row.original.permissions]}
          </Tag>
        )}
      </>
    ),
  }),
  col.accessor("datasets", {
    header: "Datasets",
    meta: { align: "right", width: 96 },
    cell: (c) => formatCount(c.getValue()),
  }),
  col.accessor("images", {
    header: "Images",
    meta: { align: "right", width: 96 },
    cell: (c) => formatCount(c.getValue()),
  }),
  col.accessor("workflows", {
    header: "Workflows",
    meta: { align: "right", width: 104 },
    cell: (c) => formatCount(c.getValue()),
  }),
  col.accessor("last_job", {
    header: "Last job",
    enableSorting: false,
    meta: { width: 184 },
    cell: (c) => <LastJobWord job={c.getValue()} />,
  }),
  col.accessor("days", {
    header: "Last 14 days",
    enableSorting: false,
    meta: { width: 176 },
    cell: (c) => <ActivityDots days={c.getValue()} />,
  }),
  col.accessor("timestamp_changed", {
    header: "Changed",
    meta: { align: "right", width: 124, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} style="ago" />,
  }),
]);

const href = (project: ProjectSummary) => `/projects/${project.id}`;
const rowId = (project: ProjectSummary) => String(project.id);
const isRunning = (project: ProjectSummary) => project.days.at(-1) === "running";

/** All projects that the user may see; polled, because jobs change them. */
export function ProjectTable() {
  const [filter, setFilter] = useQueryState("q", parseAsString.withDefault(""));
  const query = useQuery(
    useTRPC().project.list.queryOptions(undefined, {
      refetchInterval: ({ state }) => (state.data?.some(isRunning) ? BUSY_MS : IDLE_MS),
    }),
  );
  if (query.data === undefined && query.isError)
    return (
      <div className="px-(--gutter) py-3">
        <ErrorState
          title="The projects could not be loaded."
          action={
            <Button size="sm" onClick={() => void query.refetch()}>
              Try again
            </Button>
          }
        >
          {query.error.message}
        </ErrorState>
      </div>
    );
  const all = query.data ?? [];
  const wanted = filter.trim().toLowerCase();
  const rows = all.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <>
      {all.length > 0 && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-(--gutter) pt-3 pb-2">
          <FilterField
            label="Filter projects"
            value={filter}
            onValueChange={(text) => void setFilter(text || null)}
            className="max-w-65 max-md:max-w-none"
          />
          <span className="ml-auto max-md:hidden">
            <ActivityLegend />
          </span>
        </div>
      )}
      <DataTable
        label="Projects"
        columns={columns}
        rows={rows}
        rowId={rowId}
        rowHref={href}
        rowPx={40}
        loading={query.isPending}
        initialSort={{ id: "timestamp_changed", desc: true }}
        renderMobile={(project) => <ProjectLines project={project} />}
        empty={
          all.length === 0 ? (
            <EmptyState bare title="No projects yet" action={<NewProjectButton variant="outline" />}>
              A project holds datasets, the workflows that run on them, and their jobs.
            </EmptyState>
          ) : (
            <EmptyState
              bare
              title={`0 of ${formatNoun(all.length, "project")} match “${filter}”`}
              action={<Button onClick={() => void setFilter(null)}>Empty the filter</Button>}
            />
          )
        }
      />
    </>
  );
}

function ProjectLines({ project }: { project: ProjectSummary }) {
  return (
    <RowLines
      title={project.name}
      detail={
        <>
          <LastJobWord job={project.last_job} isLink={false} />
          <span>· {formatNoun(project.images, "image")}</span>
        </>
      }
      end={<RelativeTime value={project.timestamp_changed} style="ago" className="text-12 text-ink-3" />}
      endDetail={<ActivityDots days={project.days.slice(-7)} />}
    />
  );
}
