"use client";

import type { KeyboardEvent, MouseEvent, RefObject } from "react";

import type { RowWindow } from "./use-row-window";

const PAGE_ROWS = 10;
const CONTROLS = "a, button, input, select, textarea, label, summary, [role=button]";

/**
 * ↑ ↓ Home End PageUp PageDown move between rows, other single keys go to `onKey`. Rows carry
 * `data-row-index`, their link `data-row-link`. Keys inside inputs are left alone.
 */
export function useRowKeys(
  box: RefObject<HTMLElement | null>,
  view: RowWindow,
  count: number,
  onKey: (index: number, key: string) => boolean,
) {
  const focusRow = (index: number) => {
    view.scrollTo(index);
    // The row may not be drawn yet: it is one or two frames after scrolling.
    const attempt = (left: number) => {
      const row = box.current?.querySelector<HTMLElement>(`[data-row-index="${index}"]`);
      const target = row?.querySelector<HTMLElement>("[data-row-link]") ?? row;
      if (target !== null && target !== undefined) target.focus({ preventScroll: true });
      else if (left > 0) requestAnimationFrame(() => attempt(left - 1));
    };
    attempt(10);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
    if (event.target.closest("textarea, select, input:not([type=checkbox])") !== null) return;
    const row = event.target.closest<HTMLElement>("[data-row-index]");
    if (row === null) return;
    const index = Number(row.dataset["rowIndex"]);
    const targets: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + PAGE_ROWS,
      PageUp: index - PAGE_ROWS,
      Home: 0,
      End: count - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      focusRow(Math.min(Math.min(count, view.reachable) - 1, Math.max(0, target)));
      return;
    }
    if (event.key === "Enter" && event.target === row) {
      // Focus stays on the row when it was loaded under the cursor.
      row.querySelector<HTMLElement>("[data-row-link]")?.click();
      event.preventDefault();
      return;
    }
    // The space bar belongs to the control that has the focus.
    if (event.key === " " && event.target.closest("input, button") !== null) return;
    if (onKey(index, event.key)) event.preventDefault();
  };

  /** A click on the row's ground follows its link; text that was being marked stays marked. */
  const onClick = (event: MouseEvent<HTMLElement>) => {
    if (!(event.target instanceof Element) || event.target.closest(CONTROLS) !== null) return;
    if (window.getSelection()?.isCollapsed === false) return;
    event.target.closest("[data-row-index]")?.querySelector<HTMLElement>("[data-row-link]")?.click();
  };

  return { onKeyDown, onClick };
}
