"use client";

import { useId } from "react";
import type { ReactNode, SubmitEvent } from "react";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Dialog, DialogClose } from "../ui/Dialog";
import type { DialogProps } from "../ui/Dialog";

export type FormDialogProps = Pick<
  DialogProps,
  "open" | "onOpenChange" | "title" | "subtitle" | "size" | "footerNote" | "children"
> & {
  /** The effect as a verb: "Create project". */
  submitLabel: string;
  isPending: boolean;
  /** What the server refused and no field can show. */
  problem?: string | undefined;
  /** Why it cannot be sent now. */
  disabledReason?: string | undefined;
  onSubmit: () => void;
  /** Beside Cancel, for a second way in: "From file". */
  extraAction?: ReactNode;
};

/** A dialog that is one form: Enter and ⌘↵ send it, and it cannot be sent twice. */
export function FormDialog(props: FormDialogProps) {
  const { submitLabel, isPending, problem, disabledReason, onSubmit, extraAction, children, ...dialog } =
    props;
  const id = useId();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    // React bubbles events out of portals: a form behind this dialog must not be sent too.
    event.stopPropagation();
    if (!isPending) onSubmit();
  };
  return (
    <Dialog
      {...dialog}
      actions={
        <>
          {extraAction}
          <DialogClose>Cancel</DialogClose>
          <Button type="submit" form={id} variant="solid" pending={isPending} disabledReason={disabledReason}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) event.currentTarget.requestSubmit();
        }}
        className="flex flex-col gap-4 pt-1"
      >
        {children}
        {problem !== undefined && (
          <Callout tone="fail" announce>
            {problem}
          </Callout>
        )}
      </form>
    </Dialog>
  );
}
