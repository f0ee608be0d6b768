"use client";

import { useState, type ReactNode } from "react";
import { codeOf, fieldsOf } from "../trpc/query-client";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Dialog, DialogClose } from "../ui/Dialog";
import { formatNoun } from "../ui/format";
import { sentenceOf } from "./server-errors";
import type { DocumentEditor } from "./use-document";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  editor: DocumentEditor;
  /** The name of what is changed. */
  name: string;
  /** Who is affected. */
  effect: ReactNode;
  /** Rejects with the server's refusal. */
  onSave: () => Promise<unknown>;
  /** Fetches what somebody else has saved; the own changes stay. */
  onReload: () => Promise<unknown>;
};

/** Old and new of every change before it is saved. */
export function ReviewDialog({ open, onOpenChange, editor, name, effect, onSave, onReload }: Props) {
  const [failure, setFailure] = useState<{ message: string; isConflict: boolean } | null>(null);
  const [isPending, setPending] = useState(false);
  const { changes } = editor;
  const run = async (work: () => Promise<unknown>, closes: boolean) => {
    setPending(true);
    setFailure(null);
    try {
      await work();
      if (closes) onOpenChange(false);
    } catch (err) {
      editor.refuse(fieldsOf(err));
      setFailure({ message: sentenceOf(err), isConflict: codeOf(err) === "CONFLICT" });
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setFailure(null);
        onOpenChange(next);
      }}
      size="lg"
      title={`Save ${formatNoun(changes.length, "change")} of ${name}?`}
      actions={
        <>
          <DialogClose>Back to editing</DialogClose>
          <Button
            variant="solid"
            pending={isPending}
            disabledReason={changes.length === 0 ? "There is no difference any more." : undefined}
            onClick={() => void run(onSave, true)}
          >
            Save {formatNoun(changes.length, "change")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-ink-2">{effect}</p>
        {failure !== null && (
          <Callout
            tone="fail"
            announce
            action={
              failure.isConflict && (
                <Button size="sm" pending={isPending} onClick={() => void run(onReload, false)}>
                  Compare with what is stored
                </Button>
              )
            }
          >
            {failure.message}
            {failure.isConflict && " Your values are kept here."}
          </Callout>
        )}
        {changes.length === 0 ? (
          <p>There is no difference any more: what is stored is what you want.</p>
        ) : (
          <div className="overflow-x-auto">
            <table className="w-full [&_td]:border-b [&_td]:border-line [&_td]:py-1.5 [&_td]:pr-3 [&_td]:align-top [&_th]:py-1.5 [&_th]:pr-3 [&_th]:text-left [&_th]:align-top [&_th]:font-medium">
              <thead className="text-12 text-ink-3">
                <tr>
                  <th scope="col">Setting</th>
                  <th scope="col">Stored now</th>
                  <th scope="col">New</th>
                </tr>
              </thead>
              <tbody>
                {changes.map(({ path, before, after }) => (
                  <tr key={path.join("\u0000")}>
                    <th scope="row" className="font-mono text-12 break-all">
                      {path.join(".")}
                    </th>
                    <td className="max-w-60 text-ink-2">
                      <Value value={before} />
                    </td>
                    <td className="max-w-60 bg-select-soft pl-2">
                      <Value value={after} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Dialog>
  );
}

function Value({ value }: { value: unknown }) {
  if (value === undefined) return <span className="text-ink-3">not given</span>;
  return (
    <code className="font-mono text-12 break-all whitespace-pre-wrap">{JSON.stringify(value, null, 1)}</code>
  );
}
