"use client";

import { cx } from "class-variance-authority";
import { useEffect, useRef, type ComponentProps, type ReactNode } from "react";

import { useFieldControl } from "./field-context";

export type CheckboxProps = Omit<ComponentProps<"input">, "type" | "size" | "ref"> & {
  /** Without a label the box needs `aria-label`. */
  label?: ReactNode;
  /** Some, not all. */
  mixed?: boolean;
  ref?: (element: HTMLInputElement | null) => void;
};

export function Checkbox({ label, mixed = false, className, ref, ...rest }: CheckboxProps) {
  const field = useFieldControl();
  const box = useRef<HTMLInputElement | null>(null);
  // `indeterminate` exists only as a property of the DOM element.
  useEffect(() => {
    if (box.current) box.current.indeterminate = mixed;
  }, [mixed]);

  const input = (
    <span className="relative inline-grid size-3.5 shrink-0 place-items-center max-md:size-[18px]">
      {/* Enlarges the target to 24 px without moving the neighbours; the box itself lies above. */}
      <span className="absolute -inset-[5px] max-md:-inset-[11px]" aria-hidden="true" />
      <input
        {...(label === undefined ? field : {})}
        {...rest}
        ref={(element) => {
          box.current = element;
          ref?.(element);
        }}
        type="checkbox"
        className="peer relative size-3.5 appearance-none rounded-[3.5px] border-[1.25px] border-control bg-surface transition-colors duration-90 checked:border-select checked:bg-select indeterminate:border-select indeterminate:bg-select disabled:opacity-50 max-md:size-[18px] max-md:rounded-[4.5px]"
      />
      <svg
        viewBox="0 0 14 14"
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 hidden fill-none stroke-surface stroke-[1.7] peer-checked:block peer-indeterminate:hidden"
      >
        <path d="M3.6 7.3l2.3 2.3 4.4-5" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      <svg
        viewBox="0 0 14 14"
        aria-hidden="true"
        className="pointer-events-none absolute inset-0 hidden stroke-surface stroke-[1.8] peer-indeterminate:block"
      >
        <path d="M3.6 7h6.8" strokeLinecap="round" />
      </svg>
    </span>
  );
  if (label === undefined)
    return <label className={cx("inline-flex align-middle", className)}>{input}</label>;
  return (
    <label className={cx("inline-flex min-h-6 items-center gap-2 max-md:min-h-10", className)}>
      {input}
      <span className="min-w-0">{label}</span>
    </label>
  );
}
