"use client";

import { Combobox as Base } from "@base-ui/react/combobox";
import { cx } from "class-variance-authority";
import { Check, ChevronsUpDown, X } from "lucide-react";

import { useFieldControl } from "./field-context";
import { inputBox, inputText } from "./input-style";
import { popup, popupItem } from "./popup-style";
import type { SelectOption } from "./Select";

export type ComboboxProps<Value extends string> = {
  options: readonly SelectOption<Value>[];
  /** Null = nothing chosen. */
  value: Value | null;
  onValueChange: (value: Value | null) => void;
  placeholder?: string;
  /** One sentence when nothing matches what was typed. */
  emptyText?: string;
  /** Fires on typing, for lists that the server filters; `options` are then shown as they come. */
  onSearch?: (text: string) => void;
  clearable?: boolean;
  size?: "md" | "sm";
  disabled?: boolean;
  className?: string;
  "aria-label"?: string;
};

export function Combobox<Value extends string>(props: ComboboxProps<Value>) {
  const { options, value, onValueChange, placeholder = "Type to find", size = "md", onSearch } = props;
  const field = useFieldControl();
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <Base.Root
      items={options}
      value={chosen}
      onValueChange={(next: SelectOption<Value> | null) => onValueChange(next?.value ?? null)}
      isItemEqualToValue={(a: SelectOption<Value>, b: SelectOption<Value>) => a.value === b.value}
      disabled={props.disabled ?? false}
      {...(onSearch === undefined
        ? {}
        : { onInputValueChange: (text: string) => onSearch(text), filter: null })}
    >
      <Base.InputGroup className={cx(inputBox({ size }), "pr-1", props.className)}>
        <Base.Input
          {...field}
          aria-label={props["aria-label"]}
          placeholder={placeholder}
          className={cx(inputText, "h-full flex-1")}
        />
        {props.clearable === true && (
          <Base.Clear aria-label="Clear" className="grid size-6 place-items-center text-ink-3 hover:text-ink">
            <X size={14} strokeWidth={1.75} />
          </Base.Clear>
        )}
        <Base.Trigger aria-label="Show all" className="grid size-6 place-items-center text-ink-3">
          <ChevronsUpDown size={14} strokeWidth={1.75} />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner
          // A landmark, as everything that can be seen belongs to one.
          role="region"
          aria-label="Options"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup className={cx(popup, "w-(--anchor-width) min-w-52")}>
            <Base.Empty className="px-3 text-ink-3 not-empty:py-2">
              {props.emptyText ?? "Nothing matches."}
            </Base.Empty>
            <Base.List className="max-h-[min(360px,var(--available-height))] overflow-y-auto p-1 data-empty:p-0">
              {(option: SelectOption<Value>) => (
                <Base.Item
                  key={option.value}
                  value={option}
                  disabled={option.disabled ?? false}
                  className={popupItem}
                >
                  <span className="w-3.5 shrink-0">
                    <Base.ItemIndicator>
                      <Check size={14} strokeWidth={1.75} />
                    </Base.ItemIndicator>
                  </span>
                  <span className="min-w-0 truncate">{option.label}</span>
                  {option.note !== undefined && (
                    <span className="ml-auto pl-3 text-12 whitespace-nowrap text-ink-3">{option.note}</span>
                  )}
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
