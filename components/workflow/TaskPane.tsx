"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowLeft, ArrowUp, Trash2 } from "lucide-react";
import { useState } from "react";
import type { DatasetSummary } from "@/server/contracts/project";
import type { WorkflowView } from "@/server/contracts/workflow";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { LinkButton } from "../ui/LinkButton";
import { Tabs } from "../ui/Tabs";
import { Tag } from "../ui/Tag";
import { toast } from "../ui/Toaster";
import { AboutTab } from "./AboutTab";
import { ArgumentsTab } from "./ArgumentsTab";
import { ResourcesTab } from "./ResourcesTab";
import { SaveBar } from "./SaveBar";
import { useMoveTask } from "./TaskList";
import { TypesTab } from "./TypesTab";
import type { TaskEditor } from "./use-drafts";

const TABS = ["arguments", "resources", "types", "about"] as const;

type Props = {
  workflow: WorkflowView;
  dataset: DatasetSummary | null;
  editor: TaskEditor;
  /** Why nothing here can be changed; undefined = it can. */
  readOnlyReason: string | undefined;
};

/** One task of the workflow: arguments, resources, types, documentation; saved together. */
export function TaskPane({ workflow, dataset, editor, readOnlyReason }: Props) {
  const params = usePageParams();
  const { task, values } = editor;
  const tab = TABS.find((name) => name === params.get("tab")) ?? "arguments";
  const hrefs = Object.fromEntries(
    TABS.map((name) => [name, params.href({ tab: name === "arguments" ? null : name })]),
  );
  const isReadOnly = readOnlyReason !== undefined;
  const differs = (...keys: (keyof typeof values)[]) => keys.some((key) => key in editor.changed);
  return (
    <section aria-label={`Task ${task.order + 1}`} className="flex min-h-0 flex-1 flex-col max-lg:flex-none">
      <header className="flex shrink-0 flex-wrap items-center gap-x-2.5 gap-y-1 px-(--gutter) pt-2.5">
        <LinkButton
          href={params.href({ task: null, tab: null })}
          scroll={false}
          variant="ghost"
          icon
          aria-label="Back to the tasks"
          className="-ml-2 lg:hidden"
        >
          <ArrowLeft strokeWidth={1.75} />
        </LinkButton>
        <h2 className="min-w-0 truncate text-15 font-semibold">{values.alias ?? task.task.name}</h2>
        {values.alias !== null && <span className="truncate text-ink-3">{task.task.name}</span>}
        <Tag mono>{`${task.task.pkg_name} ${task.task.version}`}</Tag>
        <TaskButtons workflow={workflow} editor={editor} readOnlyReason={readOnlyReason} />
      </header>
      <Tabs
        label="Parts of the task"
        className="mt-1 shrink-0 px-(--gutter)"
        current={hrefs[tab] ?? ""}
        tabs={[
          {
            href: hrefs["arguments"] ?? "",
            label: "Arguments",
            changed: differs("args_non_parallel", "args_parallel"),
          },
          {
            href: hrefs["resources"] ?? "",
            label: "Resources",
            changed: differs("meta_non_parallel", "meta_parallel"),
          },
          { href: hrefs["types"] ?? "", label: "Types", changed: differs("type_filters") },
          { href: hrefs["about"] ?? "", label: "About", changed: differs("alias") },
        ]}
      />
      <div className="min-h-0 flex-1 lg:overflow-y-auto" key={`${task.id} ${tab}`}>
        {!task.task.is_active && (
          <Callout tone="warn" title="This version of the task is not active." className="mx-(--gutter) mt-3">
            The workflow cannot be run with it. Remove it and add another version, or ask the owner of the
            package.
          </Callout>
        )}
        {isReadOnly && <Callout className="mx-(--gutter) mt-3">{readOnlyReason}</Callout>}
        {tab === "arguments" && <ArgumentsTab editor={editor} readOnly={isReadOnly} />}
        {tab === "resources" && <ResourcesTab editor={editor} readOnly={isReadOnly} />}
        {tab === "types" && <TypesTab editor={editor} dataset={dataset} readOnly={isReadOnly} />}
        {tab === "about" && <AboutTab editor={editor} readOnly={isReadOnly} />}
      </div>
      <SaveBar editor={editor} />
    </section>
  );
}

/** Up, down, remove; while a job runs the order stands. */
function TaskButtons({ workflow, editor, readOnlyReason }: Omit<Props, "dataset">) {
  const { task } = editor;
  const params = usePageParams();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [isRemoving, setRemoving] = useState(false);
  const { move, problem } = useMoveTask(workflow);
  const remove = useMutation(trpc.workflow.removeTask.mutationOptions());
  const name = task.alias ?? task.task.name;
  const busy =
    readOnlyReason ??
    (workflow.active_job_id === null
      ? undefined
      : `Job ${workflow.active_job_id} runs this workflow. Wait for its end.`);
  return (
    <span className="-mr-2 ml-auto flex items-center">
      {problem !== undefined && <span className="mr-2 text-12 text-fail-ink">{problem}</span>}
      <Button
        variant="ghost"
        size="sm"
        icon
        aria-label="Move up (Alt ↑)"
        disabledReason={busy ?? (task.order === 0 ? "It is the first." : undefined)}
        onClick={() => void move(task.id, task.order - 1)}
      >
        <ArrowUp strokeWidth={1.75} />
      </Button>
      <Button
        variant="ghost"
        size="sm"
        icon
        aria-label="Move down (Alt ↓)"
        disabledReason={busy ?? (task.order === workflow.tasks.length - 1 ? "It is the last." : undefined)}
        onClick={() => void move(task.id, task.order + 1)}
      >
        <ArrowDown strokeWidth={1.75} />
      </Button>
      <Button
        variant="ghost"
        size="sm"
        icon
        aria-label="Remove task"
        disabledReason={busy}
        onClick={() => setRemoving(true)}
      >
        <Trash2 strokeWidth={1.75} />
      </Button>
      <ConfirmDialog
        open={isRemoving}
        onOpenChange={setRemoving}
        title={`Remove ${name}?`}
        confirmLabel="Remove task"
        onConfirm={async () => {
          await remove.mutateAsync({ workflow_task_id: task.id });
          const next = workflow.tasks[task.order + 1] ?? workflow.tasks[task.order - 1];
          editor.discard();
          params.go({ task: next?.id ?? null, tab: null }, { replace: true });
          await queryClient.invalidateQueries(trpc.workflow.get.queryFilter({ workflow_id: workflow.id }));
          toast(`Removed ${name}`);
        }}
      >
        Task {task.order + 1} and its arguments leave this workflow. Images and results that it made stay, and
        so do the jobs that ran it.
      </ConfirmDialog>
    </span>
  );
}
