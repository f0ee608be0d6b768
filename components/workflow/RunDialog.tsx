"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { DatasetSummary } from "@/server/contracts/project";
import type { WorkflowView } from "@/server/contracts/workflow";
import { isConverter } from "@/server/domain/tasks/calls";
import { useTRPC } from "../trpc/client";
import { fieldsOf } from "../trpc/query-client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Dialog, DialogClose } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { formatCount, formatNoun } from "../ui/format";
import { Kbd } from "../ui/Kbd";
import { Select } from "../ui/Select";
import { RunFilterFields } from "./RunFilterFields";
import { RunPreview } from "./RunPreview";
import { NO_FILTERS, type RunFilters } from "./run-filters";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  workflow: WorkflowView;
  dataset: DatasetSummary;
};

/** Nothing happens without a preview: which tasks, on how many images, and what is in the way. */
export function RunDialog(props: Props) {
  return props.open ? <OpenRunDialog {...props} /> : null;
}

function OpenRunDialog({ open, onOpenChange, workflow, dataset }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [first, setFirst] = useState(0);
  const [last, setLast] = useState(workflow.tasks.length - 1);
  const [filters, setFilters] = useState<RunFilters>(NO_FILTERS);
  const submit = useMutation(trpc.job.submit.mutationOptions());

  const firstTask = workflow.tasks[first];
  const needsImages = firstTask !== undefined && !isConverter(firstTask.task_type);
  const input = {
    workflow_id: workflow.id,
    dataset_id: dataset.id,
    first_task_index: first,
    last_task_index: last,
    // A converter has no input; filters chosen for another start task must not be sent along.
    attribute_filters: needsImages
      ? Object.fromEntries(
          Object.entries(filters.attribute_filters).map(([name, values]) => [name, [...values]]),
        )
      : {},
    type_filters: needsImages ? { ...filters.type_filters } : {},
  };
  const preview = useQuery(
    trpc.job.preview.queryOptions(input, { placeholderData: keepPreviousData, staleTime: 0, retry: false }),
  );
  const fields = fieldsOf(submit.error);
  const atFields = ["first_task_index", "last_task_index"].filter((name) => name in fields);

  const run = async () => {
    try {
      const { job_id } = await submit.mutateAsync(input);
      void queryClient.invalidateQueries(trpc.job.list.queryFilter());
      void queryClient.invalidateQueries(trpc.workflow.progress.queryFilter());
      router.push(`/jobs/${job_id}`);
    } catch {
      // Shown at the field or above the buttons.
      void preview.refetch();
    }
  };
  const count = last - first + 1;
  const problems = preview.data?.problems ?? [];
  const blocked =
    count < 1
      ? "The last task stands before the first."
      : preview.data === undefined
        ? (preview.error?.message ?? "The check has not ended yet.")
        : problems.length > 0
          ? `${formatNoun(problems.length, "problem")} must be solved first.`
          : undefined;
  const options = workflow.tasks.map((task) => ({
    value: String(task.order),
    label: `${task.order + 1} · ${task.alias ?? task.task.name}`,
  }));
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="xl"
      flush
      title={`Run "${workflow.name}"`}
      subtitle={`on ${dataset.name}, ${formatNoun(dataset.images, "image")}`}
      footerNote={
        blocked === undefined
          ? `${formatNoun(count, "task")} will run one after the other. Results that exist stay unless a task overwrites them.`
          : blocked
      }
      actions={
        <>
          <DialogClose>Cancel</DialogClose>
          <Button
            variant="solid"
            pending={submit.isPending}
            disabledReason={blocked}
            onClick={() => void run()}
          >
            <Play strokeWidth={1.75} />{" "}
            {runLabel(count, firstTask?.task_type, preview.data?.tasks[0]?.images)}
            <Kbd tone="solid">⌘↵</Kbd>
          </Button>
        </>
      }
    >
      <div
        className="grid md:min-h-[420px] md:grid-cols-[300px_minmax(0,1fr)]"
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
          event.preventDefault();
          if (blocked === undefined && !submit.isPending) void run();
        }}
      >
        <div className="flex flex-col gap-4 border-line bg-bg px-5 py-4 max-md:border-b max-md:px-4 md:border-r">
          <Field stacked label="First task" error={fields["first_task_index"]}>
            <Select
              options={options}
              value={String(first)}
              onValueChange={(value) => {
                setFirst(Number(value));
                if (Number(value) > last) setLast(Number(value));
              }}
            />
          </Field>
          <Field stacked label="Last task" error={fields["last_task_index"]}>
            <Select
              options={options.map((option, order) => ({ ...option, disabled: order < first }))}
              value={String(last)}
              onValueChange={(value) => setLast(Number(value))}
            />
          </Field>
          {needsImages ? (
            <RunFilterFields
              dataset={dataset}
              task={firstTask}
              filters={filters}
              onChange={setFilters}
              images={preview.data?.tasks[0]?.images ?? null}
            />
          ) : (
            <p className="text-12 text-ink-3">
              The first task makes its own images, so there are none to choose.
            </p>
          )}
        </div>
        <div className="min-w-0 px-5 py-4 max-md:px-4">
          {submit.isError && atFields.length === 0 && (
            <Callout tone="fail" announce title="The job was not submitted." className="mb-3">
              {submit.error.message}
            </Callout>
          )}
          <RunPreview
            workflow={workflow}
            preview={preview.data}
            isStale={preview.isPlaceholderData}
            failure={preview.isError ? preview.error.message : null}
            onClose={() => onOpenChange(false)}
          />
        </div>
      </div>
    </Dialog>
  );
}

/** Units where they are known: a single parallel task; tasks otherwise. */
function runLabel(count: number, type: string | undefined, images: number | null | undefined): string {
  if (count === 1 && type === "parallel" && images != null && images > 0)
    return `Run ${formatCount(images)} ${images === 1 ? "unit" : "units"}`;
  return `Run ${formatNoun(Math.max(0, count), "task")}`;
}
