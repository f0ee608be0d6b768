"use client";

import { useEffect, useId, useRef } from "react";

/**
 * Makes the browser's Back close a dialog instead of leaving the page (web-ui.md §2.2).
 *
 * External system: the session history. While open, one entry with the same URL lies on top; Back pops it
 * and closes. A close by the person (`closeByPerson`) pops the entry itself. A close by the program, for
 * instance after a successful save, leaves the entry: popping it could cancel a navigation that follows.
 *
 * @returns the function to call when the person closes by cross, Esc, Cancel or a click outside
 */
export function useBackToClose(open: boolean, close: () => void): () => void {
  const key = useId();
  const closeNow = useRef(close);
  useEffect(() => {
    closeNow.current = close;
  });
  useEffect(() => {
    if (!open) return;
    if (openDialog() !== key) {
      window.history.pushState({ ...historyState(), openDialog: key }, "");
    }
    const onPopState = () => {
      if (openDialog() !== key) closeNow.current();
    };
    window.addEventListener("popstate", onPopState);
    return () => window.removeEventListener("popstate", onPopState);
  }, [open, key]);

  return () => {
    close();
    if (openDialog() === key) window.history.back();
  };
}

function historyState(): Record<string, unknown> {
  const state: unknown = window.history.state;
  return typeof state === "object" && state !== null ? { ...state } : {};
}

function openDialog(): unknown {
  return historyState()["openDialog"];
}
