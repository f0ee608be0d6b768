"use client";

import { cx } from "class-variance-authority";
import { useId, type KeyboardEvent } from "react";

import { countSentence, type Counts } from "./count-bar";

export type StripPlate = Counts & { name: string };

export type PlateStripProps = {
  plates: readonly StripPlate[];
  /** Name of the plate that is open. */
  current: string | null;
  /** Opens a plate: by click, or by arrow keys, which move from plate to plate. */
  onSelect: (name: string) => void;
  label: string;
  className?: string;
};

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** One square per plate of a screen: fills from below, a red corner if anything failed. One tab stop. */
export function PlateStrip({ plates, current, onSelect, label, className }: PlateStripProps) {
  const id = useId();
  const at = plates.findIndex((plate) => plate.name === current);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const target =
      event.key === "Home"
        ? 0
        : event.key === "End"
          ? plates.length - 1
          : step === undefined
            ? undefined
            : at + step;
    const plate = target === undefined ? undefined : plates[Math.min(plates.length - 1, Math.max(0, target))];
    if (plate === undefined) return;
    event.preventDefault();
    onSelect(plate.name);
  };
  return (
    <div
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at < 0 ? undefined : `${id}-${at}`}
      onKeyDown={onKeyDown}
      className={cx("flex flex-wrap gap-0.5 rounded-tag outline-offset-4", className)}
    >
      {plates.map((plate, index) => {
        const ended = (plate.done ?? 0) + (plate.failed ?? 0) + (plate.stopped ?? 0);
        const isDone = plate.total > 0 && ended >= plate.total;
        const title = `${plate.name}: ${countSentence(plate)}`;
        return (
          <div
            key={plate.name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            aria-label={title}
            title={title}
            onClick={() => onSelect(plate.name)}
            className={cx(
              "relative size-[9px] overflow-hidden rounded-[2px] max-md:size-[13px]",
              !isDone && "shadow-[inset_0_0_0_1px_var(--line-2)]",
              index === at && "outline-2 outline-offset-1 outline-select",
            )}
          >
            <span
              className={cx("absolute inset-x-0 bottom-0", isDone ? "bg-done" : "bg-run")}
              style={{ height: `${plate.total > 0 ? (ended / plate.total) * 100 : 0}%` }}
            />
            {(plate.failed ?? 0) > 0 && (
              <span className="absolute top-0 left-0 size-full bg-fail [clip-path:polygon(0_0,92%_0,0_92%)]" />
            )}
          </div>
        );
      })}
    </div>
  );
}
