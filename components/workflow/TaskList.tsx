"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { Fragment, useState } from "react";
import type { WorkflowProgress, WorkflowView } from "@/server/contracts/workflow";
import { announce } from "../shell/Announcer";
import { usePageParams } from "../shell/ShallowLinks";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { EmptyState } from "../ui/EmptyState";
import { FlowStrip, TaskRow } from "./TaskRow";
import { argumentProblems } from "./task-settings";
import type { useDrafts } from "./use-drafts";

type Props = {
  workflow: WorkflowView;
  progress: WorkflowProgress | undefined;
  hasDataset: boolean;
  selectedId: number | null;
  drafts: ReturnType<typeof useDrafts>;
  readOnlyReason: string | undefined;
  onAdd: () => void;
};

/** The tasks in order with the types that flow between them. Alt ↑ ↓ moves the one with the focus. */
export function TaskList(props: Props) {
  const { workflow, progress, selectedId, drafts, readOnlyReason, onAdd } = props;
  const params = usePageParams();
  const { move, problem } = useMoveTask(workflow);
  const addButton = (
    <Button variant="ghost" size="sm" disabledReason={readOnlyReason} onClick={onAdd}>
      <Plus strokeWidth={1.75} /> Add task
    </Button>
  );
  return (
    <section aria-label="Tasks of the workflow">
      <header className="flex h-11 items-center gap-2 border-b border-line px-(--gutter)">
        <h2 className="font-semibold">
          Tasks <span className="font-normal text-ink-3">{workflow.tasks.length}</span>
        </h2>
        <span className="-mr-2 ml-auto">{addButton}</span>
      </header>
      {problem !== undefined && (
        <Callout tone="fail" announce className="m-2">
          {problem}
        </Callout>
      )}
      {workflow.tasks.length === 0 ? (
        <EmptyState bare title="No tasks yet" action={addButton}>
          A workflow is a list of tasks that run one after the other. The first one usually makes the images.
        </EmptyState>
      ) : (
        <ol>
          {workflow.tasks.map((task, index) => (
            <Fragment key={task.id}>
              <li>
                <TaskRow
                  task={task}
                  href={params.href({ task: task.id })}
                  isSelected={task.id === selectedId}
                  isUnsaved={drafts.dirtyTasks.some(({ id }) => id === task.id)}
                  progress={progress?.tasks[task.id]}
                  hasDataset={props.hasDataset}
                  problems={argumentProblems(task, drafts.editorOf(task).values)}
                  onMove={(by) => {
                    if (readOnlyReason === undefined) void move(task.id, index + by);
                  }}
                />
              </li>
              {index < workflow.tasks.length - 1 && (
                <li>
                  <FlowStrip task={task} />
                </li>
              )}
            </Fragment>
          ))}
        </ol>
      )}
    </section>
  );
}

/** Shown at once, taken back if the server refuses. */
export function useMoveTask(workflow: WorkflowView) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const mutation = useMutation(trpc.workflow.moveTask.mutationOptions());
  const [problem, setProblem] = useState<string>();
  const key = trpc.workflow.get.queryKey({ workflow_id: workflow.id });
  const move = async (taskId: number, order: number) => {
    const task = workflow.tasks.find(({ id }) => id === taskId);
    if (task === undefined || order < 0 || order >= workflow.tasks.length) return;
    setProblem(undefined);
    const others = workflow.tasks.filter(({ id }) => id !== taskId);
    const moved = [...others.slice(0, order), task, ...others.slice(order)];
    queryClient.setQueryData(key, {
      ...workflow,
      tasks: moved.map((one, at) => ({ ...one, order: at })),
    });
    try {
      await mutation.mutateAsync({ workflow_task_id: taskId, order });
      announce(`${task.alias ?? task.task.name} is now task ${order + 1}.`, { now: true });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "The task could not be moved.");
    }
    await queryClient.invalidateQueries({ queryKey: key });
  };
  return { move, problem, isMoving: mutation.isPending };
}
