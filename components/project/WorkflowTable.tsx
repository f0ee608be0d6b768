"use client";

import { useQuery } from "@tanstack/react-query";
import { LastJobWord } from "@/components/project/LastJobWord";
import { columnsOf } from "@/components/table/columns";
import { DataTable } from "@/components/table/DataTable";
import { RowLines } from "@/components/table/RowList";
import { useTRPC } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/EmptyState";
import { formatCount } from "@/components/ui/format";
import { RelativeTime } from "@/components/ui/RelativeTime";
import type { WorkflowSummary } from "@/server/contracts/workflow";

const POLL_MS = 10_000;

const col = columnsOf<WorkflowSummary>();
const columns = col.columns([
  col.accessor("name", { header: "Workflow", meta: { minWidth: 200 } }),
  col.accessor("tasks", {
    header: "Tasks",
    meta: { align: "right", width: 96 },
    cell: (c) => formatCount(c.getValue()),
  }),
  col.accessor("last_job", {
    header: "Last job",
    enableSorting: false,
    meta: { width: 200 },
    cell: (c) => <LastJobWord job={c.getValue()} />,
  }),
  col.accessor("timestamp_created", {
    header: "Created",
    meta: { align: "right", width: 142, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} />,
  }),
]);

export function WorkflowTable({ projectId }: { projectId: number }) {
  const { data, isPending } = useQuery(
    useTRPC().workflow.list.queryOptions({ project_id: projectId }, { refetchInterval: POLL_MS }),
  );
  return (
    <DataTable
      label="Workflows"
      columns={columns}
      rows={data ?? []}
      rowId={(workflow) => String(workflow.id)}
      rowHref={(workflow) => `/workflows/${workflow.id}`}
      loading={isPending}
      footer={false}
      renderMobile={(workflow) => (
        <RowLines
          title={workflow.name}
          detail={<LastJobWord job={workflow.last_job} isLink={false} />}
          end={formatCount(workflow.tasks)}
          endDetail={workflow.tasks === 1 ? "task" : "tasks"}
        />
      )}
      empty={
        <EmptyState bare title="No workflows yet">
          A workflow is a chain of tasks that runs on a dataset. Make an empty one, or bring one from a file.
        </EmptyState>
      }
    />
  );
}
