import type { ReactNode } from "react";

import { Button } from "../ui/Button";
import { formatCount } from "../ui/format";
import type { RowWindow } from "./use-row-window";

type Props = {
  view: RowWindow;
  count: number;
  note: ReactNode;
  keys: ReactNode;
  selectedCount: number;
  bulkActions: ReactNode;
  onClearSelection: () => void;
};

/** States the window and the keys; bulk actions replace it while something is selected. */
export function TableFooter({
  view,
  count,
  note,
  keys,
  selectedCount,
  bulkActions,
  onClearSelection,
}: Props) {
  if (selectedCount > 0 && bulkActions !== undefined) {
    return (
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-t border-line bg-select-soft px-(--gutter) py-2 max-md:sticky max-md:bottom-0 max-md:z-10">
        <span className="font-semibold">{formatCount(selectedCount)} selected</span>
        <Button size="sm" variant="ghost" onClick={onClearSelection} className="mr-auto">
          Clear
        </Button>
        <div className="flex flex-wrap gap-2 max-md:w-full">{bulkActions}</div>
      </div>
    );
  }
  const isCut = view.reachable < count;
  return (
    <div className="flex h-8 shrink-0 items-center justify-between gap-4 border-t border-line bg-surface px-(--gutter) text-12 whitespace-nowrap text-ink-3">
      <span className="truncate">
        {view.first < 0 ? "No rows" : `Rows ${formatCount(view.first + 1)}–${formatCount(view.last + 1)}`} of{" "}
        {formatCount(count)}
        {note !== undefined && <>, {note}</>}
        {isCut && `; filter to reach rows after ${formatCount(view.reachable)}`}
      </span>
      {keys !== undefined && <span className="flex items-center gap-1 max-lg:hidden">{keys}</span>}
    </div>
  );
}
