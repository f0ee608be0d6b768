"use client";

import { cx } from "class-variance-authority";
import { useId, useState, type KeyboardEvent, type PointerEvent } from "react";

import { PlateTable } from "./PlateTable";
import { Well } from "./Well";
import { plateLayout, rowName, wellKey, wellName, type PlateWell } from "./plate";
import { STATE_LOOKS } from "./words";

export type PlateMapProps = {
  /** "Plate P101": names the map. */
  label: string;
  /** Usually 16 × 24 or 8 × 12; up to 384 wells. */
  rows: number;
  columns: number;
  /** Any order; positions without an entry are excluded and drawn as specks. */
  wells: readonly PlateWell[];
  selected?: { row: number; column: number } | null;
  /** Click and Space. Missing: the map only shows. */
  onSelect?: (well: PlateWell) => void;
  /** Enter and double click. */
  onOpen?: (well: PlateWell) => void;
  /** Diameter at natural size; the map shrinks with its box but does not grow. */
  wellPx?: number;
  /** Row letters and column numbers. Off for small multiples. */
  labels?: boolean;
  className?: string;
};

const ARROWS: Record<string, readonly [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** One tab stop; arrows move, Space selects, Enter opens; a hidden table carries the same data. */
export function PlateMap(props: PlateMapProps) {
  const {
    label,
    rows,
    columns,
    wells,
    selected = null,
    onSelect,
    onOpen,
    wellPx = 15,
    labels = true,
  } = props;
  const [cursor, setCursor] = useState({ row: 0, column: 0 });
  const [isFocused, setFocused] = useState(false);
  const hintId = useId();
  const layout = plateLayout(rows, columns, wellPx, labels);
  const radius = layout.diameter / 2;
  const byKey = new Map(wells.map((well) => [wellKey(well), well]));
  const isInteractive = onSelect !== undefined || onOpen !== undefined;
  const center = (index: number, offset: number) => offset + index * layout.pitch + radius;
  const every = columns > 12 && wellPx < 12 ? 4 : 1;

  const positions = Array.from({ length: rows * columns }, (_, index) => ({
    row: Math.floor(index / columns),
    column: index % columns,
  }));
  // Failed wells are drawn last, so that their two pixels more lie on top.
  const isFailed = (key: string) => byKey.get(key)?.state === "failed";
  const drawn = [
    ...positions.filter((position) => !isFailed(wellKey(position))),
    ...positions.filter((position) => isFailed(wellKey(position))),
  ];

  const describe = (row: number, column: number) => {
    const well = byKey.get(wellKey({ row, column }));
    if (well === undefined) return `${wellName(row, column)}, excluded`;
    const words = [well.state === undefined ? undefined : STATE_LOOKS[well.state].word, well.text];
    return [wellName(row, column), ...words.filter(Boolean)].join(", ");
  };

  const wellAt = (event: PointerEvent<SVGSVGElement> | React.MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = layout.width / box.width;
    const column = Math.floor(((event.clientX - box.left) * scale - layout.left) / layout.pitch);
    const row = Math.floor(((event.clientY - box.top) * scale - layout.top) / layout.pitch);
    return byKey.get(wellKey({ row, column }));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const step = ARROWS[event.key];
    if (step !== undefined) {
      const [down, right] = step;
      setCursor({
        row: Math.min(rows - 1, Math.max(0, cursor.row + down)),
        column: Math.min(columns - 1, Math.max(0, cursor.column + right)),
      });
    } else if (event.key === "Home") setCursor({ row: cursor.row, column: 0 });
    else if (event.key === "End") setCursor({ row: cursor.row, column: columns - 1 });
    else if (event.key === "Enter" || event.key === " ") {
      const well = byKey.get(wellKey(cursor));
      if (well !== undefined) (event.key === "Enter" ? (onOpen ?? onSelect) : onSelect)?.(well);
    } else return;
    event.preventDefault();
  };

  const ring = isFocused && isInteractive ? cursor : selected;
  return (
    <figure aria-label={label} className={cx("m-0", props.className)}>
      <div
        {...(isInteractive
          ? { role: "application", tabIndex: 0, "aria-label": `${label}, wells`, "aria-describedby": hintId }
          : { "aria-hidden": true })}
        onKeyDown={isInteractive ? onKeyDown : undefined}
        onFocus={() => {
          setFocused(true);
          if (selected !== null) setCursor({ row: selected.row, column: selected.column });
        }}
        onBlur={() => setFocused(false)}
        className="rounded-tag"
      >
        <svg
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          width={layout.width}
          height={layout.height}
          aria-hidden="true"
          className={cx("block h-auto max-w-full overflow-visible", isInteractive && "cursor-pointer")}
          onClick={(event) => {
            const well = wellAt(event);
            if (well === undefined) return;
            setCursor({ row: well.row, column: well.column });
            onSelect?.(well);
          }}
          onDoubleClick={(event) => {
            const well = wellAt(event);
            if (well !== undefined) onOpen?.(well);
          }}
        >
          {labels && (
            <g className="fill-ink-3 text-[9px] font-medium" textAnchor="middle">
              {Array.from({ length: columns }, (_, column) =>
                every === 1 || column === 0 || (column + 1) % every === 0 ? (
                  <text key={column} x={center(column, layout.left)} y="8">
                    {column + 1}
                  </text>
                ) : null,
              )}
              {Array.from({ length: rows }, (_, row) => (
                <text key={row} x="5" y={center(row, layout.top) + 3}>
                  {rowName(row)}
                </text>
              ))}
            </g>
          )}
          {drawn.map(({ row, column }) => (
            <g key={wellKey({ row, column })}>
              <title>{describe(row, column)}</title>
              <Well
                x={center(column, layout.left)}
                y={center(row, layout.top)}
                radius={radius}
                well={byKey.get(wellKey({ row, column })) ?? null}
              />
            </g>
          ))}
          {ring !== null && (
            <circle
              cx={center(ring.column, layout.left)}
              cy={center(ring.row, layout.top)}
              r={radius + 2.2}
              className="fill-none stroke-select"
              strokeWidth="2"
            />
          )}
        </svg>
      </div>
      {isInteractive && (
        <>
          <p id={hintId} className="sr-only">
            Arrow keys move between wells, Space selects, Enter opens.
          </p>
          <p className="sr-only" role="status">
            {isFocused ? describe(cursor.row, cursor.column) : ""}
          </p>
        </>
      )}
      <PlateTable label={label} wells={wells} describe={describe} />
    </figure>
  );
}
