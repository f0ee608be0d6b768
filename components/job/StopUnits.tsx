"use client";

import { useMutation } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { formatCount, formatNoun } from "../ui/format";

type Props = {
  /** What is stopped: "Task 2, Segment", "Unit 17". */
  name: string;
  runId: number;
  /** Absent: all that is left of the run. */
  unitIds?: number[];
  running: number;
  pending: number;
  /** "Stop task". */
  label: string;
  disabledReason?: string | undefined;
};

/** Stops a part of a job: what is left of a task, or chosen units. The page shows their end by itself. */
export function StopUnits({ name, runId, unitIds, running, pending, label, disabledReason }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const stop = useMutation(useTRPC().job.stopUnits.mutationOptions());
  return (
    <>
      <Button
        size="sm"
        disabledReason={disabledReason ?? (isAsked ? "It is being stopped." : undefined)}
        onClick={() => setOpen(true)}
      >
        <Square strokeWidth={1.75} /> {label}
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={setOpen}
        title={`Stop ${name}?`}
        confirmLabel={label}
        cancelLabel="Let it run"
        onConfirm={async () => {
          await stop.mutateAsync({ run_id: runId, ...(unitIds === undefined ? {} : { unit_ids: unitIds }) });
          setAsked(true);
        }}
      >
        {unitIds === undefined
          ? `${running > 0 ? `${formatNoun(running, "unit")} ${running === 1 ? "is" : "are"} running and will be cancelled` : "Nothing of it runs at this moment"}${pending > 0 ? `; ${formatCount(pending)} will not start` : ""}. What is finished is kept.`
          : `It ${running > 0 ? "is running and will be cancelled" : "will not start"}. The other units go on.`}{" "}
        Tasks behind this one will not run in this job; Continue picks up from there.
      </ConfirmDialog>
    </>
  );
}
