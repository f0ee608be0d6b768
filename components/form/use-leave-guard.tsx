"use client";

import { useEffect, useRef, useState, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { Callout } from "../ui/Callout";
import { Dialog, DialogClose } from "../ui/Dialog";

export type LeaveGuardOptions = {
  isDirty: boolean;
  /** What would be lost, in a sentence. */
  what: string;
  /** Rejects if it could not be saved: then nobody leaves. */
  save: () => Promise<unknown>;
  discard: () => void;
};

/** Marks a button that goes on from here, so that it is guarded like a link: `<Button {...leaves}>`. */
export const leaves = { "data-leaves": "" };

/**
 * Unsaved input is neither lost nor in the way: a click that leaves the page, or on something marked with
 * `leaves`, first asks; then it is carried out. Reload and close are asked by the browser.
 *
 * @returns the dialog, to be drawn by the page
 */
export function useLeaveGuard({ isDirty, what, save, discard }: LeaveGuardOptions): ReactNode {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const [problem, setProblem] = useState<string>();
  const [isSaving, setSaving] = useState(false);
  const isLetThrough = useRef(false);

  // External systems: every click of the document before anything else hears it, and the browser's unload.
  useEffect(() => {
    if (!isDirty) return;
    const onClick = (event: MouseEvent) => {
      if (isLetThrough.current || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
        return;
      const element =
        event.target instanceof Element ? event.target.closest<HTMLElement>("a[href], [data-leaves]") : null;
      if (element === null || element.getAttribute("aria-disabled") === "true" || staysHere(element)) return;
      event.preventDefault();
      event.stopPropagation();
      setProblem(undefined);
      setTarget(element);
    };
    const onBeforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener("click", onClick, true);
    window.addEventListener("beforeunload", onBeforeUnload);
    return () => {
      document.removeEventListener("click", onClick, true);
      window.removeEventListener("beforeunload", onBeforeUnload);
    };
  }, [isDirty]);

  const goOn = () => {
    const element = target;
    setTarget(null);
    // After the dialog has given back its history entry and the focus.
    setTimeout(() => {
      isLetThrough.current = true;
      element?.click();
      isLetThrough.current = false;
    }, 0);
  };
  const saveAndGo = async () => {
    setSaving(true);
    setProblem(undefined);
    try {
      await save();
      goOn();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "It could not be saved.");
    } finally {
      setSaving(false);
    }
  };
  return (
    <Dialog
      open={target !== null}
      onOpenChange={(open) => {
        if (!open) setTarget(null);
      }}
      size="sm"
      title="Save your changes first?"
      actions={
        <>
          <DialogClose>Stay here</DialogClose>
          <Button
            variant="danger-outline"
            onClick={() => {
              discard();
              goOn();
            }}
          >
            Discard
          </Button>
          <Button variant="solid" pending={isSaving} onClick={() => void saveAndGo()}>
            Save and go on
          </Button>
        </>
      }
    >
      <p className="text-ink-2">{what}</p>
      {problem !== undefined && (
        <Callout tone="fail" announce className="mt-3">
          {problem}
        </Callout>
      )}
    </Dialog>
  );
}

/** Other views of the same page keep its drafts; new tabs and downloads take nothing away. */
function staysHere(element: HTMLElement): boolean {
  if (!(element instanceof HTMLAnchorElement)) return false;
  if (element.target !== "" && element.target !== "_self") return true;
  if (element.hasAttribute("download")) return true;
  const url = new URL(element.href);
  return url.origin === window.location.origin && url.pathname === window.location.pathname;
}
