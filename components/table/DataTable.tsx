"use client";

import { useTable, type RowData, type SortingState } from "@tanstack/react-table";
import { cx } from "class-variance-authority";
import { useEffect, useRef, type ReactNode } from "react";

import { SkeletonLines } from "../ui/Skeleton";
import { kitFeatures, type Columns } from "./columns";
import { RowList } from "./RowList";
import { TableFooter } from "./TableFooter";
import { TableGrid } from "./TableGrid";
import { useNarrow } from "./use-narrow";
import { useRowKeys } from "./use-row-keys";
import { useRowWindow } from "./use-row-window";

export type Sort = { id: string; desc: boolean };

export type Selection = {
  /** Row ids, also of rows that are not loaded. */
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
};

export type DataTableProps<Row extends RowData> = {
  /** Names the table: "Jobs". */
  label: string;
  /** Static, at module scope, from `columnsOf<Row>()`. */
  columns: Columns<Row>;
  /** All rows, or the loaded window of a longer list (then with `offset` and `totalCount`). */
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Position of `rows[0]` in the whole list. */
  offset?: number;
  /** Length of the whole list; rows outside the window are drawn as skeletons. */
  totalCount?: number;
  /** 0-based positions that can be seen; load them. Called when they change. */
  onWindowChange?: (first: number, last: number) => void;
  /** Opens the row: the first column becomes this link and a click anywhere in the row follows it. */
  rowHref?: (row: Row) => string;
  /** Last column: icon buttons. */
  rowActions?: (row: Row) => ReactNode;
  /** Width of that column in pixels; one icon needs 44, each more 28. */
  actionsPx?: number;
  /** Single keys on a focused row, for instance "l" for its log. Return true if the key was used. */
  onRowKey?: (key: string, row: Row) => boolean;
  /** The row whose inspector is open. */
  selectedId?: string | null;
  selection?: Selection;
  /** Replaces the footer while something is selected. */
  bulkActions?: ReactNode;
  /** Server sorting: `rows` come sorted. Without it, sortable columns are sorted here. */
  sort?: Sort | null;
  onSortChange?: (sort: Sort) => void;
  initialSort?: Sort;
  hiddenColumns?: readonly string[];
  /** 28 compact, 32, 40 comfortable, 48 with thumbnails. */
  rowPx?: number;
  /** Two lines for phones; `RowLines` gives the form. Without it the table scrolls sideways there. */
  renderMobile?: (row: Row) => ReactNode;
  /** Height of a phone row in pixels, fixed. */
  mobileRowPx?: number;
  /** Nothing loaded yet. */
  loading?: boolean;
  /** An `EmptyState bare`. */
  empty?: ReactNode;
  /** After "Rows 1–14 of 100,000": "newest start first". */
  footerNote?: ReactNode;
  /** Key hints at the right of the footer. */
  footerKeys?: ReactNode;
  /** Off for short tables inside a panel. */
  footer?: boolean;
  className?: string;
};

/**
 * Semantic table with a sticky head that draws only the rows that can be seen. It fills the height of a flex
 * column and scrolls by itself; on a phone it is a two-line list that scrolls with the page.
 */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, offset = 0, sort, onSortChange, rowPx = 32, mobileRowPx = 62 } = props;
  const narrow = useNarrow();
  const isList = props.renderMobile !== undefined && narrow === true;
  const box = useRef<HTMLDivElement>(null);
  const isServerSorted = onSortChange !== undefined;

  const table = useTable({
    features: kitFeatures,
    columns,
    data: rows,
    getRowId: rowId,
    enableSortingRemoval: false,
    enableMultiSort: false,
    manualSorting: isServerSorted,
    defaultColumn: { sortUndefined: "last" },
    initialState: { sorting: props.initialSort === undefined ? [] : [props.initialSort] },
    state: {
      columnVisibility: Object.fromEntries((props.hiddenColumns ?? []).map((id) => [id, false])),
      ...(isServerSorted ? { sorting: sort === null || sort === undefined ? [] : [sort] } : {}),
    },
    ...(isServerSorted
      ? {
          onSortingChange: (update: SortingState | ((old: SortingState) => SortingState)) => {
            const old = sort === null || sort === undefined ? [] : [sort];
            const next = (typeof update === "function" ? update(old) : update)[0];
            if (next !== undefined) onSortChange(next);
          },
        }
      : {}),
  });

  const modelRows = table.getRowModel().rows;
  const count = props.totalCount ?? modelRows.length;
  const touchRowPx = narrow === true ? Math.max(44, rowPx) : rowPx;
  const view = useRowWindow(count, isList ? mobileRowPx : touchRowPx, box, isList);
  const rowAt = (index: number) => modelRows[index - offset];
  const keys = useRowKeys(box, view, count, (index, key) => {
    const row = rowAt(index);
    return row !== undefined && (props.onRowKey?.(key, row.original) ?? false);
  });

  const { onWindowChange } = props;
  const { first, last } = view;
  // External system: the query that loads the visible window.
  useEffect(() => {
    if (first >= 0) onWindowChange?.(first, last);
  }, [onWindowChange, first, last]);

  const selectedCount = props.selection?.ids.size ?? 0;
  const isEmpty = count === 0 && props.loading !== true;
  return (
    <div className={cx("flex min-h-0 min-w-0 flex-1 flex-col", props.className)}>
      <div
        ref={box}
        {...keys}
        className={cx(
          "min-h-0 min-w-0 flex-1",
          isList ? "overflow-visible" : "overflow-auto overscroll-contain",
          // A short table inside a section ends with its last row.
          !isList && props.footer !== false && "md:min-h-32",
        )}
      >
        {isEmpty ? (
          (props.empty ?? <p className="p-5 text-ink-3">Nothing here yet.</p>)
        ) : props.loading === true && rows.length === 0 ? (
          <div className="px-(--gutter) py-2">
            <SkeletonLines lines={6} label={`Loading ${label}`} />
          </div>
        ) : isList && props.renderMobile !== undefined ? (
          <RowList
            label={label}
            view={view}
            rowPx={mobileRowPx}
            rowAt={(index) => rowAt(index)?.original}
            rowId={rowId}
            render={props.renderMobile}
            rowHref={props.rowHref}
            selectedId={props.selectedId ?? null}
          />
        ) : (
          <TableGrid
            label={label}
            table={table}
            view={view}
            count={count}
            rowPx={touchRowPx}
            rowAt={rowAt}
            rowHref={props.rowHref}
            rowActions={props.rowActions}
            actionsPx={props.actionsPx ?? 44}
            selectedId={props.selectedId ?? null}
            selection={props.selection}
            // The phone list cannot be chosen before hydration; a table in its place would jump.
            className={props.renderMobile === undefined ? "" : "max-md:hidden"}
          />
        )}
      </div>
      {props.footer !== false && !isEmpty && (
        <TableFooter
          view={view}
          count={count}
          note={props.footerNote}
          keys={props.footerKeys}
          selectedCount={selectedCount}
          bulkActions={props.bulkActions}
          onClearSelection={() => props.selection?.onChange(new Set())}
        />
      )}
    </div>
  );
}
