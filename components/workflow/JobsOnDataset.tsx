"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { DatasetSummary } from "@/server/contracts/project";
import type { WorkflowProgress } from "@/server/contracts/workflow";
import { isActive, taskRange } from "../job/job-words";
import { JobStateWord } from "../job/JobTable";
import { useTRPC } from "../trpc/client";
import { RelativeTime } from "../ui/RelativeTime";

const SHOWN = 5;

type Props = { workflowId: number; dataset: DatasetSummary | null; current: WorkflowProgress["job"] };

/** The last jobs of the workflow on the chosen dataset, at the foot of the task list. */
export function JobsOnDataset({ workflowId, dataset, current }: Props) {
  const { data: jobs = [] } = useQuery(
    useTRPC().job.list.queryOptions(
      { workflow_id: workflowId, dataset_id: dataset?.id ?? 0, limit: SHOWN },
      {
        enabled: dataset !== null,
        refetchInterval: ({ state }) => {
          const newest = state.data?.[0];
          const isBehind = current !== null && (newest?.id !== current.id || newest.state !== current.state);
          return isBehind || (newest !== undefined && isActive(newest.state)) ? 3_000 : false;
        },
      },
    ),
  );
  if (dataset === null || jobs.length === 0) return null;
  return (
    <section aria-label="Jobs on this dataset" className="mt-auto border-t border-line px-(--gutter) py-3">
      <header className="mb-1.5 flex items-baseline justify-between gap-2">
        <h2 className="font-semibold">Jobs on this dataset</h2>
        <Link
          href={`/jobs?workflow=${workflowId}&dataset=${dataset.id}`}
          className="rounded-tag text-12 text-ink-2 hover:underline"
        >
          All
        </Link>
      </header>
      <ul>
        {jobs.map((job) => (
          <li key={job.id}>
            <Link
              href={`/jobs/${job.id}`}
              className="-mx-2 flex min-h-7 items-center gap-3 rounded-tag px-2 hover:bg-hover max-md:min-h-10"
            >
              <span className="w-12 shrink-0 text-ink-2">
                <span className="sr-only">Job </span>
                {job.id}
              </span>
              <span className="min-w-0 flex-1 truncate">
                <JobStateWord job={job} />
              </span>
              <span className="shrink-0 text-12 text-ink-3">{taskRange(job)}</span>
              <RelativeTime
                value={job.start_timestamp}
                className="w-24 shrink-0 text-right text-12 text-ink-3"
              />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
