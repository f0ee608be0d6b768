"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { cx } from "class-variance-authority";
import { Check } from "lucide-react";
import Link from "next/link";
import type { ReactElement, ReactNode } from "react";

import { Kbd } from "./Kbd";
import { popup, popupItem } from "./popup-style";

export type MenuProps = {
  /** The button that opens it, usually an icon `Button` with `aria-label`. */
  trigger: ReactElement;
  children: ReactNode;
  side?: "top" | "bottom" | "left" | "right";
  align?: "start" | "center" | "end";
  className?: string;
};

export function Menu({ trigger, children, side = "bottom", align = "end", className }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner
          // A landmark, as everything that can be seen belongs to one.
          role="region"
          aria-label="Menu"
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup className={cx(popup, "min-w-44 p-1", className)}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export type MenuItemProps = {
  children: ReactNode;
  icon?: ReactNode;
  /** Shown at the right; the page binds the key itself. */
  keys?: string;
  onSelect: () => void;
  /** Why it does nothing now; shown as a second line. */
  disabledReason?: string | undefined;
  danger?: boolean;
};

export function MenuItem({ children, icon, keys, onSelect, disabledReason, danger = false }: MenuItemProps) {
  return (
    <Base.Item
      className={cx(popupItem, danger && disabledReason === undefined && "text-fail-ink")}
      disabled={disabledReason !== undefined}
      onClick={onSelect}
    >
      {icon !== undefined && (
        <span className={cx("shrink-0 [&_svg]:size-4", !danger && "text-ink-3")}>{icon}</span>
      )}
      <span className="min-w-0">
        {children}
        {disabledReason !== undefined && <span className="block text-12">{disabledReason}</span>}
      </span>
      {keys !== undefined && (
        <span className="ml-auto pl-4">
          <Kbd>{keys}</Kbd>
        </span>
      )}
    </Base.Item>
  );
}

export function MenuLink({ href, icon, children }: { href: string; icon?: ReactNode; children: ReactNode }) {
  return (
    <Base.LinkItem className={popupItem} closeOnClick render={<Link href={href} />}>
      {icon !== undefined && <span className="shrink-0 text-ink-3 [&_svg]:size-4">{icon}</span>}
      {children}
    </Base.LinkItem>
  );
}

export type MenuChoiceProps<Value extends string> = {
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
};

/** One of several, with a check; stays open so that the effect can be seen. */
export function MenuChoice<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: MenuChoiceProps<Value>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-2 pb-1 text-11 text-ink-3">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: Value) => onValueChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} closeOnClick={false} className={popupItem}>
            <span className="w-4 shrink-0">
              <Base.RadioItemIndicator>
                <Check size={14} strokeWidth={1.75} />
              </Base.RadioItemIndicator>
            </span>
            {option.label}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

export function MenuSeparator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />;
}
