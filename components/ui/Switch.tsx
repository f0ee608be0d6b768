"use client";

import { cx } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";

import { useFieldControl } from "./field-context";

export type SwitchProps = Omit<ComponentProps<"input">, "type" | "size"> & {
  /** Right of the switch; inside a Field the label of the Field names it and this says "On" or "Off". */
  label?: ReactNode;
};

/** Takes effect at once. A choice that is sent with a form is a Checkbox. */
export function Switch({ label, className, ...rest }: SwitchProps) {
  const field = useFieldControl();
  return (
    <label className={cx("inline-flex min-h-6 items-center gap-2 max-md:min-h-10", className)}>
      <span className="relative inline-block h-4 w-7 shrink-0">
        <input
          {...rest}
          {...field}
          type="checkbox"
          role="switch"
          className="peer h-4 w-7 appearance-none rounded-full bg-control transition-colors duration-90 checked:bg-solid disabled:opacity-50"
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute top-0.5 left-0.5 size-3 rounded-full bg-knob transition-transform duration-90 peer-checked:translate-x-3 peer-checked:bg-on-solid"
        />
      </span>
      {label !== undefined && <span className="min-w-0">{label}</span>}
    </label>
  );
}
