"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import type { RetryJobInput, RetryPreview } from "@/server/contracts/continue";
import { sentenceOf } from "../form/server-errors";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Dialog, DialogClose } from "../ui/Dialog";
import { ErrorState } from "../ui/ErrorState";
import { formatCount, formatNoun } from "../ui/format";
import { SkeletonLines } from "../ui/Skeleton";
import { Problems } from "./Problems";
import { useOpenJob } from "./use-open-job";

type Props = {
  input: RetryJobInput;
  /** "Rerun 41 units". */
  label: string;
  disabledReason?: string | undefined;
};

/** Repeats calls of a run with the arguments they had; for causes outside of the task (memory, disk, node). */
export function RerunUnits({ input, label, disabledReason }: Props) {
  const [isOpen, setOpen] = useState(false);
  const trpc = useTRPC();
  const openJob = useOpenJob();
  const preview = useQuery(
    trpc.job.previewRetry.queryOptions(input, { enabled: isOpen, staleTime: 0, retry: false }),
  );
  const submit = useMutation(
    trpc.job.retry.mutationOptions({
      onSuccess: ({ job_id }) => openJob(job_id),
      onError: () => void preview.refetch(),
    }),
  );
  const { data } = preview;
  const blocked =
    data === undefined
      ? preview.isError
        ? "What would run could not be determined."
        : "Looking at the units."
      : (data.problems[0] ?? (data.units === 0 ? "All of them are done by now." : undefined));
  return (
    <>
      <Button size="sm" disabledReason={disabledReason} onClick={() => setOpen(true)}>
        <RotateCcw strokeWidth={1.75} /> {label}
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title="Run again with the same arguments"
        {...(data === undefined ? {} : { subtitle: `task ${data.task.order + 1}, ${data.task.name}` })}
        actions={
          <>
            <DialogClose>Cancel</DialogClose>
            <Button
              variant="solid"
              pending={submit.isPending || submit.isSuccess}
              disabledReason={blocked}
              onClick={() => submit.mutate(input)}
            >
              {data === undefined ? "Run" : `Run ${formatNoun(data.units, "unit")}`}
            </Button>
          </>
        }
      >
        {submit.isError && (
          <Callout tone="fail" announce title="Nothing was started." className="mb-3">
            {sentenceOf(submit.error)}
          </Callout>
        )}
        {preview.isError ? (
          <ErrorState title="What would run could not be determined.">{sentenceOf(preview.error)}</ErrorState>
        ) : data === undefined ? (
          <SkeletonLines lines={3} label="Looking at the units" />
        ) : (
          <What preview={data} />
        )}
      </Dialog>
    </>
  );
}

function What({ preview }: { preview: RetryPreview }) {
  const { units, left, tasks_after, may_be_half_written, has_other_arguments, problems } = preview;
  return (
    <div className="flex flex-col gap-3">
      <p>
        {formatNoun(units, "unit")} {units === 1 ? "runs" : "run"} again in a new job, each with the arguments
        it had. What is done stays as it is.{" "}
        {left > 0
          ? `${formatNoun(left, "unit")} of this task ${left === 1 ? "stays" : "stay"} open, so the tasks behind it do not start.`
          : tasks_after.length > 0
            ? `Then ${tasks_after.length === 1 ? "the task" : `${formatCount(tasks_after.length)} tasks`} behind it: ${tasks_after.join(", ")}.`
            : "No task comes behind it."}
      </p>
      {has_other_arguments && (
        <Callout tone="warn" title="The workflow has other arguments now.">
          They are not used here. To use them, close this and choose Continue.
        </Callout>
      )}
      {may_be_half_written && (
        <Callout tone="warn" title="Some images may be half written.">
          This task changes images in place and was interrupted in the middle of some. Look at them before you
          run it again.
        </Callout>
      )}
      <Problems problems={problems} />
    </div>
  );
}
