"use client";

import { Toaster as Sonner, toast as sonner } from "sonner";

import { Button } from "./Button";
import { Glyph } from "./Glyph";

export type ToastAction = { label: string; onClick: () => void };

/**
 * Result of the person's own action: bottom right, 6 s, waits under the pointer and on focus.
 * Errors are never toasts: they belong beside what failed.
 */
export function toast(message: string, action?: ToastAction): void {
  sonner.custom(
    (id) => (
      <div className="flex w-(--width) items-center gap-2.5 rounded-panel bg-raised font-sans tabular-nums py-[9px] pr-2 pl-3 text-13 text-ink shadow-float max-md:w-full">
        <Glyph kind="done" />
        <span className="min-w-0 flex-1">{message}</span>
        {action !== undefined && (
          <Button
            size="sm"
            onClick={() => {
              action.onClick();
              sonner.dismiss(id);
            }}
          >
            {action.label}
          </Button>
        )}
      </div>
    ),
    { duration: 6000 },
  );
}

/** Once, in the root layout. */
export function Toaster() {
  return (
    <Sonner
      position="bottom-right"
      visibleToasts={3}
      containerAriaLabel="Results of your actions"
      mobileOffset={{ bottom: "calc(var(--bottombar-h) + 8px)" }}
    />
  );
}
