"use client";

import { useQuery } from "@tanstack/react-query";
import { cx } from "class-variance-authority";
import { ScrollText } from "lucide-react";
import type { JobTask, JobView } from "@/server/contracts/job";
import type { WorkflowView } from "@/server/contracts/workflow";
import { usePageParams } from "../shell/ShallowLinks";
import { StateGlyph } from "../state/StateGlyph";
import { useTRPC } from "../trpc/client";
import { formatCount, formatNoun } from "../ui/format";
import { LinkButton } from "../ui/LinkButton";
import { Tag } from "../ui/Tag";
import { groupCauses, isActive, whyNotRun, type CauseGroup } from "./job-words";
import { RerunUnits } from "./RerunUnits";

/** So many kinds of evidence one request may name. */
const MOST_CAUSES = 100;

/** One card per cause: what, how many, the evidence, and where to change it. */
export function FailureCards({ job }: { job: JobView }) {
  const failed = job.tasks.filter(({ run }) => (run?.causes.length ?? 0) > 0);
  const { data: workflow } = useQuery(
    useTRPC().workflow.get.queryOptions(
      { workflow_id: job.workflow_id ?? 0 },
      { enabled: failed.length > 0 && job.workflow_id !== null },
    ),
  );
  if (failed.length === 0) return null;
  return (
    <section aria-label="Causes of failure" className="flex shrink-0 flex-col gap-3 px-(--gutter) pb-4">
      {failed.flatMap((task) =>
        (task.run === null ? [] : groupCauses(task.run)).map((cause) => (
          <FailureCard
            key={cause.first_unit_id}
            cause={cause}
            task={task}
            runId={task.run?.id ?? 0}
            rerun={
              job.workflow_id === null || job.dataset_id === null || isActive(job.state)
                ? null
                : { disabledReason: whyNotRun(job) }
            }
            editHref={editHref(job, task, cause, workflow)}
          />
        )),
      )}
    </section>
  );
}

type CardProps = {
  cause: CauseGroup;
  task: JobTask;
  runId: number;
  /** Null: there is nothing to repeat it with, or the job is not over. */
  rerun: { disabledReason: string | undefined } | null;
  editHref: { href: string; label: string } | null;
};

function FailureCard({ cause, task, runId, rerun, editHref: edit }: CardProps) {
  const params = usePageParams();
  const isOpen = params.getId("unit") === cause.first_unit_id;
  return (
    <article
      className={cx(
        "rounded-panel border px-4 py-3",
        isOpen ? "border-select shadow-[0_0_0_1px_var(--select)]" : "border-line",
      )}
    >
      <header className="flex flex-wrap items-center gap-2">
        <StateGlyph state="failed" />
        <h2 className="font-semibold">{cause.title}</h2>
        <Tag tone="fail">{formatNoun(cause.units, "unit")}</Tag>
        <span className="text-ink-3">{`task ${task.order + 1}, ${task.name}`}</span>
      </header>
      {cause.evidence !== null && (
        <p className="mt-2">
          <code className="inline-block max-w-full rounded-tag bg-fail-soft px-1.5 py-0.5 break-words text-fail-ink">
            {cause.evidence}
          </code>
        </p>
      )}
      <p className="mt-1.5 max-w-prose text-ink-2">
        {cause.units > 1 ? `The first of them: ${lowerFirst(cause.text)}` : cause.text} {cause.next_step}
      </p>
      <div className="mt-2.5 flex flex-wrap items-center gap-1.5">
        {edit !== null && (
          <LinkButton size="sm" href={edit.href}>
            {edit.label}
          </LinkButton>
        )}
        {rerun !== null && (
          <RerunUnits
            input={{ run_id: runId, like_unit_ids: cause.unit_ids.slice(0, MOST_CAUSES) }}
            label={`Rerun ${formatCount(cause.units)}`}
            {...rerun}
          />
        )}
        <LinkButton
          size="sm"
          variant="ghost"
          scroll={false}
          href={params.href({ run: runId, state: "failed", unit: null, show: null })}
        >
          Show units
        </LinkButton>
        <LinkButton
          size="sm"
          variant="ghost"
          scroll={false}
          href={params.href({ run: runId, unit: cause.first_unit_id, show: null })}
          aria-current={isOpen ? "true" : undefined}
        >
          <ScrollText strokeWidth={1.75} /> {isOpen ? "Log open" : "Log"}
        </LinkButton>
      </div>
    </article>
  );
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** Where the cause is changed: the task as it stands in the workflow now, if it is still there. */
function editHref(
  job: JobView,
  task: JobTask,
  cause: CauseGroup,
  workflow: WorkflowView | undefined,
): { href: string; label: string } | null {
  if (job.workflow_id === null) return null;
  const params = new URLSearchParams();
  if (job.dataset_id !== null) params.set("dataset", String(job.dataset_id));
  const now = workflow?.tasks.find(({ id }) => id === task.workflow_task_id);
  if (now !== undefined) params.set("task", String(now.id));
  const isResource = cause.kind === "out_of_memory" || cause.kind === "time_limit" || cause.kind === "killed";
  if (isResource) params.set("tab", "resources");
  const label = now === undefined ? "Open workflow" : isResource ? "Change resources" : "Change arguments";
  return { href: `/workflows/${job.workflow_id}?${params}`, label };
}
