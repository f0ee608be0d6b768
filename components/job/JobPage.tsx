"use client";

import { Info, ScrollText, StepForward } from "lucide-react";
import Link from "next/link";
import { AnswerBand } from "../shell/AnswerBand";
import { Crumbs } from "../shell/crumbs";
import { PageHead } from "../shell/PageHead";
import { ShallowLinks, usePageParams } from "../shell/ShallowLinks";
import { SplitPane } from "../shell/SplitPane";
import { CountBar } from "../state/CountBar";
import { CountLegend } from "../state/CountLegend";
import { StatePill } from "../state/StatePill";
import { LinkButton } from "../ui/LinkButton";
import { RelativeTime } from "../ui/RelativeTime";
import { ContinueJob } from "./ContinueJob";
import { DownloadArchive } from "./DownloadArchive";
import { FailureCards } from "./FailureCards";
import { JobCallout } from "./JobCallout";
import { JobStats } from "./JobStats";
import { JobUnits, useShownUnits } from "./JobUnits";
import { StopJob } from "./StopJob";
import { TaskSteps } from "./TaskSteps";
import { answerOf, hasArchive, isActive, notStarted, shownTask, whyNotRun } from "./job-words";
import { useJobInspector } from "./use-job-inspector";
import { useJob } from "./use-job";

/** Progress, then causes, then evidence (design.md §11, mock-ups 04 and 05). */
export function JobPage({ jobId }: { jobId: number }) {
  const { job, silentSinceMs, pollNow } = useJob(jobId);
  const params = usePageParams();
  const task = shownTask(job, params.getId("run"));
  const units = useShownUnits(task);
  const inspector = useJobInspector(job, units);
  const answer = answerOf(job);
  const rest = notStarted(job);
  return (
    <ShallowLinks>
      <Crumbs
        items={[
          job.project_id === null
            ? { label: job.project_name }
            : { label: job.project_name, href: `/projects/${job.project_id}` },
          { label: "Jobs", href: job.project_id === null ? "/jobs" : `/jobs?project=${job.project_id}` },
          { label: `Job ${job.id}` },
        ]}
      />
      <SplitPane id="job" inspector={inspector} inspectorWidth={500}>
        <div className="flex min-h-0 flex-1 flex-col max-lg:flex-none lg:overflow-y-auto">
          <PageHead
            title={`Job ${job.id}`}
            pill={<StatePill state={job.state} />}
            facts={<JobFacts job={job} />}
            actions={
              <>
                <LinkButton href={params.href({ unit: null, show: null, panel: "log" })} scroll={false}>
                  <ScrollText strokeWidth={1.75} /> Log
                </LinkButton>
                <LinkButton href={params.href({ unit: null, show: null, panel: "details" })} scroll={false}>
                  <Info strokeWidth={1.75} /> Details
                </LinkButton>
                {hasArchive(job) && <DownloadArchive job={job} />}
                {isActive(job.state) && <StopJob job={job} onStopped={() => void pollNow()} />}
                <GoOn job={job} />
              </>
            }
          />
          <AnswerBand
            number={answer.number}
            bar={<CountBar {...answer.units} size="lg" decorative />}
            legend={<CountLegend {...answer.units} {...(rest === null ? {} : { note: rest })} />}
            stats={<JobStats job={job} />}
            callout={<JobCallout job={job} silentSinceMs={silentSinceMs} onRetry={() => void pollNow()} />}
          >
            {answer.text}
          </AnswerBand>
          <TaskSteps job={job} shownRunId={task?.run.id ?? null} />
          <FailureCards job={job} />
          <JobUnits job={job} task={task} units={units} />
        </div>
      </SplitPane>
    </ShallowLinks>
  );
}

/** The way on after a job that left something open, as long as no other job has taken it. */
function GoOn({ job }: { job: ReturnType<typeof useJob>["job"] }) {
  const { workflow_id, dataset_id, continued_by_job_id: next } = job;
  if (job.state !== "failed" && job.state !== "stopped") return null;
  if (next !== null)
    return (
      <LinkButton href={`/jobs/${next}`} variant="solid">
        <StepForward strokeWidth={1.75} /> {`Continued by job ${next}`}
      </LinkButton>
    );
  if (workflow_id === null || dataset_id === null) return null;
  return (
    <ContinueJob
      workflow={{ id: workflow_id, name: job.workflow_name }}
      dataset={{ id: dataset_id, name: job.dataset_name }}
      disabledReason={whyNotRun(job)}
    />
  );
}

/** "Nuclei → First plate · submitted today 01:10 by i.moreau". */
function JobFacts({ job }: { job: ReturnType<typeof useJob>["job"] }) {
  const dataset = job.dataset_id === null ? "" : `?dataset=${job.dataset_id}`;
  return (
    <span className="flex min-w-0 items-baseline gap-1.5 max-md:flex-wrap">
      <MaybeLink href={job.workflow_id === null ? null : `/workflows/${job.workflow_id}${dataset}`}>
        {job.workflow_name}
      </MaybeLink>
      <span aria-hidden="true">→</span>
      <MaybeLink href={job.dataset_id === null ? null : `/datasets/${job.dataset_id}`}>
        {job.dataset_name}
      </MaybeLink>
      <span className="min-w-0 shrink-3 truncate">
        {"· submitted "}
        <RelativeTime value={job.start_timestamp} />
        {` by ${job.user_email}`}
        {job.continues_job_id !== null && (
          <>
            {job.mode === "retry" ? " · reruns units of " : " · continues "}
            <MaybeLink href={`/jobs/${job.continues_job_id}`}>{`job ${job.continues_job_id}`}</MaybeLink>
          </>
        )}
      </span>
    </span>
  );
}

/** A name; a link while the object still exists. */
function MaybeLink({ href, children }: { href: string | null; children: string }) {
  if (href === null) return <span className="min-w-0 truncate">{children}</span>;
  return (
    <Link
      href={href}
      title={children}
      className="min-w-0 truncate rounded-tag text-ink-2 underline decoration-line-2 underline-offset-3 hover:text-ink hover:decoration-ink"
    >
      {children}
    </Link>
  );
}
