"use client";

import { cx } from "class-variance-authority";
import { X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

const CHIP =
  "relative inline-flex h-(--chip-h) shrink-0 items-center gap-[5px] rounded-full border px-2 text-12 font-medium whitespace-nowrap transition-colors duration-90 max-md:px-3";
const OFF = "border-line-2 bg-surface text-ink-2 hover:bg-hover";
const ON = "border-select bg-select-soft text-select-ink";
/** 40 px target on phones although the chip is 32 px high. */
const TARGET = "max-md:after:absolute max-md:after:-inset-y-1 max-md:after:inset-x-0";

export type ChipProps = Omit<ComponentProps<"button">, "type"> & {
  /** Chosen. Sent as `aria-pressed`. */
  on?: boolean;
  count?: ReactNode;
  /** A glyph of 12 px or an icon of 13 px. */
  icon?: ReactNode;
};

/** A filter that is on or off, with the number it would leave. */
export function Chip({ on = false, count, icon, className, children, ...rest }: ChipProps) {
  return (
    <button {...rest} type="button" aria-pressed={on} className={cx(CHIP, TARGET, on ? ON : OFF, className)}>
      {icon}
      {children}
      {count !== undefined && <span className={on ? "text-select-ink" : "text-ink-3"}>{count}</span>}
    </button>
  );
}

export type FilterChipProps = {
  /** "plate: P003" */
  children: ReactNode;
  /** Missing: the filter is fixed by something else and has no cross. */
  onRemove?: () => void;
  /** Name for the button: "Remove filter plate: P003". */
  removeLabel: string;
  icon?: ReactNode;
};

/** An active filter, removable. */
export function FilterChip({ children, onRemove, removeLabel, icon }: FilterChipProps) {
  return (
    <span className={cx(CHIP, ON, onRemove !== undefined && "pr-1 max-md:pr-1.5")}>
      {children}
      {icon}
      {onRemove !== undefined && (
        <button
          type="button"
          aria-label={removeLabel}
          onClick={onRemove}
          className="relative grid size-4 place-items-center rounded-full after:absolute after:-inset-1 max-md:after:-inset-3"
        >
          <X size={13} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
    </span>
  );
}
