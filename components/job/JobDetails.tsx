"use client";

import Link from "next/link";
import type { JobView } from "@/server/contracts/job";
import { archiveOf } from "@/server/domain/jobs/archive";
import { KeyValues, type KeyValue } from "../ui/KeyValues";
import { MiddleTruncate } from "../ui/MiddleTruncate";
import { RelativeTime } from "../ui/RelativeTime";
import { Tag } from "../ui/Tag";
import { DownloadArchive } from "./DownloadArchive";
import { awaitsArchive, badLinesText, hasArchive, taskRange } from "./job-words";

/** Who asked for what, and where its files are. */
export function JobDetails({ job }: { job: JobView }) {
  const link = (href: string | null, name: string) =>
    href === null ? (
      <>
        {name} <span className="text-ink-3">(deleted)</span>
      </>
    ) : (
      <Link
        href={href}
        className="rounded-tag underline decoration-line-2 underline-offset-3 hover:decoration-ink"
      >
        {name}
      </Link>
    );
  const filters = [...Object.entries(job.attribute_filters), ...Object.entries(job.type_filters)];
  const badLines = badLinesText(job);
  const facts: KeyValue[] = [
    {
      label: "Project",
      value: link(job.project_id === null ? null : `/projects/${job.project_id}`, job.project_name),
    },
    {
      label: "Workflow",
      value: link(job.workflow_id === null ? null : `/workflows/${job.workflow_id}`, job.workflow_name),
    },
    {
      label: "Dataset",
      value: link(job.dataset_id === null ? null : `/datasets/${job.dataset_id}`, job.dataset_name),
    },
    { label: "Tasks", value: taskRange(job).replace(/^tasks? /, "") },
    {
      label: "Images",
      value:
        filters.length === 0 ? (
          "all that the tasks accept"
        ) : (
          <span className="flex flex-wrap gap-1">
            {filters.map(([name, value]) => (
              <Tag key={name} mono>{`${name}: ${[value].flat().map(String).join(" or ")}`}</Tag>
            ))}
          </span>
        ),
    },
    { label: "Submitted", value: <RelativeTime value={job.start_timestamp} /> },
    { label: "By", value: job.user_email },
    { label: "Ended", value: <RelativeTime value={job.end_timestamp} empty="not yet" /> },
    ...(badLines === null ? [] : [{ label: "Results", value: badLines }]),
    ...(job.stop_requested_by === null ? [] : [{ label: "Stop asked by", value: job.stop_requested_by }]),
    { label: job.archived_at === null ? "Folder" : "Archive", value: <JobFiles job={job} /> },
  ];
  return <KeyValues facts={facts} className="px-4 py-3" />;
}

/** Where what the job wrote for itself is now: logs, arguments and outputs of its calls. */
function JobFiles({ job }: { job: JobView }) {
  if (job.working_dir === null) return "not made yet";
  if (job.archive_removed_at !== null)
    return (
      <>
        removed for its age <RelativeTime value={job.archive_removed_at} />, with the logs of the units
      </>
    );
  const isArchived = hasArchive(job);
  return (
    <span className="flex min-w-0 flex-col items-start gap-1.5">
      <MiddleTruncate text={isArchived ? archiveOf(job.working_dir) : job.working_dir} max={46} copyable />
      {isArchived && <DownloadArchive job={job} size="sm" />}
      {awaitsArchive(job) && <span className="text-ink-3">is being made into one archive</span>}
      {job.archive_problem !== null && <span className="text-ink-2">{job.archive_problem}</span>}
    </span>
  );
}
