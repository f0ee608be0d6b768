"use client";

import { HistogramBars } from "@/components/dataset/Histogram";
import { formatValue, parseWell } from "@/components/dataset/plate-data";
import { without } from "@/components/dataset/use-dataset-params";
import type { DatasetView } from "@/components/dataset/use-dataset-params";
import type { Plate } from "@/components/dataset/use-plate";
import { CountLegend } from "@/components/state/CountLegend";
import { PlateMap } from "@/components/state/PlateMap";
import { wellKey, wellName } from "@/components/state/plate";
import { formatCount } from "@/components/ui/format";
import { Select } from "@/components/ui/Select";
import { Skeleton } from "@/components/ui/Skeleton";

/** Fewer are read from the map; their distribution says nothing. */
const MANY_WELLS = 24;

type Props = { plate: Plate; view: DatasetView };

/** The wells of one plate by state or by a number. A click filters the table by the well, a second one ends it. */
export function PlatePanel({ plate, view }: Props) {
  const { name, data, color, colors, colorKey } = plate;
  const filtered = view.params.attributes["well"];
  const selected = filtered?.length === 1 ? parseWell(String(filtered[0])) : null;
  const label = name === null ? "Wells" : `Plate ${name}`;
  const selectWell = ({ row, column }: { row: number; column: number }) => {
    const wellValue = data?.names.get(wellKey({ row, column })) ?? wellName(row, column);
    const isSelected = selected?.row === row && selected.column === column;
    const others = without(view.params.attributes, "well");
    if (isSelected) view.set({ attributes: others });
    else
      view.set({ attributes: { ...others, ...(name === null ? {} : { plate: [name] }), well: [wellValue] } });
  };
  return (
    <section aria-label={label} className="px-4 py-3">
      <div className="mb-2.5 flex items-center gap-2">
        {plate.plates.length > 1 ? (
          <Select
            size="sm"
            aria-label="Plate"
            options={plate.plates.map((value) => ({ value, label: value }))}
            value={name}
            onValueChange={(next) => {
              const { attributes } = view.params;
              const others = without(attributes, "plate", "well");
              // A filter for another plate would leave the map empty: the choice moves the filter along.
              view.set({
                plate: next,
                attributes: attributes["plate"] === undefined ? others : { ...others, plate: [next] },
              });
            }}
            className="min-w-0 flex-1 font-semibold"
          />
        ) : (
          <h2 className="min-w-0 flex-1 truncate font-semibold">{name ?? "Wells"}</h2>
        )}
        <Select
          size="sm"
          aria-label="Colour wells by"
          options={colors}
          value={colorKey}
          onValueChange={(next) => view.set({ color: next })}
          className="min-w-0 flex-1"
        />
      </div>
      {data === null ? (
        <Skeleton className="h-30 w-full" />
      ) : (
        <>
          <PlateMap
            label={label}
            rows={data.rows}
            columns={data.columns}
            wells={data.wells}
            selected={selected}
            onSelect={selectWell}
            wellPx={wellPx(data.columns)}
          />
          {data.range !== null && data.range.high > data.range.low && (
            <div className="mt-3">
              {data.wells.length >= MANY_WELLS && (
                <HistogramBars classes={data.histogram} label={`Spread of ${colorKey} over the wells`} />
              )}
              <div className="ramp-seq h-2" aria-hidden="true" />
              <p className="mt-1 flex justify-between gap-2 text-12 text-ink-3">
                <span>{formatValue(data.range.low)}</span>
                <span className="truncate">
                  median {formatValue(data.range.median)} {color.by === "images" ? "images per well" : ""}
                </span>
                <span>{formatValue(data.range.high)}</span>
              </p>
            </div>
          )}
          {data.range !== null && data.range.high === data.range.low && (
            <p className="mt-2 text-12 text-ink-3">
              {formatValue(data.range.low)} {color.by === "images" ? "images" : ""} in every well
            </p>
          )}
          {color.by === "attribute" && data.range === null && (
            <p className="mt-2 text-12 text-ink-3">No image of this plate has {color.name}.</p>
          )}
          {color.by === "state" && <StateCounts wells={data.wells} />}
          {plate.drawn < plate.matching && (
            <p className="mt-2 text-12 text-warn-ink">
              Drawn from the first {formatCount(plate.drawn)} of {formatCount(plate.matching)} images.
            </p>
          )}
        </>
      )}
    </section>
  );
}

function StateCounts({ wells }: { wells: readonly { state?: string }[] }) {
  const count = (state: string) => wells.filter((well) => well.state === state).length;
  return (
    <CountLegend
      className="mt-2.5"
      done={count("done")}
      failed={count("failed")}
      running={count("running")}
      stopped={count("stopped")}
      total={wells.length}
    />
  );
}

/** Large plates shrink with the pane; small ones must not become huge. */
function wellPx(columns: number): number {
  if (columns <= 6) return 30;
  if (columns <= 12) return 19;
  return 15;
}
