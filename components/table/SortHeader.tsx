"use client";

import type { Header, RowData } from "@tanstack/react-table";
import { cx } from "class-variance-authority";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";

import type { KitFeatures } from "./columns";

type Props<Row extends RowData> = { header: Header<KitFeatures, Row>; children: ReactNode };

/** Column head; a button with `aria-sort` on its cell when the column sorts. */
export function SortHeader<Row extends RowData>({ header, children }: Props<Row>) {
  const { column } = header;
  const meta = column.columnDef.meta;
  const direction = column.getIsSorted();
  const isRight = meta?.align === "right";
  const sorting = direction === false ? undefined : direction === "asc" ? "ascending" : "descending";
  const Arrow = direction === "asc" ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      aria-sort={sorting}
      className={cx(
        "h-[30px] border-b border-line-2 bg-surface px-2.5 text-12 font-medium whitespace-nowrap text-ink-3 first:pl-(--gutter) last:pr-(--gutter)",
        isRight ? "text-right" : "text-left",
      )}
    >
      {column.getCanSort() ? (
        <button
          type="button"
          onClick={column.getToggleSortingHandler()}
          className={cx(
            "-mx-1 inline-flex h-6 max-w-[calc(100%+8px)] items-center gap-1 rounded-tag px-1 hover:text-ink hover:underline hover:underline-offset-3",
            direction !== false && "text-ink-2",
          )}
        >
          <span className="truncate">{children}</span>
          {direction !== false && (
            <Arrow size={12} strokeWidth={1.75} aria-hidden="true" className="shrink-0" />
          )}
        </button>
      ) : (
        <span className={meta?.hiddenHeader === true ? "sr-only" : "block truncate"}>{children}</span>
      )}
    </th>
  );
}
