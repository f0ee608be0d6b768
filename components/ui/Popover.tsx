"use client";

import { Popover as Base } from "@base-ui/react/popover";
import { cx } from "class-variance-authority";
import type { ReactElement, ReactNode } from "react";

import { popup } from "./popup-style";

export type PopoverProps = {
  trigger: ReactElement;
  /** Names the popup for screen readers and stands on top of it. */
  title?: string;
  children: ReactNode;
  side?: "top" | "bottom" | "left" | "right";
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Help opens on hover and focus too; filters and column choices do not. */
  openOnHover?: boolean;
  className?: string;
};

/** Filters, column choice, help. */
export function Popover(props: PopoverProps) {
  const {
    trigger,
    title,
    children,
    side = "bottom",
    align = "start",
    open,
    onOpenChange,
    openOnHover = false,
  } = props;
  const control = {
    ...(open === undefined ? {} : { open }),
    ...(onOpenChange === undefined ? {} : { onOpenChange: (next: boolean) => onOpenChange(next) }),
  };
  return (
    <Base.Root {...control}>
      <Base.Trigger render={trigger} openOnHover={openOnHover} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} collisionPadding={8} className="z-50">
          <Base.Popup
            className={cx(
              popup,
              "max-h-(--available-height) max-w-[min(420px,calc(100vw-16px))] overflow-y-auto p-3",
              props.className,
            )}
          >
            {title !== undefined && <Base.Title className="mb-2 font-semibold">{title}</Base.Title>}
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
