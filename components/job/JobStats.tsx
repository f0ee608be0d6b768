"use client";

import type { JobView } from "@/server/contracts/job";
import { StatRow, StatTile } from "../state/StatTile";
import { formatCount, formatDuration } from "../ui/format";
import { formatTimeOfDay } from "../ui/time";
import { useNow } from "../ui/use-now";
import { endedCount, isActive, jobSeconds, shownTask } from "./job-words";

/** An estimate is worth showing from 2 % or 30 units on (design.md §5). */
const MIN_SHARE = 0.02;
const MIN_ENDED = 30;

export function JobStats({ job }: { job: JobView }) {
  const nowMs = useNow();
  const task = shownTask(job, null);
  const seconds = jobSeconds(job, nowMs);
  const made = job.tasks.reduce((sum, { run }) => sum + (run?.num_new_images ?? 0), 0);
  const ended = task === null ? 0 : endedCount(task.run.units);
  const isKnown = task !== null && (ended >= MIN_ENDED || ended / task.run.units.total >= MIN_SHARE);
  const left = isActive(job.state) && isKnown ? job.seconds_left : null;
  return (
    <StatRow>
      {left !== null && (
        <StatTile
          value={formatDuration(left)}
          caption={
            nowMs === null
              ? "left in this task"
              : `left in this task, ends about ${formatTimeOfDay(new Date(nowMs + left * 1000))}`
          }
        />
      )}
      {seconds !== null && (
        <StatTile
          value={formatDuration(seconds)}
          caption={isActive(job.state) ? "so far" : "from start to end"}
        />
      )}
      {made > 0 && <StatTile value={formatCount(made)} caption={made === 1 ? "image made" : "images made"} />}
      {job.units.warnings > 0 && (
        <StatTile value={formatCount(job.units.warnings)} caption="units with warnings" />
      )}
    </StatRow>
  );
}
