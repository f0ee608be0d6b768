"use client";

import { useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Dialog, DialogClose } from "../ui/Dialog";
import { formatNoun } from "../ui/format";
import { Kbd } from "../ui/Kbd";
import { toast } from "../ui/Toaster";
import { changeList } from "./task-settings";
import type { TaskEditor } from "./use-drafts";

/** Sticks to the bottom of the pane: what changed, Discard, Save ⌘S; and what went wrong. */
export function SaveBar({ editor }: { editor: TaskEditor }) {
  const [isComparing, setComparing] = useState(false);
  const { task, stored, values, isDirty, isBroken, failure } = editor;
  const changes = changeList(task, stored, values);

  const save = async () => {
    try {
      await editor.save();
      toast(`Saved ${task.alias ?? task.task.name}`);
    } catch {
      // Shown in the bar and at the fields.
    }
  };
  const overwrite = async () => {
    try {
      await editor.overwrite();
      toast("Your values are saved");
    } catch {
      // A further conflict shows in the bar again.
    }
  };
  // External system: the keyboard.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "s" || !(event.metaKey || event.ctrlKey) || event.altKey) return;
      event.preventDefault();
      if (isDirty && !editor.isSaving) void save();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });

  if (!isDirty && failure === null) return null;
  const [first] = changes;
  return (
    <div className="sticky bottom-0 z-10 shrink-0 border-t border-line bg-surface">
      {failure !== null && (
        <Callout
          tone="fail"
          announce
          title={failure.isConflict ? "Not saved: somebody else changed this task." : "Not saved."}
          className="mx-(--gutter) mt-2.5"
          action={
            failure.isConflict && (
              <Button size="sm" onClick={() => setComparing(true)}>
                Compare both
              </Button>
            )
          }
        >
          {failure.isConflict ? "Your values are kept here." : failure.message}
        </Callout>
      )}
      <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 px-(--gutter) py-2">
        <p className="flex min-w-0 flex-1 basis-60 items-center gap-2">
          <span className="size-1.5 shrink-0 rounded-full bg-select" aria-hidden="true" />
          <span className="min-w-0 truncate">
            <strong className="font-semibold">
              {isBroken ? "JSON is not complete yet" : formatNoun(changes.length, "unsaved change")}
            </strong>{" "}
            <span className="text-ink-2">
              {changes.length === 1 && first !== undefined
                ? `${first.title} ${first.before}, now ${first.after}`
                : changes.map(({ title }) => title).join(", ")}
            </span>
          </span>
        </p>
        <Button variant="ghost" onClick={editor.discard}>
          Discard
        </Button>
        <Button
          variant="solid"
          pending={editor.isSaving}
          disabledReason={isBroken ? "What you typed is not JSON yet." : undefined}
          onClick={() => void save()}
        >
          Save <Kbd tone="solid">⌘S</Kbd>
        </Button>
      </div>
      <Dialog
        open={isComparing}
        onOpenChange={setComparing}
        title={`Two versions of ${task.alias ?? task.task.name}`}
        subtitle="stored now, and yours"
        actions={
          <>
            <DialogClose>Decide later</DialogClose>
            <Button
              onClick={() => {
                editor.discard();
                setComparing(false);
              }}
            >
              Take what is stored
            </Button>
            <Button
              variant="solid"
              onClick={() => {
                setComparing(false);
                void overwrite();
              }}
            >
              Save mine
            </Button>
          </>
        }
      >
        {changes.length === 0 ? (
          <p>There is no difference any more: both say the same.</p>
        ) : (
          <table className="w-full [&_td]:border-b [&_td]:border-line [&_td]:py-1.5 [&_td]:pr-3 [&_th]:py-1.5 [&_th]:pr-3 [&_th]:text-left [&_th]:font-medium">
            <thead className="text-12 text-ink-3">
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Stored now</th>
                <th scope="col">Yours</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={`${change.name} ${change.title}`}>
                  <th scope="row">{change.title}</th>
                  <td className="text-ink-2">{change.before}</td>
                  <td>{change.after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Dialog>
    </div>
  );
}
