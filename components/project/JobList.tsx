"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { CountBar } from "@/components/state/CountBar";
import { countSentence } from "@/components/state/count-bar";
import { StateWord } from "@/components/state/StateWord";
import { columnsOf } from "@/components/table/columns";
import { DataTable } from "@/components/table/DataTable";
import { RowLines } from "@/components/table/RowList";
import { useTRPC } from "@/components/trpc/client";
import { Button } from "@/components/ui/Button";
import { ErrorState } from "@/components/ui/ErrorState";
import { formatCount, formatDuration } from "@/components/ui/format";
import { RelativeTime } from "@/components/ui/RelativeTime";
import { useNow } from "@/components/ui/use-now";
import { ACTIVE_JOB_STATES } from "@/server/contracts/enums";
import type { JobSummary } from "@/server/contracts/job";

const BUSY_MS = 3_000;
const IDLE_MS = 20_000;

const col = columnsOf<JobSummary>();
const columns = col.columns([
  col.accessor("id", { header: "Job", meta: { width: 88 }, cell: (c) => <>Job {c.getValue()}</> }),
  col.accessor("state", {
    header: "State",
    enableSorting: false,
    meta: { width: 152 },
    cell: (c) => <JobWord job={c.row.original} />,
  }),
  col.accessor("workflow_name", { header: "Workflow", meta: { minWidth: 150 } }),
  col.accessor("dataset_name", { header: "Dataset", meta: { minWidth: 150, quiet: true } }),
  col.accessor("units", {
    header: "Units ended",
    enableSorting: false,
    meta: { width: 190 },
    cell: (c) => <Units job={c.row.original} />,
  }),
  col.display({
    id: "took",
    header: "Took",
    meta: { align: "right", width: 110, quiet: true },
    cell: ({ row }) => <Took job={row.original} />,
  }),
  col.accessor("start_timestamp", {
    header: "Submitted",
    meta: { align: "right", width: 142, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} />,
  }),
]);

const HIDDEN = { dataset: ["dataset_name"], project: [] } as const;
const isActive = (job: JobSummary) => (ACTIVE_JOB_STATES as readonly string[]).includes(job.state);

type Props = {
  /** Jobs of one dataset, or of one project. */
  of: { dataset_id: number } | { project_id: number };
  limit: number;
  empty: ReactNode;
  footer?: boolean;
};

/** Newest jobs first; polled, fast while one runs. */
export function JobList({ of, limit, empty, footer = true }: Props) {
  const query = useQuery(
    useTRPC().job.list.queryOptions(
      { ...of, limit },
      { refetchInterval: ({ state }) => (state.data?.some(isActive) ? BUSY_MS : IDLE_MS) },
    ),
  );
  if (query.data === undefined && query.isError)
    return (
      <div className="px-(--gutter) py-3">
        <ErrorState
          title="The jobs could not be loaded."
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
  return (
    <DataTable
      label="Jobs"
      columns={columns}
      rows={query.data ?? []}
      rowId={(job) => String(job.id)}
      rowHref={(job) => `/jobs/${job.id}`}
      hiddenColumns={HIDDEN["dataset_id" in of ? "dataset" : "project"]}
      loading={query.isPending}
      footer={footer}
      renderMobile={(job) => (
        <RowLines
          title={job.workflow_name}
          detail={<JobWord job={job} />}
          end={<RelativeTime value={job.start_timestamp} style="ago" className="text-12 text-ink-3" />}
          endDetail={`job ${job.id}`}
        />
      )}
      empty={empty}
    />
  );
}

/** The cause in two words where there is one. */
function JobWord({ job }: { job: JobSummary }) {
  return <StateWord state={job.state}>{job.state === "failed" ? job.cause?.title : undefined}</StateWord>;
}

function Units({ job }: { job: JobSummary }) {
  const { units } = job;
  if (units.total === 0) return <span className="text-ink-3">none yet</span>;
  return (
    <span className="flex items-center gap-2.5" title={countSentence(units)}>
      <CountBar {...units} className="max-w-20" />
      <span className="text-ink-2">
        {formatCount(units.done + units.failed + units.stopped)} of {formatCount(units.total)}
      </span>
    </span>
  );
}

function Took({ job }: { job: JobSummary }) {
  const now = useNow();
  const end = job.end_timestamp === null ? now : new Date(job.end_timestamp).getTime();
  if (end === null) return null;
  return formatDuration((end - new Date(job.start_timestamp).getTime()) / 1000);
}
