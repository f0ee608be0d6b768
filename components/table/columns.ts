import {
  columnVisibilityFeature,
  createColumnHelper,
  createSortedRowModel,
  metaHelper,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_text,
  tableFeatures,
  type RowData,
  type TableOptions,
} from "@tanstack/react-table";

export type ColumnMeta = {
  /** Numbers stand right. */
  align?: "right";
  /** Pixels. Columns without a width share what is left, at least `minWidth` (96). */
  width?: number;
  minWidth?: number;
  /** For paths, ids, nodes. */
  mono?: boolean;
  /** Grey: secondary facts. */
  quiet?: boolean;
  /** The header is read out but not seen: action columns. */
  hiddenHeader?: boolean;
};

export const kitFeatures = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, text: sortFn_text },
  columnMeta: metaHelper<ColumnMeta>(),
});

export type KitFeatures = typeof kitFeatures;
export type Columns<Row extends RowData> = TableOptions<KitFeatures, Row>["columns"];

/**
 * Typed column builder. At module scope:
 * `const col = columnsOf<Job>(); const columns = col.columns([col.accessor("id", { header: "Job" })]);`
 */
export function columnsOf<Row extends RowData>() {
  return createColumnHelper<KitFeatures, Row>();
}
