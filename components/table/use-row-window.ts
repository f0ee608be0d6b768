"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState, type RefObject } from "react";

/** Browsers stop laying out boxes somewhere above 16 million pixels. */
const MAX_SCROLL_PX = 15_000_000;
/** Rows drawn on the server, which knows no height. */
const FIRST_HEIGHT_PX = 640;
/** The sticky head of the table covers this much of what scrolls. */
const HEAD_PX = 30;

export type RowWindow = {
  /** Indices of rows to draw, overscan included. */
  indices: readonly number[];
  beforePx: number;
  afterPx: number;
  /** First and last row that can be seen, 0-based; -1 when there is none. */
  first: number;
  last: number;
  /** Fewer than `count` when the list is too tall for a browser; the footer says so. */
  reachable: number;
  scrollTo: (index: number) => void;
};

/**
 * Which rows to draw. The rows scroll in `own`, or with the page when `withPage` (phones), where the nearest
 * `[data-scroll-root]` is what scrolls.
 *
 * @param rowPx fixed height of a row, in pixels
 */
export function useRowWindow(
  count: number,
  rowPx: number,
  own: RefObject<HTMLElement | null>,
  withPage: boolean,
): RowWindow {
  const [scrollMargin, setScrollMargin] = useState(0);
  const reachable = Math.min(count, Math.floor(MAX_SCROLL_PX / rowPx));
  const scroller = useRef<HTMLElement | null>(null);

  useLayoutEffect(() => {
    const box = own.current;
    const root = box?.closest<HTMLElement>("[data-scroll-root]") ?? null;
    scroller.current = withPage ? root : box;
    const margin =
      withPage && box !== null && root !== null
        ? box.getBoundingClientRect().top - root.getBoundingClientRect().top + root.scrollTop
        : 0;
    setScrollMargin(Math.round(margin));
  }, [own, withPage, count]);

  const virtualizer = useVirtualizer({
    count: reachable,
    getScrollElement: () => scroller.current ?? own.current,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin,
    scrollPaddingEnd: withPage ? 0 : HEAD_PX,
    initialRect: { width: 0, height: FIRST_HEIGHT_PX },
  });
  // The row height changes between table and phone list.
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowPx]);

  const drawn = virtualizer.getVirtualItems();
  const start = drawn[0]?.start ?? scrollMargin;
  const end = drawn.at(-1)?.end ?? scrollMargin;
  const seen = seenRows(
    virtualizer.scrollOffset ?? 0,
    Math.max(0, (virtualizer.scrollRect?.height ?? 0) - (withPage ? 0 : HEAD_PX)),
    scrollMargin,
    rowPx,
    reachable,
  );
  return {
    indices: drawn.map((row) => row.index),
    beforePx: Math.max(0, start - scrollMargin),
    afterPx: Math.max(0, reachable * rowPx - (end - scrollMargin)),
    first: seen.first,
    last: seen.last,
    reachable,
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  };
}

function seenRows(scrolled: number, height: number, margin: number, rowPx: number, count: number) {
  if (count === 0) return { first: -1, last: -1 };
  const top = Math.max(0, scrolled - margin);
  const first = Math.min(count - 1, Math.floor((top + rowPx / 2) / rowPx));
  const visible = Math.max(1, Math.floor(Math.max(0, height - Math.max(0, margin - scrolled)) / rowPx));
  return { first, last: Math.min(count - 1, first + visible - 1) };
}
