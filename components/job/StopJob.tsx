"use client";

import { useMutation } from "@tanstack/react-query";
import { Square } from "lucide-react";
import { useState } from "react";
import type { JobView } from "@/server/contracts/job";
import { useTRPC } from "../trpc/client";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { formatCount, formatNoun } from "../ui/format";
import { whyNotStop } from "./job-words";

/** Asks first, with the numbers; the job itself says when it has stopped. */
export function StopJob({ job, onStopped }: { job: JobView; onStopped: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const stop = useMutation(useTRPC().job.stop.mutationOptions());
  const { running, pending, done } = job.units;
  const label = running > 0 ? `Stop ${formatNoun(running, "unit")}` : "Stop job";
  return (
    <>
      <Button variant="danger-outline" disabledReason={whyNotStop(job)} onClick={() => setOpen(true)}>
        <Square strokeWidth={1.75} /> Stop
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={setOpen}
        title={`Stop job ${job.id}?`}
        confirmLabel={label}
        cancelLabel="Let it run"
        onConfirm={async () => {
          await stop.mutateAsync({ job_id: job.id });
          onStopped();
        }}
      >
        {running > 0
          ? `${formatNoun(running, "unit")} ${running === 1 ? "is" : "are"} running and will be cancelled`
          : "Nothing runs at this moment"}
        {pending > 0 ? `; ${formatCount(pending)} will not start. ` : ". "}
        {done > 0
          ? `The ${formatCount(done)} finished results are kept.`
          : "There are no finished results yet."}{" "}
        Tasks that have not begun will not run.
      </ConfirmDialog>
    </>
  );
}
