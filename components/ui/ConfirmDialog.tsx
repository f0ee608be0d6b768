"use client";

import { AlertDialog as Base } from "@base-ui/react/alert-dialog";
import { useRef, useState, type ReactNode } from "react";

import { Button } from "./Button";
import { Callout } from "./Callout";
import { Field } from "./Field";
import { Input } from "./Input";
import { useBackToClose } from "./use-back-to-close";

export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** A question that names the object: "Stop job 4127?" */
  title: string;
  /** The number affected, what is lost, what stays. */
  children: ReactNode;
  /** Repeats the verb and the number: "Stop 640 units". */
  confirmLabel: string;
  confirmIcon?: ReactNode;
  cancelLabel?: string;
  /** Fail colours. False for confirmations that take nothing away. */
  danger?: boolean;
  /** A promise is waited for: the dialog closes when it resolves, and shows the message when not. */
  onConfirm: () => unknown;
  /** Only for deletion of files on disk: the name that must be typed. */
  typeToConfirm?: string;
};

/** Focus starts on the button that changes nothing. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, onOpenChange, title, children, confirmLabel, danger = true, typeToConfirm } = props;
  const cancel = useRef<HTMLButtonElement>(null);
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [typed, setTyped] = useState("");
  const closeByPerson = useBackToClose(open, () => {
    setProblem(undefined);
    setTyped("");
    onOpenChange(false);
  });

  const confirm = async () => {
    setPending(true);
    setProblem(undefined);
    try {
      await props.onConfirm();
      setTyped("");
      onOpenChange(false);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "It did not work. Nothing was changed.");
    } finally {
      setPending(false);
    }
  };
  const isMissingName = typeToConfirm !== undefined && typed !== typeToConfirm;
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? onOpenChange(true) : closeByPerson())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-240 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          initialFocus={cancel}
          className="fixed top-1/2 left-1/2 z-40 max-h-[calc(100dvh-32px)] w-[440px] max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-dialog bg-raised px-4 py-3.5 shadow-dialog transition-[opacity,scale] duration-240 ease-out outline-none data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0"
        >
          <Base.Title className="text-15 font-semibold tracking-[-0.01em]">{title}</Base.Title>
          <Base.Description render={<div />} className="mt-1 text-ink-2">
            {children}
          </Base.Description>
          {typeToConfirm !== undefined && (
            <Field stacked label={`Type ${typeToConfirm} to go on`} className="mt-3">
              <Input value={typed} onChange={(event) => setTyped(event.target.value)} />
            </Field>
          )}
          {problem !== undefined && (
            <Callout tone="fail" className="mt-3">
              {problem}
            </Callout>
          )}
          <div className="mt-3.5 flex flex-wrap justify-end gap-2">
            <Base.Close
              render={
                <Button ref={cancel} variant="ghost">
                  {props.cancelLabel ?? "Cancel"}
                </Button>
              }
            />
            <Button
              variant={danger ? "danger-outline" : "solid"}
              pending={isPending}
              disabledReason={isMissingName ? `Type ${typeToConfirm} above first.` : undefined}
              onClick={() => void confirm()}
            >
              {props.confirmIcon}
              {confirmLabel}
            </Button>
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
