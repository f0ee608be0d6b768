"use client";

import { HardDrive, Hourglass } from "lucide-react";
import type { JobView } from "@/server/contracts/job";
import { RelativeTime } from "../ui/RelativeTime";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { formatCount, formatNoun } from "../ui/format";
import { formatMoment } from "../ui/time";
import { badLinesText, isActive, isHistoryGone, shownTask, unknownTask } from "./job-words";

type Props = { job: JobView; silentSinceMs: number | null; onRetry: () => void };

/** The one thing to know now: nobody answers, what a stop waits for, why nothing ran. Nothing if all is said. */
export function JobCallout({ job, silentSinceMs, onRetry }: Props) {
  if (silentSinceMs !== null) {
    const since = silentSinceMs > 0 ? ` since ${formatMoment(new Date(silentSinceMs), new Date())}` : "";
    return (
      <Callout
        tone="warn"
        title={`The server has not answered${since}.`}
        action={
          <Button size="sm" onClick={onRetry}>
            Ask now
          </Button>
        }
      >
        What you see is from then. Your job runs on without this page.
      </Callout>
    );
  }
  if (job.state === "queued") {
    return (
      <Callout tone="info" icon={<Hourglass strokeWidth={1.75} />} title="The job waits for a runner.">
        It usually takes a second or two. There is nothing to do.
      </Callout>
    );
  }
  const unknown = isActive(job.state) ? unknownTask(job) : null;
  if (job.state === "stopping" || (job.stop_requested_by !== null && job.state === "running")) {
    const { running, done } = shownTask(job, null)?.run.units ?? { running: 0, done: 0 };
    const waits =
      unknown !== null ? (
        <>
          It waits until the runner can tell what task {unknown.order + 1} does. <Unknown {...unknown} />
        </>
      ) : running > 0 ? (
        `It waits until ${formatNoun(running, "running unit")} ${running === 1 ? "has" : "have"} ended.`
      ) : (
        "It waits for the runner to confirm that nothing runs any more."
      );
    return (
      <Callout tone="info" icon={<Hourglass strokeWidth={1.75} />} title="The job is being stopped.">
        {waits} {done > 0 && `The ${formatCount(done)} finished results of this task are kept.`}
        {job.stop_requested_by !== null && ` Asked for by ${job.stop_requested_by}.`}
      </Callout>
    );
  }
  if (unknown !== null) {
    return (
      <Callout tone="warn" title={`The runner cannot tell what task ${unknown.order + 1} does.`}>
        <Unknown {...unknown} /> Until then everything stays as it is.
      </Callout>
    );
  }
  if (job.held_up !== null && isActive(job.state)) {
    return (
      <Callout
        tone="warn"
        icon={<HardDrive strokeWidth={1.75} />}
        title="No new work begins: a disk is almost full."
      >
        {job.held_up} What runs now runs on.
      </Callout>
    );
  }
  if (job.state === "stopped" && job.stop_requested_by !== null) {
    return (
      <Callout title={`Stopped by ${job.stop_requested_by}.`}>
        Finished results are kept. Continue runs the rest, and only that.
      </Callout>
    );
  }
  const hasCards = job.tasks.some(({ run }) => (run?.causes.length ?? 0) > 0);
  if (job.cause !== null && !hasCards) {
    return (
      <Callout tone="fail" title={`${job.cause.title}.`}>
        {job.cause.text}
        {job.cause.evidence !== null && <code className="mx-1 break-words">{job.cause.evidence}</code>}{" "}
        {isHistoryGone(job) ? "Its dataset was deleted, so it cannot go on." : job.cause.next_step}
      </Callout>
    );
  }
  const badLines = badLinesText(job);
  if (badLines !== null) {
    return (
      <Callout tone="warn" title={badLines}>
        They were skipped, and everything else was stored. A unit whose end was on one of them counts as
        interrupted.
      </Callout>
    );
  }
  return null;
}

/** Why, since when, and that nobody has to do anything for it to be asked again. */
function Unknown({ why, since }: { why: string; since: string }) {
  return (
    <>
      <span className="break-words">{why}</span> It has been so since <RelativeTime value={since} />; the
      runner asks again by itself.
    </>
  );
}
