"use client";

import type { ReactTable, Row as ModelRow, RowData } from "@tanstack/react-table";
import { cx } from "class-variance-authority";
import { useRef, type ReactNode } from "react";

import { Checkbox } from "../ui/Checkbox";
import type { KitFeatures } from "./columns";
import type { Selection } from "./DataTable";
import { SortHeader } from "./SortHeader";
import { TableRow } from "./TableRow";
import type { RowWindow } from "./use-row-window";

type Props<Row extends RowData> = {
  label: string;
  table: ReactTable<KitFeatures, Row>;
  view: RowWindow;
  count: number;
  rowPx: number;
  rowAt: (index: number) => ModelRow<KitFeatures, Row> | undefined;
  rowHref: ((row: Row) => string) | undefined;
  rowActions: ((row: Row) => ReactNode) | undefined;
  selectedId: string | null;
  selection: Selection | undefined;
  actionsPx: number;
  className: string;
};

const CHECKBOX_PX = 44;
const MIN_COLUMN_PX = 96;

export function TableGrid<Row extends RowData>(props: Props<Row>) {
  const { label, table, view, rowPx, rowAt, selection, rowActions } = props;
  const lastToggled = useRef<number | null>(null);
  const columns = table.getVisibleLeafColumns();
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const minWidth = columns.reduce(
    (sum, { columnDef: { meta } }) => sum + (meta?.width ?? meta?.minWidth ?? MIN_COLUMN_PX),
    (selection === undefined ? 0 : CHECKBOX_PX) + (rowActions === undefined ? 0 : props.actionsPx),
  );
  const loadedIds = table.getRowModel().rows.map((row) => row.id);
  const chosen = selection === undefined ? 0 : loadedIds.filter((id) => selection.ids.has(id)).length;

  const toggle = (index: number, isRange: boolean) => {
    const row = rowAt(index);
    if (selection === undefined || row === undefined) return;
    const next = new Set(selection.ids);
    const isOn = !next.has(row.id);
    const from = isRange && lastToggled.current !== null ? lastToggled.current : index;
    for (let at = Math.min(from, index); at <= Math.max(from, index); at += 1) {
      const id = rowAt(at)?.id;
      if (id === undefined) continue;
      if (isOn) next.add(id);
      else next.delete(id);
    }
    lastToggled.current = index;
    selection.onChange(next);
  };

  const spanned = columns.length + (selection === undefined ? 0 : 1) + (rowActions === undefined ? 0 : 1);
  const spacer = (height: number) =>
    height > 0 && (
      <tr aria-hidden="true">
        <td colSpan={spanned} style={{ height, padding: 0 }} />
      </tr>
    );
  return (
    <table
      aria-rowcount={props.count + 1}
      style={{ minWidth }}
      className={cx("w-full table-fixed border-separate border-spacing-0", props.className)}
    >
      <caption className="sr-only">{label}</caption>
      <colgroup>
        {selection !== undefined && <col style={{ width: CHECKBOX_PX }} />}
        {columns.map(({ id, columnDef: { meta } }) => (
          <col key={id} style={meta?.width === undefined ? undefined : { width: meta.width }} />
        ))}
        {rowActions !== undefined && <col style={{ width: props.actionsPx }} />}
      </colgroup>
      <thead className="sticky top-0 z-10">
        <tr aria-rowindex={1}>
          {selection !== undefined && (
            <th scope="col" className="h-[30px] border-b border-line-2 bg-surface pl-(--gutter) text-left">
              <Checkbox
                aria-label={`All loaded ${label}`}
                checked={chosen > 0 && chosen === loadedIds.length}
                mixed={chosen > 0 && chosen < loadedIds.length}
                onChange={() => selection.onChange(new Set(chosen === loadedIds.length ? [] : loadedIds))}
              />
            </th>
          )}
          {headers.map((header) => (
            <SortHeader key={header.id} header={header}>
              <table.FlexRender header={header} />
            </SortHeader>
          ))}
          {rowActions !== undefined && (
            <th scope="col" className="h-[30px] border-b border-line-2 bg-surface">
              <span className="sr-only">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {spacer(view.beforePx)}
        {view.indices.map((index) => (
          <TableRow
            key={index}
            table={table}
            row={rowAt(index)}
            index={index}
            rowPx={rowPx}
            columnCount={spanned}
            rowHref={props.rowHref}
            rowActions={rowActions}
            isSelected={rowAt(index)?.id === props.selectedId}
            isChosen={selection?.ids.has(rowAt(index)?.id ?? "") ?? false}
            onToggle={selection === undefined ? undefined : (isRange) => toggle(index, isRange)}
          />
        ))}
        {spacer(view.afterPx)}
      </tbody>
    </table>
  );
}
