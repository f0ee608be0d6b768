"use client";

import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Layers2, Play } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import type { DatasetSummary } from "@/server/contracts/project";
import type { WorkflowProgress, WorkflowView } from "@/server/contracts/workflow";
import { leaves, useLeaveGuard } from "../form/use-leave-guard";
import { isActive } from "../job/job-words";
import { Crumbs } from "../shell/crumbs";
import { PageHead } from "../shell/PageHead";
import { ShallowLinks, usePageParams } from "../shell/ShallowLinks";
import { SplitPane } from "../shell/SplitPane";
import { StatePill } from "../state/StatePill";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { EmptyState } from "../ui/EmptyState";
import { formatCount, formatNoun } from "../ui/format";
import { Kbd } from "../ui/Kbd";
import { Select } from "../ui/Select";
import { AddTaskDialog } from "./AddTaskDialog";
import { ContinueJob } from "../job/ContinueJob";
import { defaultDataset, workflowJobsInput } from "./default-dataset";
import { JobsOnDataset } from "./JobsOnDataset";
import { RunDialog } from "./RunDialog";
import { TaskList } from "./TaskList";
import { TaskPane } from "./TaskPane";
import { useDrafts } from "./use-drafts";

const POLL_MS = 2_000;
const QUIET_POLL_MS = 15_000;

/** Compose, see problems, run (mock-up 02). */
export function WorkflowPage({ workflowId, projectId }: { workflowId: number; projectId: number }) {
  const trpc = useTRPC();
  const params = usePageParams();
  const { data: workflow } = useSuspenseQuery(
    trpc.workflow.get.queryOptions(
      { workflow_id: workflowId },
      { refetchInterval: ({ state }) => (state.data?.active_job_id == null ? false : POLL_MS) },
    ),
  );
  const { data: datasets } = useSuspenseQuery(trpc.dataset.list.queryOptions({ project_id: projectId }));
  const { data: jobs } = useSuspenseQuery(trpc.job.list.queryOptions(workflowJobsInput(workflowId)));
  const dataset = defaultDataset(datasets, params.getId("dataset"), jobs);
  const progress = useQuery(
    trpc.workflow.progress.queryOptions(
      { workflow_id: workflowId, dataset_id: dataset?.id ?? 0 },
      {
        enabled: dataset !== null,
        refetchInterval: ({ state }) => {
          const job = state.data?.job;
          return job != null && isActive(job.state) ? POLL_MS : QUIET_POLL_MS;
        },
      },
    ),
  );
  const drafts = useDrafts(workflow);
  const guard = useLeaveGuard({
    isDirty: drafts.dirtyTasks.length > 0,
    what: `${drafts.dirtyTasks.map((task) => task.alias ?? task.task.name).join(", ")}: what you changed is not saved yet.`,
    save: drafts.saveAll,
    discard: drafts.discardAll,
  });
  const [dialog, setDialog] = useState<"add" | "run" | null>(null);

  const readOnlyReason = workflow.can.write
    ? undefined
    : "Your right in this project is to read. Its owner can give you the right to change it.";
  const chosenId = params.getId("task");
  const chosen = workflow.tasks.find((task) => task.id === chosenId);
  const selected = chosen ?? workflow.tasks[0];
  return (
    <ShallowLinks>
      <Crumbs
        items={[
          { label: workflow.project_name, href: `/projects/${workflow.project_id}` },
          { label: "Workflows", href: `/projects/${workflow.project_id}` },
          { label: workflow.name },
        ]}
      />
      <PageHead
        ruled
        title={workflow.name}
        pill={<JobPill progress={progress.data} />}
        facts={workflow.description ?? undefined}
        actions={
          <div className="flex items-center gap-2 max-md:w-[calc(100vw-2*var(--gutter))]">
            <DatasetSelect datasets={datasets} dataset={dataset} progress={progress.data} />
            <RunButton
              workflow={workflow}
              dataset={dataset}
              progress={progress.data}
              onRun={() => setDialog("run")}
              isDialogOpen={dialog !== null}
            />
          </div>
        }
      />
      {progress.isError && progress.data !== undefined && (
        <Callout tone="warn" title="The counts are not up to date." className="mx-(--gutter) my-2">
          {progress.error.message} They are asked for again by themselves.
        </Callout>
      )}
      <SplitPane
        id="workflow"
        startLabel="the task list"
        startWidth={424}
        phone={chosen === undefined ? "start" : "main"}
        start={
          <div className="flex min-h-full flex-col">
            <TaskList
              workflow={workflow}
              progress={progress.data}
              hasDataset={dataset !== null}
              selectedId={selected?.id ?? null}
              drafts={drafts}
              readOnlyReason={readOnlyReason}
              onAdd={() => setDialog("add")}
            />
            <JobsOnDataset workflowId={workflowId} dataset={dataset} current={progress.data?.job ?? null} />
          </div>
        }
      >
        {selected === undefined ? (
          <EmptyState bare title="Nothing to set yet">
            Add a task; its arguments, resources and image types are set here.
          </EmptyState>
        ) : (
          <TaskPane
            key={selected.id}
            workflow={workflow}
            dataset={dataset}
            editor={drafts.editorOf(selected)}
            readOnlyReason={readOnlyReason}
          />
        )}
      </SplitPane>
      {guard}
      <AddTaskDialog
        open={dialog === "add"}
        onOpenChange={(open) => setDialog(open ? "add" : null)}
        workflow={workflow}
        onAdded={(task) => params.go({ task, tab: null })}
      />
      {dataset !== null && (
        <RunDialog
          open={dialog === "run"}
          onOpenChange={(open) => setDialog(open ? "run" : null)}
          workflow={workflow}
          dataset={{ ...dataset, images: progress.data?.images ?? dataset.images }}
        />
      )}
    </ShallowLinks>
  );
}

/** Where the newest job on the dataset stands; leads to it. */
function JobPill({ progress }: { progress: WorkflowProgress | undefined }) {
  const job = progress?.job;
  if (job == null) return null;
  return (
    <Link href={`/jobs/${job.id}`} className="min-w-0 rounded-full hover:underline">
      <StatePill state={job.state} className="max-w-full">
        <span className="truncate">{`Job ${job.id}: ${job.summary.charAt(0).toLowerCase()}${job.summary.slice(1)}`}</span>
      </StatePill>
    </Link>
  );
}

type DatasetSelectProps = {
  datasets: readonly DatasetSummary[];
  dataset: DatasetSummary | null;
  progress: WorkflowProgress | undefined;
};

function DatasetSelect({ datasets, dataset, progress }: DatasetSelectProps) {
  const params = usePageParams();
  const sorted = [...datasets].sort((a, b) => a.name.localeCompare(b.name, "en"));
  return (
    <Select
      aria-label="Dataset"
      className="w-[270px]! max-md:w-auto! max-md:min-w-0 max-md:flex-1"
      icon={<Layers2 size={15} strokeWidth={1.75} aria-hidden="true" />}
      placeholder="No dataset yet"
      disabled={datasets.length === 0}
      value={dataset === null ? null : String(dataset.id)}
      options={sorted.map((one) => ({
        value: String(one.id),
        label: one.name,
        note: formatCount(one.id === dataset?.id ? (progress?.images ?? one.images) : one.images),
      }))}
      onValueChange={(id) => params.go({ dataset: id })}
    />
  );
}

type RunButtonProps = {
  workflow: WorkflowView;
  dataset: DatasetSummary | null;
  progress: WorkflowProgress | undefined;
  onRun: () => void;
  isDialogOpen: boolean;
};

/** Says why it cannot be pressed; `R` presses it. */
function RunButton({ workflow, dataset, progress, onRun, isDialogOpen }: RunButtonProps) {
  const job = progress?.job;
  const reason = !workflow.can.execute
    ? "Your right in this project does not include running jobs. Its owner can give it to you."
    : workflow.tasks.length === 0
      ? "Add a task first."
      : dataset === null
        ? "The project has no dataset yet. Create one on the project's page."
        : job != null && isActive(job.state)
          ? `Job ${job.id} uses this dataset. Wait for its end, or choose another dataset.`
          : undefined;
  // External system: the keyboard. R outside inputs presses the button, and so passes the guard.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "r" || event.ctrlKey || event.metaKey || event.altKey || isDialogOpen)
        return;
      const target = event.target;
      if (target instanceof HTMLElement && target.closest("input, textarea, select, [role=dialog]") !== null)
        return;
      event.preventDefault();
      document.querySelector<HTMLButtonElement>("[data-leaves]")?.click();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [isDialogOpen]);
  return (
    <>
      {job != null && dataset !== null && (
        <ContinueJob workflow={workflow} dataset={dataset} variant="outline" disabledReason={reason} />
      )}
      <Button variant="solid" disabledReason={reason} onClick={onRun} {...leaves}>
        <Play strokeWidth={1.75} /> {`Run ${formatNoun(workflow.tasks.length, "task")}`}{" "}
        <Kbd tone="solid">R</Kbd>
      </Button>
    </>
  );
}
