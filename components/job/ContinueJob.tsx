"use client";

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { StepForward } from "lucide-react";
import { useState } from "react";
import { sentenceOf } from "../form/server-errors";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Dialog, DialogClose } from "../ui/Dialog";
import { formatNoun } from "../ui/format";
import { ContinuePreview } from "./ContinuePreview";
import { useOpenJob } from "./use-open-job";

type Props = {
  workflow: { id: number; name: string };
  dataset: { id: number; name: string };
  variant?: "solid" | "outline";
  disabledReason?: string | undefined;
};

/**
 * Goes on with what is missing of a workflow on a dataset. The dialog gives a reason for every image before
 * anything starts; what is missing is determined again when each task starts, so nothing is done twice.
 */
export function ContinueJob({ workflow, dataset, variant = "solid", disabledReason }: Props) {
  const [isOpen, setOpen] = useState(false);
  const trpc = useTRPC();
  const openJob = useOpenJob();
  const input = { workflow_id: workflow.id, dataset_id: dataset.id, type_filters: {} };
  const preview = useQuery(
    trpc.job.previewContinue.queryOptions(input, {
      enabled: isOpen,
      staleTime: 0,
      retry: false,
      placeholderData: keepPreviousData,
    }),
  );
  const submit = useMutation(
    trpc.job.continue.mutationOptions({
      onSuccess: ({ job_id }) => openJob(job_id),
      // What stands in the way now is in the preview.
      onError: () => void preview.refetch(),
    }),
  );
  const { data } = preview;
  const blocked =
    data === undefined
      ? preview.isError
        ? "What is missing could not be determined."
        : "Looking for what is missing."
      : data.problems[0];
  return (
    <>
      <Button variant={variant} disabledReason={disabledReason} onClick={() => setOpen(true)}>
        <StepForward strokeWidth={1.75} /> Continue
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        size="lg"
        title="Continue with what is missing"
        subtitle={`${workflow.name} → ${dataset.name}`}
        footerNote={data && data.units > 0 ? "Finished results are kept and not computed again." : undefined}
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
        <ContinuePreview
          input={input}
          preview={data}
          isStale={preview.isPlaceholderData}
          failure={preview.isError ? sentenceOf(preview.error) : null}
        />
      </Dialog>
    </>
  );
}
