"use client";

import { Select as Base } from "@base-ui/react/select";
import { cx } from "class-variance-authority";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";

import { useFieldControl } from "./field-context";
import { inputBox } from "./input-style";
import { popup, popupItem } from "./popup-style";

export type SelectOption<Value extends string> = {
  value: Value;
  label: string;
  /** Right of the label, in grey: "96 nodes, up to 2 days". */
  note?: string;
  disabled?: boolean;
};

export type SelectProps<Value extends string> = {
  options: readonly SelectOption<Value>[];
  value: Value | null;
  onValueChange: (value: Value) => void;
  placeholder?: string;
  /** Sent with a form. */
  name?: string;
  size?: "md" | "sm";
  icon?: ReactNode;
  mono?: boolean;
  disabled?: boolean;
  className?: string;
  "aria-label"?: string;
};

/** Up to about 15 options; with more, or when people know the name, use `Combobox`. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { options, value, onValueChange, placeholder = "Choose", size = "md", mono = false } = props;
  const field = useFieldControl();
  const chosen = options.find((option) => option.value === value);
  return (
    <Base.Root
      items={options}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onValueChange(next);
      }}
      {...(props.name === undefined ? {} : { name: props.name })}
      disabled={props.disabled ?? false}
    >
      <Base.Trigger
        {...field}
        aria-label={props["aria-label"]}
        className={cx(
          inputBox({ size }),
          "text-left text-13 aria-[invalid=true]:border-fail aria-[invalid=true]:shadow-[0_0_0_1px_var(--fail)] data-disabled:bg-sunken data-disabled:text-ink-3 max-md:text-16",
          props.className,
        )}
      >
        {props.icon !== undefined && <span className="text-ink-3">{props.icon}</span>}
        <span className={cx("min-w-0 flex-1 truncate", mono && "font-mono text-12", !chosen && "text-ink-3")}>
          {chosen?.label ?? placeholder}
        </span>
        {chosen?.note !== undefined && <span className="truncate text-12 text-ink-3">{chosen.note}</span>}
        <Base.Icon className="text-ink-3">
          <ChevronsUpDown size={14} strokeWidth={1.75} />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner
          // A landmark, as everything that can be seen belongs to one.
          role="region"
          aria-label="Options"
          sideOffset={4}
          alignItemWithTrigger={false}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup className={cx(popup, "min-w-(--anchor-width)")}>
            <Base.List className="max-h-[min(360px,var(--available-height))] overflow-y-auto p-1">
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled ?? false}
                  className={popupItem}
                >
                  <span className="w-3.5 shrink-0">
                    <Base.ItemIndicator>
                      <Check size={14} strokeWidth={1.75} />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText className={cx("whitespace-nowrap", mono && "font-mono text-12")}>
                    {option.label}
                  </Base.ItemText>
                  {option.note !== undefined && (
                    <span className="ml-auto pl-4 text-12 whitespace-nowrap text-ink-3">{option.note}</span>
                  )}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
