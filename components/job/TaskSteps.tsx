"use client";

import { cx } from "class-variance-authority";
import Link from "next/link";
import type { JobTask, JobView } from "@/server/contracts/job";
import { usePageParams } from "../shell/ShallowLinks";
import { CountBar } from "../state/CountBar";
import { StateGlyph } from "../state/StateGlyph";
import { STATE_LOOKS, type StateName } from "../state/words";
import { formatCount, formatDuration, formatNoun } from "../ui/format";
import { endedCount, isActive, isHistoryGone } from "./job-words";

/** The tasks of the job side by side; one below the other on a phone. A click shows its units. */
export function TaskSteps({ job, shownRunId }: { job: JobView; shownRunId: number | null }) {
  return (
    <nav aria-label="Tasks of the job" className="shrink-0 px-(--gutter) pb-4">
      <ol className="rounded-panel border border-line max-md:divide-y max-md:divide-line md:grid md:auto-cols-[minmax(150px,1fr)] md:grid-flow-col md:divide-x md:divide-line md:overflow-x-auto">
        {job.tasks.map((task) => (
          <li key={task.order} className="min-w-0 first:rounded-l-panel last:rounded-r-panel">
            <Step
              task={task}
              isActiveJob={isActive(job.state) && job.state !== "stopping"}
              isGone={isHistoryGone(job)}
              isShown={task.run !== null && task.run.id === shownRunId}
            />
          </li>
        ))}
      </ol>
    </nav>
  );
}

type StepProps = { task: JobTask; isActiveJob: boolean; isGone: boolean; isShown: boolean };

function Step({ task, isActiveJob, isGone, isShown }: StepProps) {
  const params = usePageParams();
  const { run } = task;
  const state: StateName =
    run !== null ? run.state : isActiveJob ? "waiting" : isGone ? "unknown" : "skipped";
  const content = (
    <>
      <span className="flex min-w-0 items-center gap-2">
        <StateGlyph state={state} />
        <span className="sr-only">{STATE_LOOKS[state].word}: </span>
        <span className="truncate font-medium" title={task.name}>
          {task.name}
        </span>
      </span>
      <span className="mt-0.5 block truncate text-12 text-ink-3">
        {isGone ? "history deleted" : stepNote(task, isActiveJob)}
      </span>
      <CountBar {...(run?.units ?? { total: 0 })} decorative className="mt-2" />
    </>
  );
  const box = "block h-full px-3.5 py-2.5";
  if (run === null) return <div className={box}>{content}</div>;
  return (
    <Link
      href={params.href({ run: run.id, state: null, unit: null, show: null })}
      scroll={false}
      aria-current={isShown ? "true" : undefined}
      className={cx(
        box,
        "-outline-offset-2 transition-colors duration-90",
        isShown ? "bg-select-soft shadow-[inset_0_-2px_var(--select)]" : "hover:bg-hover",
      )}
    >
      {content}
    </Link>
  );
}

function stepNote({ order, run }: JobTask, isActiveJob: boolean): string {
  if (run === null) return isActiveJob ? `waits for task ${order}` : "did not start";
  const { units } = run;
  if (run.state === "running") {
    if (run.stage === "selected" || units.total === 0) return "choosing images";
    if (run.stage === "init") return "first call runs";
    return `${formatCount(endedCount(units))} of ${formatCount(units.total)}`;
  }
  const seconds =
    run.timestamp_ended === null
      ? null
      : (Date.parse(run.timestamp_ended) - Date.parse(run.timestamp_started)) / 1000;
  const took = seconds === null ? "" : ` in ${formatDuration(seconds)}`;
  if (units.failed > 0) return `${formatCount(units.failed)} of ${formatNoun(units.total, "unit")} failed`;
  if (units.stopped > 0) return `${formatCount(units.done)} of ${formatCount(units.total)} done`;
  return `${formatCount(units.done)} done${took}`;
}
