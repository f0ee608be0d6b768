"use client";

import type { ReactTable, Row as ModelRow, RowData } from "@tanstack/react-table";
import { cx } from "class-variance-authority";
import Link from "next/link";
import type { MouseEvent, ReactNode } from "react";

import { Checkbox } from "../ui/Checkbox";
import { Skeleton } from "../ui/Skeleton";
import type { KitFeatures } from "./columns";

type Props<Row extends RowData> = {
  table: ReactTable<KitFeatures, Row>;
  /** Undefined = not loaded yet. */
  row: ModelRow<KitFeatures, Row> | undefined;
  /** Position in the whole list. */
  index: number;
  rowPx: number;
  columnCount: number;
  rowHref: ((row: Row) => string) | undefined;
  rowActions: ((row: Row) => ReactNode) | undefined;
  /** Its inspector is open. */
  isSelected: boolean;
  /** Its box is checked. */
  isChosen: boolean;
  onToggle: ((isRange: boolean) => void) | undefined;
};

const CELL = "truncate border-b border-line px-2.5 first:pl-(--gutter) last:pr-(--gutter)";

export function TableRow<Row extends RowData>(props: Props<Row>) {
  const { table, row, index, rowPx, rowHref, rowActions, onToggle } = props;
  // aria-rowindex counts from 1 and the head is the first row.
  const position = {
    "data-row-index": index,
    "aria-rowindex": index + 2,
    tabIndex: -1,
    style: { height: rowPx },
  };
  if (row === undefined) {
    return (
      <tr {...position}>
        <td colSpan={props.columnCount} className={CELL}>
          <span className="sr-only">Loading</span>
          <Skeleton className={index % 2 === 0 ? "w-2/5" : "w-1/3"} />
        </td>
      </tr>
    );
  }
  const isMarked = props.isSelected || props.isChosen;
  const href = rowHref?.(row.original);
  return (
    <tr
      {...position}
      className={cx(
        "group/row",
        isMarked ? "bg-select-soft [&>:first-child]:shadow-[inset_2px_0_var(--select)]" : "hover:bg-hover",
        href !== undefined && "cursor-pointer",
      )}
    >
      {onToggle !== undefined && (
        <td className="border-b border-line pl-(--gutter)">
          <Checkbox
            aria-label={`Select row ${index + 1}`}
            checked={props.isChosen}
            // A change event does not carry the shift key: the click that caused it does.
            onChange={(event) => onToggle(isShiftClick(event.nativeEvent))}
          />
        </td>
      )}
      {row.getVisibleCells().map((cell, at) => {
        const meta = cell.column.columnDef.meta;
        const content = <table.FlexRender cell={cell} />;
        return (
          <td
            key={cell.id}
            className={cx(
              CELL,
              meta?.align === "right" && "text-right",
              meta?.mono === true && "font-mono text-12",
              meta?.quiet === true && "text-ink-2",
            )}
          >
            {at === 0 && href !== undefined ? (
              <Link
                href={href}
                data-row-link
                prefetch={false}
                scroll={!href.startsWith("?")}
                {...(href.startsWith("?") ? inPlace : {})}
                aria-current={props.isSelected ? "true" : undefined}
                className="rounded-tag font-medium outline-offset-1 group-hover/row:underline group-hover/row:decoration-line-2 group-hover/row:underline-offset-3"
              >
                {content}
              </Link>
            ) : (
              content
            )}
          </td>
        );
      })}
      {rowActions !== undefined && (
        <td className="border-b border-line pr-[9px] text-right">
          <span
            onClick={(event) => event.stopPropagation()}
            className="inline-flex justify-end align-middle opacity-60 transition-opacity duration-90 group-hover/row:opacity-100 focus-within:opacity-100 [@media(hover:none)]:opacity-100"
          >
            {rowActions(row.original)}
          </span>
        </td>
      )}
    </tr>
  );
}

/** A link that only changes the query opens a panel of this page: the server has nothing to add. */
const inPlace = {
  prefetch: false,
  onClick: (event: MouseEvent<HTMLAnchorElement>) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState(null, "", event.currentTarget.search);
  },
};

function isShiftClick(event: Event): boolean {
  return event instanceof window.MouseEvent && event.shiftKey;
}
