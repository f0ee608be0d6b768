"use client";

import { Search } from "lucide-react";
import type { UnitCounts, UnitRow } from "@/server/contracts/job";
import { UNIT_STATES, type UnitState } from "@/server/contracts/enums";
import { usePageParams } from "../shell/ShallowLinks";
import { MemoryBar } from "../state/MemoryBar";
import { StateGlyph } from "../state/StateGlyph";
import { StateWord } from "../state/StateWord";
import { STATE_LOOKS } from "../state/words";
import { columnsOf } from "../table/columns";
import { DataTable } from "../table/DataTable";
import { RowLines } from "../table/RowList";
import { Button } from "../ui/Button";
import { Chip } from "../ui/Chip";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { formatClock, formatCount, formatDuration } from "../ui/format";
import { Kbd } from "../ui/Kbd";
import { RelativeTime } from "../ui/RelativeTime";
import { shortImage, unitName } from "./unit-words";
import type { useUnitWindow } from "./use-units";

const col = columnsOf<UnitRow>();
const columns = col.columns([
  col.accessor("state", {
    header: "State",
    enableSorting: false,
    meta: { width: 136 },
    cell: ({ row: { original: unit } }) => (
      <>
        <UnitStateWord unit={unit} />
        <span className="sr-only">, {unitName(unit)}</span>
      </>
    ),
  }),
  col.display({
    id: "image",
    header: "Image",
    meta: { minWidth: 200 },
    cell: ({ row: { original: unit } }) =>
      unit.zarr_url === null || unit.kind === "init" ? (
        <span className="text-ink-2">{unitName(unit)}</span>
      ) : (
        <span title={unit.zarr_url} className="font-mono text-12">
          {shortImage(unit.zarr_url)}
        </span>
      ),
  }),
  col.accessor("started_at", {
    header: "Started",
    enableSorting: false,
    meta: { align: "right", width: 108, quiet: true },
    cell: (c) => <RelativeTime value={c.getValue()} empty="" />,
  }),
  col.accessor("wall_seconds", {
    header: "Time",
    enableSorting: false,
    meta: { align: "right", width: 74 },
    cell: (c) => <Seconds value={c.getValue()} />,
  }),
  col.accessor("cpu_seconds", {
    header: "CPU",
    enableSorting: false,
    meta: { align: "right", width: 74 },
    cell: (c) => <Seconds value={c.getValue()} />,
  }),
  col.accessor("peak_mb", {
    header: "Peak memory",
    enableSorting: false,
    meta: { align: "right", width: 104 },
    cell: (c) => (c.getValue() === null ? "" : <MemoryBar used_mb={c.getValue()} asked_mb={null} />),
  }),
  col.accessor("attempts", {
    header: "Attempts",
    enableSorting: false,
    meta: { align: "right", width: 98, quiet: true },
    cell: (c) => (c.getValue() > 1 ? formatCount(c.getValue()) : ""),
  }),
]);

/** What the panel says anyway, or few ask for. */
const BESIDE_PANEL = ["cpu_seconds", "attempts"];

/** Under a minute with one decimal, as most units are short; else a clock. */
function Seconds({ value }: { value: number | null }) {
  if (value === null) return "";
  return value < 9.95 ? formatDuration(value) : formatClock(value);
}

/** A failed unit shows its cause instead of the word. */
function UnitStateWord({ unit }: { unit: Pick<UnitRow, "state" | "cause" | "has_warnings"> }) {
  if (unit.state === "failed" && unit.cause !== null)
    return <StateWord state="failed">{unit.cause.title}</StateWord>;
  if (unit.state === "done" && unit.has_warnings)
    return <StateWord state="warning">Done, warnings</StateWord>;
  return <StateWord state={unit.state} />;
}

export function isUnitState(text: string | null): text is UnitState {
  return UNIT_STATES.some((state) => state === text);
}

const ORDER = ["running", "failed", "done", "pending", "stopped"] as const satisfies readonly UnitState[];

/** Chips with the counts of the whole run; the choice is in the address. */
export function UnitChips({ counts }: { counts: UnitCounts }) {
  const params = usePageParams();
  const chosen = params.get("state");
  return (
    <div
      className="flex gap-1.5 overflow-x-auto px-(--gutter) py-2 [scrollbar-width:none]"
      role="group"
      aria-label="Units by state"
    >
      <Chip
        on={!isUnitState(chosen)}
        count={formatCount(counts.total)}
        onClick={() => params.go({ state: null })}
      >
        All
      </Chip>
      {ORDER.filter((state) => counts[state] > 0 || state === chosen).map((state) => (
        <Chip
          key={state}
          on={state === chosen}
          count={formatCount(counts[state])}
          icon={<StateGlyph state={state} size={12} still />}
          onClick={() => params.go({ state: state === chosen ? null : state })}
        >
          {STATE_LOOKS[state].word}
        </Chip>
      ))}
    </div>
  );
}

export type UnitTableProps = {
  /** Of which task: "Segment Nuclei". */
  taskName: string;
  runId: number;
  units: ReturnType<typeof useUnitWindow>;
  counts: UnitCounts;
  className?: string;
};

/** Units of one run, of which only the visible ones are loaded. */
export function UnitTable({ taskName, runId, units, counts, className }: UnitTableProps) {
  const params = usePageParams();
  const { query, offset, onWindowChange } = units;
  const state = params.get("state");
  if (query.isError && query.data === undefined) {
    return (
      <div className="p-(--gutter)">
        <ErrorState
          title="The units could not be loaded."
          action={<Button onClick={() => void query.refetch()}>Try again</Button>}
        >
          {query.error.message}
        </ErrorState>
      </div>
    );
  }
  return (
    <DataTable
      label={`Units of ${taskName}`}
      columns={columns}
      rows={query.data?.items ?? []}
      rowId={(unit) => String(unit.id)}
      offset={offset}
      totalCount={query.data?.matching ?? 0}
      onWindowChange={onWindowChange}
      loading={query.isPending}
      // With its run: the page would otherwise go on to the next task when that starts.
      rowHref={(unit) => params.href({ unit: unit.id, run: runId })}
      selectedId={params.get("unit")}
      hiddenColumns={params.get("unit") === null && params.get("panel") === null ? [] : BESIDE_PANEL}
      onRowKey={(key, unit) => {
        if (key.toLowerCase() !== "l") return false;
        params.go({ unit: unit.id, run: runId, show: null });
        return true;
      }}
      renderMobile={(unit) => (
        <RowLines
          title={unitName(unit)}
          detail={<UnitStateWord unit={unit} />}
          end={unit.wall_seconds === null ? "" : formatDuration(unit.wall_seconds)}
          endDetail={unit.peak_mb === null ? "" : <MemoryBar used_mb={unit.peak_mb} asked_mb={null} />}
        />
      )}
      empty={
        <EmptyState
          bare
          title={
            isUnitState(state)
              ? `0 of ${formatCount(counts.total)} units are ${STATE_LOOKS[state].word.toLowerCase()}.`
              : "No units yet"
          }
          action={
            isUnitState(state) ? (
              <Button onClick={() => params.go({ state: null })}>
                <Search strokeWidth={1.75} /> Show all units
              </Button>
            ) : undefined
          }
        >
          {isUnitState(state) ? undefined : "They appear here as soon as the task has been planned."}
        </EmptyState>
      }
      footerNote="in order of the image list"
      footerKeys={
        <>
          <Kbd>↑</Kbd>
          <Kbd>↓</Kbd> move <Kbd>Enter</Kbd> open <Kbd>L</Kbd> log
        </>
      }
      {...(className === undefined ? {} : { className })}
    />
  );
}
