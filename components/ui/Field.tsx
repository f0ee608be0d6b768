"use client";

import { cx } from "class-variance-authority";
import { useId, type ReactNode } from "react";

import { FieldContext } from "./field-context";
import { Glyph } from "./Glyph";

export type FieldProps = {
  label: ReactNode;
  /** Under the label: what the value means. */
  help?: ReactNode;
  /** What is wrong and what would be right. Empty or undefined = valid. */
  error?: string | undefined;
  /** Under the control: a count, a preview, a default. */
  hint?: ReactNode;
  /** Id of the control if it is not one of this kit (those take it by themselves). */
  htmlFor?: string;
  required?: boolean;
  /** Violet dot: the value differs from what is stored or from the default. */
  changed?: boolean;
  /** Right of the control, for instance an undo button. */
  action?: ReactNode;
  /** Label on top at every width, for narrow panels and log-in forms. */
  stacked?: boolean;
  /** The control is several inputs: a group with a legend instead of a label. */
  group?: boolean;
  className?: string;
  children: ReactNode;
};

/** Label left with its help, control right; label on top under 480 px of its own width (design.md §4). */
export function Field(props: FieldProps) {
  const {
    label,
    help,
    error,
    hint,
    required = false,
    changed = false,
    stacked = false,
    group = false,
  } = props;
  const ownId = useId();
  const id = props.htmlFor ?? ownId;
  const hasError = error !== undefined && error !== "";
  const described = [
    help !== undefined && `${id}-help`,
    hint !== undefined && `${id}-hint`,
    hasError && `${id}-error`,
  ];
  const describedBy = described.filter(Boolean).join(" ") || undefined;

  const labelText = (
    <>
      {changed && (
        <span
          className="mr-1.5 inline-block size-1.5 rounded-full bg-select align-middle"
          aria-hidden="true"
        />
      )}
      {label}
      {required && <span className="font-normal text-ink-3"> required</span>}
      {changed && <span className="sr-only">, changed</span>}
    </>
  );
  return (
    <div
      className={cx("@container", props.className)}
      {...(group ? { role: "group", "aria-labelledby": `${id}-label`, "aria-describedby": describedBy } : {})}
    >
      <div
        className={cx(
          "grid gap-x-6 gap-y-1",
          !stacked && "@min-[480px]:grid-cols-[minmax(120px,2fr)_minmax(0,3.4fr)]",
        )}
      >
        <div className={cx("min-w-0", !stacked && "@min-[480px]:pt-[5px]")}>
          {group ? (
            <div id={`${id}-label`} className="font-medium">
              {labelText}
            </div>
          ) : (
            <label id={`${id}-label`} htmlFor={id} className="block font-medium">
              {labelText}
            </label>
          )}
          {help !== undefined && (
            <p id={`${id}-help`} className="text-12 text-ink-3">
              {help}
            </p>
          )}
        </div>
        <div className="min-w-0">
          <FieldContext value={{ id, describedBy, isInvalid: hasError, isRequired: required }}>
            <div className="flex min-w-0 items-center gap-2 [&>*:first-child]:min-w-0 [&>*:first-child]:flex-1">
              {props.children}
              {props.action}
            </div>
          </FieldContext>
          {hint !== undefined && (
            <p id={`${id}-hint`} className="mt-1 text-12 text-ink-3">
              {hint}
            </p>
          )}
          {hasError && <FieldError id={`${id}-error`}>{error}</FieldError>}
        </div>
      </div>
    </div>
  );
}

/** One sentence under a control, with the octagon. */
export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p id={id} className="mt-1 flex gap-1.5 text-12 text-fail-ink">
      <Glyph kind="fail" size={12} className="mt-0.5" />
      <span className="min-w-0">{children}</span>
    </p>
  );
}
