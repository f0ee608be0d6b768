"use client";

import type { JobSummary } from "@/server/contracts/job";
import { CountBar } from "../state/CountBar";
import { StateWord } from "../state/StateWord";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { formatCount, formatDuration, formatPercent } from "../ui/format";
import { RelativeTime } from "../ui/RelativeTime";
import { useNow } from "../ui/use-now";
import { endedCount, isActive, jobSeconds, taskRange } from "./job-words";
import type { ReactNode } from "react";

const col = columnsOf<JobSummary>();
const columns = col.columns([
  col.accessor("id", {
    header: "Job",
    meta: { width: 92 },
    cell: (c) => `Job ${c.getValue()}`,
  }),
  col.accessor("state", {
    header: "State",
    meta: { width: 210 },
    cell: ({ row: { original: job } }) => <JobStateWord job={job} />,
  }),
  col.accessor("workflow_name", {
    header: "Workflow → dataset",
    meta: { minWidth: 240 },
    cell: ({ row: { original: job } }) => (
      <span title={`${job.workflow_name} → ${job.dataset_name}`}>
        {job.workflow_name} <span className="text-ink-3">→ {job.dataset_name}</span>
      </span>
    ),
  }),
  col.accessor("project_name", { header: "Project", meta: { width: 150, quiet: true } }),
  col.accessor((job) => endedCount(job.units), {
    id: "units",
    header: "Units",
    meta: { width: 190 },
    cell: ({ row: { original: job } }) => <Units job={job} />,
  }),
  col.accessor((job) => jobSeconds(job, null) ?? -1, {
    id: "duration",
    header: "Duration",
    meta: { width: 104, align: "right" },
    cell: ({ row: { original: job } }) => <Duration job={job} />,
  }),
  col.accessor("start_timestamp", {
    header: "Submitted",
    meta: { width: 130, align: "right", quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} />,
  }),
]);

/** The cause in words instead of "Failed", and in which task. */
export function JobStateWord({ job }: { job: JobSummary }) {
  const at = job.current_task === null ? "" : `, task ${job.current_task.order + 1}`;
  if (job.state === "failed")
    return <StateWord state="failed">{`${job.cause?.title ?? "Failed"}${at}`}</StateWord>;
  if (job.state === "running") return <StateWord state="running">{`Running${at}`}</StateWord>;
  if (job.state === "stopping") return <StateWord state="stopping">{`Stopping${at}`}</StateWord>;
  if (job.state === "stopped") return <StateWord state="stopped">{`Stopped${at}`}</StateWord>;
  return <StateWord state={job.state} />;
}

function Units({ job }: { job: JobSummary }) {
  if (job.units.total === 0) return <span className="text-ink-3">{taskRange(job)}</span>;
  return (
    <span className="flex items-center gap-2.5">
      <CountBar {...job.units} decorative className="w-20!" />
      <span className="whitespace-nowrap">
        {formatCount(endedCount(job.units))}
        <span className="text-ink-3"> of {formatCount(job.units.total)}</span>
      </span>
    </span>
  );
}

function Duration({ job }: { job: JobSummary }) {
  const seconds = jobSeconds(job, useNow());
  return seconds === null ? "" : formatDuration(seconds);
}

type Props = {
  jobs: readonly JobSummary[];
  loading: boolean;
  empty: ReactNode;
  footerNote?: string;
  hiddenColumns?: readonly string[];
};

export function JobTable({ jobs, loading, empty, footerNote = "newest first", hiddenColumns = [] }: Props) {
  return (
    <DataTable
      label="Jobs"
      columns={columns}
      rows={jobs}
      rowId={(job) => String(job.id)}
      rowHref={(job) => `/jobs/${job.id}`}
      initialSort={{ id: "id", desc: true }}
      hiddenColumns={hiddenColumns}
      loading={loading}
      empty={empty}
      footerNote={footerNote}
      renderMobile={(job) => (
        <RowLines
          title={`Job ${job.id} · ${job.workflow_name}`}
          detail={
            <>
              <JobStateWord job={job} />
              <span className="truncate">{job.dataset_name}</span>
            </>
          }
          end={
            isActive(job.state) && job.units.total > 0
              ? formatPercent(endedCount(job.units), job.units.total)
              : job.units.failed > 0
                ? `${formatCount(job.units.failed)} failed`
                : formatCount(job.units.total)
          }
          endDetail={<RelativeTime value={job.start_timestamp} style="ago" />}
        />
      )}
    />
  );
}
