"use client";

import { useEffect } from "react";

const INPUTS = "textarea, select, input:not([type=checkbox], [type=range], [type=color]), [contenteditable]";
/** These use the arrows and the space bar themselves. */
const OWN_KEYS = "input, button, a, [role=radio], [role=slider]";
const OPEN = "[data-open]:is([role=dialog], [role=alertdialog], [role=menu], [role=listbox])";

/** Single keys of a page, by `event.key` in lower case; outside inputs, and not under a dialog. */
export function useKeys(keys: Readonly<Record<string, (() => void) | undefined>>): void {
  // External system: the keyboard.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(INPUTS) || document.querySelector(OPEN) !== null) return;
      const isOwn = event.key === " " || event.key.startsWith("Arrow") || event.key === "Enter";
      if (isOwn && target?.closest(OWN_KEYS)) return;
      const act = keys[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
}
