"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { LastJobWord } from "@/components/project/LastJobWord";
import { columnsOf } from "@/components/table/columns";
import { DataTable } from "@/components/table/DataTable";
import { RowLines } from "@/components/table/RowList";
import { useTRPC } from "@/components/trpc/client";
import { formatCount } from "@/components/ui/format";
import { MiddleTruncate } from "@/components/ui/MiddleTruncate";
import { RelativeTime } from "@/components/ui/RelativeTime";
import type { DatasetSummary } from "@/server/contracts/project";

const POLL_MS = 10_000;

const col = columnsOf<DatasetSummary>();
const columns = col.columns([
  col.accessor("name", { header: "Dataset", meta: { minWidth: 200 } }),
  col.accessor("project_name", {
    header: "Project",
    meta: { width: 170 },
    cell: ({ row }) => (
      <Link href={`/projects/${row.original.project_id}`} className="rounded-tag text-ink-2 hover:underline">
        {row.original.project_name}
      </Link>
    ),
  }),
  col.accessor("images", {
    header: "Images",
    meta: { align: "right", width: 96 },
    cell: (c) => formatCount(c.getValue()),
  }),
  col.accessor("last_job", {
    header: "Last job",
    enableSorting: false,
    meta: { width: 184 },
    cell: (c) => <LastJobWord job={c.getValue()} />,
  }),
  col.accessor("zarr_dir", {
    header: "Folder",
    enableSorting: false,
    meta: { width: 312, quiet: true },
    cell: (c) => <MiddleTruncate text={c.getValue()} max={36} copyable />,
  }),
  col.accessor("timestamp_created", {
    header: "Created",
    meta: { align: "right", width: 142, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} />,
  }),
]);
const HIDDEN = ["project_name"];
const rowId = (dataset: DatasetSummary) => String(dataset.id);
const href = (dataset: DatasetSummary) => `/datasets/${dataset.id}`;

type Props = {
  /** Absent: the datasets of all projects, with a column for the project. */
  projectId?: number;
  /** Part of the name or project, any letter case. */
  filter?: string;
  empty: ReactNode;
};

/** Datasets with their last job; polled. */
export function DatasetTable({ projectId, filter = "", empty }: Props) {
  const input = projectId === undefined ? {} : { project_id: projectId };
  const { data, isPending } = useQuery(
    useTRPC().dataset.list.queryOptions(input, { refetchInterval: POLL_MS }),
  );
  const wanted = filter.trim().toLowerCase();
  const rows = (data ?? []).filter(({ name, project_name }) =>
    `${name}\n${project_name}`.toLowerCase().includes(wanted),
  );
  return (
    <DataTable
      label="Datasets"
      columns={columns}
      rows={rows}
      rowId={rowId}
      rowHref={href}
      hiddenColumns={projectId === undefined ? [] : HIDDEN}
      rowPx={projectId === undefined ? 40 : 32}
      loading={isPending}
      footer={projectId === undefined}
      renderMobile={(dataset) => (
        <RowLines
          title={dataset.name}
          detail={
            <>
              <LastJobWord job={dataset.last_job} isLink={false} />
              {projectId === undefined && <span className="truncate">· {dataset.project_name}</span>}
            </>
          }
          end={formatCount(dataset.images)}
          endDetail={dataset.images === 1 ? "image" : "images"}
        />
      )}
      empty={empty}
    />
  );
}
