"use client";

import { useQueries, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/components/trpc/client";
import { Select } from "@/components/ui/Select";

const MAX_WORKFLOWS = 3;
const NONE = "none";

type Props = {
  datasetId: number;
  /** Workflow task; null: no state is shown. */
  value: number | null;
  onValueChange: (task: number | null) => void;
};

/** Whose state the images show: a task of the workflows that ran here last. Draws nothing before the first job. */
export function TaskSelect({ datasetId, value, onValueChange }: Props) {
  const trpc = useTRPC();
  const { data: jobs } = useQuery(trpc.job.list.queryOptions({ dataset_id: datasetId, limit: 50 }));
  const workflowIds = [
    ...new Set((jobs ?? []).flatMap(({ workflow_id }) => (workflow_id === null ? [] : [workflow_id]))),
  ];
  const workflows = useQueries({
    queries: workflowIds
      .slice(0, MAX_WORKFLOWS)
      .map((workflow_id) => trpc.workflow.get.queryOptions({ workflow_id }, { staleTime: 60_000 })),
  }).flatMap(({ data }) => data ?? []);
  const options = workflows.flatMap((workflow) =>
    workflow.tasks.map((task) => ({
      value: String(task.id),
      label: task.alias ?? task.task.name,
      ...(workflows.length > 1 ? { note: workflow.name } : {}),
    })),
  );
  if (options.length === 0) return null;
  return (
    <Select
      size="sm"
      aria-label="State of task"
      options={[{ value: NONE, label: "No state" }, ...options]}
      value={value === null ? NONE : String(value)}
      onValueChange={(next) => onValueChange(next === NONE ? null : Number(next))}
      className="max-w-48"
    />
  );
}
