"use client";

import { cx } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";

import { useFieldControl } from "./field-context";
import { inputBox, inputText } from "./input-style";

export type InputProps = Omit<ComponentProps<"input">, "size"> & {
  size?: "md" | "sm";
  /** Before the text, usually an icon of 16 px. */
  icon?: ReactNode;
  /** Inside, at the right: "pixels", "MB, was 4,000", "default 1.0". */
  unit?: ReactNode;
  /** After the unit: a small button or key cap. */
  suffix?: ReactNode;
  /** For what is copied: paths, ids, names of labels. */
  mono?: boolean;
};

/** `className` goes to the box, `ref` and everything else to the input. */
export function Input({ size = "md", icon, unit, suffix, mono = false, className, ...rest }: InputProps) {
  const field = useFieldControl();
  return (
    <span className={cx(inputBox({ size }), className)}>
      {icon !== undefined && <span className="text-ink-3 [&_svg]:size-[15px]">{icon}</span>}
      <input
        autoComplete="off"
        {...rest}
        {...field}
        className={cx(
          inputText,
          "h-full w-full flex-1",
          mono && "font-mono text-12 placeholder:font-sans max-md:text-16",
        )}
      />
      {unit !== undefined && <span className="text-12 whitespace-nowrap text-ink-3">{unit}</span>}
      {suffix}
    </span>
  );
}
