"use client";

import { cx } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";

export type RadioProps = Omit<ComponentProps<"input">, "type" | "size"> & {
  label: ReactNode;
  /** Second line under the label. */
  help?: ReactNode;
};

/** Radios of one choice share `name` and stand in `<Field group>` or a fieldset. */
export function Radio({ label, help, className, ...rest }: RadioProps) {
  return (
    <label className={cx("flex min-h-6 items-start gap-2 py-0.5 max-md:min-h-10", className)}>
      <input
        {...rest}
        type="radio"
        className="mt-[3px] size-3.5 shrink-0 appearance-none rounded-full border-[1.25px] border-control bg-surface transition-[border-width] duration-90 checked:border-[4.5px] checked:border-select disabled:opacity-50"
      />
      <span className="min-w-0">
        {label}
        {help !== undefined && <span className="block text-12 text-ink-3">{help}</span>}
      </span>
    </label>
  );
}
