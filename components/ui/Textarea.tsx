"use client";

import { cx } from "class-variance-authority";
import type { ComponentProps } from "react";

import { useFieldControl } from "./field-context";
import { inputBox, inputText } from "./input-style";

export type TextareaProps = ComponentProps<"textarea"> & { mono?: boolean };

export function Textarea({ mono = false, rows = 3, className, ...rest }: TextareaProps) {
  const field = useFieldControl();
  return (
    <span className={cx(inputBox({ size: "area" }), className)}>
      <textarea
        rows={rows}
        {...rest}
        {...field}
        className={cx(
          inputText,
          "w-full resize-y px-[9px] py-1.5",
          mono && "font-mono text-12 max-md:text-16",
        )}
      />
    </span>
  );
}
