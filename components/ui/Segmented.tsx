"use client";

import { cx } from "class-variance-authority";
import { useId, type ReactNode } from "react";

export type SegmentedOption<Value extends string> = {
  value: Value;
  label: ReactNode;
  count?: ReactNode;
  /** Needed when `label` is an icon. */
  "aria-label"?: string;
};

export type SegmentedProps<Value extends string> = {
  options: readonly SegmentedOption<Value>[];
  value: Value;
  onValueChange: (value: Value) => void;
  /** What is chosen here: "View", "Colour wells by". */
  label: string;
  size?: "md" | "sm";
  className?: string;
};

/** Two to five views of the same thing. Native radios: arrows move, one tab stop. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>) {
  const { options, value, onValueChange, label, size = "md", className } = props;
  const name = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={cx(
        "inline-flex shrink-0 rounded-control bg-sunken p-0.5 shadow-[inset_0_0_0_1px_var(--line)]",
        size === "md" ? "h-(--control-h)" : "h-(--control-sm)",
        className,
      )}
    >
      {options.map((option) => (
        <label
          key={option.value}
          className={cx(
            "relative inline-flex items-center gap-1.5 rounded-tag font-medium whitespace-nowrap text-ink-2 transition-colors duration-90 hover:text-ink",
            "has-checked:bg-surface has-checked:text-ink has-checked:shadow-[0_0_0_1px_var(--line-2)] dark:has-checked:bg-press",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-select",
            size === "md" ? "px-2.5 text-[12.5px]" : "px-2 text-12",
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onValueChange(option.value)}
            aria-label={option["aria-label"]}
            className="absolute inset-0 appearance-none opacity-0"
          />
          {option.label}
          {option.count !== undefined && <span className="text-ink-3">{option.count}</span>}
        </label>
      ))}
    </div>
  );
}
