"use client";

import { cx } from "class-variance-authority";
import Link from "next/link";
import type { ReactNode } from "react";

import { Skeleton } from "../ui/Skeleton";
import type { RowWindow } from "./use-row-window";

type Props<Row> = {
  label: string;
  view: RowWindow;
  rowPx: number;
  rowAt: (index: number) => Row | undefined;
  rowId: (row: Row) => string;
  render: (row: Row) => ReactNode;
  rowHref: ((row: Row) => string) | undefined;
  selectedId: string | null;
};

/** The table on a phone: a list of two-line rows, each one link. */
export function RowList<Row>(props: Props<Row>) {
  const { label, view, rowPx, rowAt, rowId, render, rowHref, selectedId } = props;
  return (
    <ul aria-label={label} style={{ paddingTop: view.beforePx, paddingBottom: view.afterPx }}>
      {view.indices.map((index) => {
        const row = rowAt(index);
        const id = row === undefined ? `unloaded-${index}` : rowId(row);
        const href = row === undefined ? undefined : rowHref?.(row);
        const content = row === undefined ? <Skeleton className="w-2/5" /> : render(row);
        const box = "flex size-full items-center px-(--gutter) outline-offset-[-2px]";
        return (
          <li
            key={id}
            data-row-index={index}
            style={{ height: rowPx }}
            className={cx("overflow-hidden border-b border-line", id === selectedId && "bg-select-soft")}
          >
            {href === undefined ? (
              <div className={box}>{content}</div>
            ) : (
              <Link href={href} data-row-link prefetch={false} scroll={!href.startsWith("?")} className={box}>
                {content}
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export type RowLinesProps = {
  title: ReactNode;
  /** Second line: state and one or two facts. */
  detail: ReactNode;
  /** Right, first line: one number or time. */
  end?: ReactNode;
  endDetail?: ReactNode;
  /** 64 px image at the left. */
  media?: ReactNode;
};

/** Form of a phone row: name and state left, one number right (design.md §10). */
export function RowLines({ title, detail, end, endDetail, media }: RowLinesProps) {
  return (
    <span className="flex w-full min-w-0 items-center gap-3">
      {media}
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{title}</span>
        <span className="flex items-center gap-1.5 truncate text-12 text-ink-3">{detail}</span>
      </span>
      {(end !== undefined || endDetail !== undefined) && (
        <span className="shrink-0 text-right">
          <span className="block">{end}</span>
          <span className="block text-12 text-ink-3">{endDetail}</span>
        </span>
      )}
    </span>
  );
}
