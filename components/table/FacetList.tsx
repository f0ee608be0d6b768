"use client";

import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

import { Checkbox } from "../ui/Checkbox";
import { formatCount } from "../ui/format";

export type FacetValue = {
  value: string;
  label?: ReactNode;
  /** How many rows this value leaves; null while it is counted. */
  count: number | null;
};

export type Facet = {
  key: string;
  label: ReactNode;
  /** At the right of the label: "job 4119". */
  note?: ReactNode;
  values: readonly FacetValue[];
  chosen: ReadonlySet<string>;
  /** Below the values: a histogram with a range. */
  children?: ReactNode;
};

export type FacetListProps = {
  facets: readonly Facet[];
  onToggle: (key: string, value: string) => void;
  /** Counts are cached and being recomputed: they are shown as "about". */
  stale?: boolean;
  className?: string;
};

/** Filters with counts, left of a table; in a sheet on a phone. */
export function FacetList({ facets, onToggle, stale = false, className }: FacetListProps) {
  return (
    <div className={cx("flex flex-col gap-3.5", className)}>
      {facets.map((facet) => (
        <fieldset key={facet.key} className="min-w-0">
          <legend className="mb-1 flex w-full justify-between gap-2 text-12 text-ink-3">
            <span className="truncate">{facet.label}</span>
            {facet.note !== undefined && <span className="shrink-0">{facet.note}</span>}
          </legend>
          {facet.values.map((option) => {
            const isChosen = facet.chosen.has(option.value);
            const isVoid = option.count === 0 && !isChosen;
            return (
              <div key={option.value} className="flex items-center gap-2">
                <Checkbox
                  checked={isChosen}
                  onChange={() => onToggle(facet.key, option.value)}
                  label={
                    <span className={cx("block truncate", isVoid && "text-ink-3")}>
                      {option.label ?? option.value}
                    </span>
                  }
                  className="min-w-0 flex-1"
                />
                <span className="text-12 text-ink-3">
                  {option.count === null ? "…" : `${stale ? "~" : ""}${formatCount(option.count)}`}
                </span>
              </div>
            );
          })}
          {facet.children}
        </fieldset>
      ))}
    </div>
  );
}
