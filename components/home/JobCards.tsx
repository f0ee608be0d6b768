"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { RECENT_JOBS_INPUT } from "@/components/home/active-jobs";
import { unansweredFailures } from "@/components/home/needs-you";
import { useActiveJobs } from "@/components/home/use-active-jobs";
import { CountBar } from "@/components/state/CountBar";
import { StateGlyph } from "@/components/state/StateGlyph";
import { STATE_LOOKS } from "@/components/state/words";
import { useTRPC } from "@/components/trpc/client";
import { formatCount, formatNoun } from "@/components/ui/format";
import { Glyph } from "@/components/ui/Glyph";
import { LinkButton } from "@/components/ui/LinkButton";
import { Panel } from "@/components/ui/Panel";
import { RelativeTime } from "@/components/ui/RelativeTime";
import { useNow } from "@/components/ui/use-now";
import type { JobSummary } from "@/server/contracts/job";

const POLL_MS = 10_000;
const MAX_SHOWN = 4;

type Props = {
  /** Draws nothing while nothing runs and nothing failed. */
  onlyIfAny?: boolean;
};

/** What runs and what needs the user, side by side; polled. */
export function JobCards({ onlyIfAny = false }: Props) {
  const recent = useQuery(useTRPC().job.list.queryOptions(RECENT_JOBS_INPUT, { refetchInterval: POLL_MS }));
  const running = useActiveJobs() ?? [];
  const now = useNow();
  const failed = unansweredFailures(recent.data ?? [], new Date(now ?? 0));
  if (onlyIfAny && running.length === 0 && failed.length === 0) return null;
  return (
    <div className="grid shrink-0 gap-4 px-(--gutter) pt-2.5 pb-1 lg:grid-cols-2">
      <Panel
        title="Running now"
        count={running.length}
        action={
          <Link href="/jobs" className="rounded-tag font-medium text-ink-2 hover:underline">
            All jobs
          </Link>
        }
      >
        {running.length === 0 ? (
          <Line>Nothing runs at the moment.</Line>
        ) : (
          <ul className="divide-y divide-line">
            {running.slice(0, MAX_SHOWN).map((job) => (
              <RunningJob key={job.id} job={job} />
            ))}
          </ul>
        )}
        <More count={running.length} />
      </Panel>
      <Panel title="Needs you" count={failed.length}>
        {failed.length === 0 ? (
          <Line>Nothing. Jobs that fail are shown here with their cause.</Line>
        ) : (
          <ul className="divide-y divide-line">
            {failed.slice(0, MAX_SHOWN).map((job) => (
              <FailedJob key={job.id} job={job} />
            ))}
          </ul>
        )}
        <More count={failed.length} />
      </Panel>
    </div>
  );
}

function Line({ children }: { children: string }) {
  return <p className="px-3.5 py-3 text-ink-3">{children}</p>;
}

function More({ count }: { count: number }) {
  if (count <= MAX_SHOWN) return null;
  return (
    <p className="border-t border-line px-3.5 py-2 text-12">
      <Link href="/jobs" className="text-ink-2 hover:underline">
        {formatCount(count - MAX_SHOWN)} more
      </Link>
    </p>
  );
}

function RunningJob({ job }: { job: JobSummary }) {
  const { units } = job;
  const ended = units.done + units.failed + units.stopped;
  const task = job.current_task;
  return (
    <li className="px-3.5 py-3">
      <div className="flex items-baseline gap-2">
        <span className="self-center">
          <StateGlyph state={job.state} />
        </span>
        <Link href={`/jobs/${job.id}`} className="min-w-0 truncate rounded-tag font-medium hover:underline">
          {job.dataset_name}
        </Link>
        <span className="min-w-0 flex-1 truncate text-ink-3 max-md:hidden">
          {task === null
            ? STATE_LOOKS[job.state].word
            : `${task.name}, task ${task.order - job.first_task_index + 1} of ${job.last_task_index - job.first_task_index + 1}`}
        </span>
        <span className="ml-auto shrink-0 whitespace-nowrap text-ink-3">
          <span className="font-medium text-ink">{formatCount(ended)}</span> / {formatCount(units.total)}
        </span>
      </div>
      <CountBar {...units} className="mt-2" />
      <div className="mt-1.5 flex justify-between gap-3 text-12 text-ink-3">
        <span className="truncate">
          Job {job.id}, {job.project_name}, started <RelativeTime value={job.start_timestamp} style="ago" />
        </span>
        <span className={units.failed > 0 ? "shrink-0 text-fail-ink" : "shrink-0"}>
          {units.failed > 0 ? `${formatCount(units.failed)} failed so far` : "no failures"}
        </span>
      </div>
    </li>
  );
}

function FailedJob({ job }: { job: JobSummary }) {
  const { cause, units } = job;
  const where = job.current_task === null ? "" : ` in ${job.current_task.name}`;
  const what =
    units.failed > 0
      ? `${formatCount(units.failed)} of ${formatNoun(units.total, "unit")} failed`
      : (cause?.title ?? "Failed");
  return (
    <li className="flex items-center gap-3 px-3.5 py-2.5">
      <Glyph kind="fail" className="mt-1 self-start" />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium max-md:whitespace-normal">
          {what}
          {where}
        </p>
        <p className="line-clamp-2 text-12 text-ink-3">
          Job {job.id}, {job.dataset_name}, <RelativeTime value={job.end_timestamp} style="ago" />
          {cause !== null && `: ${cause.text}`}
        </p>
      </div>
      <LinkButton size="sm" href={`/jobs/${job.id}`} aria-label={`Review job ${job.id}`}>
        Review
      </LinkButton>
    </li>
  );
}
