"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { cx } from "class-variance-authority";
import { X } from "lucide-react";
import type { ReactNode } from "react";

import { Button } from "./Button";
import { useBackToClose } from "./use-back-to-close";

export type SheetProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** Buttons beside the cross: next, previous, open. */
  tools?: ReactNode;
  footer?: ReactNode;
  /** Pixels; a phone always gives the whole width, from below. */
  width?: number;
  /** False when the opening is in the URL already, so that Back works without help. */
  ownsHistory?: boolean;
  children: ReactNode;
};

/** Looks at or edits one thing over the page. Where the list must stay usable beside it, use SplitPane. */
export function Sheet(props: SheetProps) {
  const { open, onOpenChange, title, tools, footer, width = 440, ownsHistory = true, children } = props;
  const closeByPerson = useBackToClose(open && ownsHistory, () => onOpenChange(false));
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? onOpenChange(true) : closeByPerson())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-160 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          style={{ width }}
          className={cx(
            "fixed inset-y-0 right-0 z-40 flex max-w-[calc(100vw-32px)] flex-col bg-surface shadow-dialog outline-none",
            "transition-transform duration-160 ease-out data-ending-style:translate-x-full data-starting-style:translate-x-full",
            "max-md:inset-x-0 max-md:top-auto max-md:max-h-[88dvh] max-md:w-full! max-md:max-w-full max-md:rounded-t-dialog max-md:data-ending-style:translate-x-0 max-md:data-ending-style:translate-y-full max-md:data-starting-style:translate-x-0 max-md:data-starting-style:translate-y-full",
          )}
        >
          <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
            <Base.Title className="min-w-0 flex-1 truncate font-semibold">{title}</Base.Title>
            {tools}
            <Base.Close
              render={
                <Button variant="ghost" size="sm" icon aria-label="Close">
                  <X strokeWidth={1.75} />
                </Button>
              }
            />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
          {footer !== undefined && (
            <footer className="flex shrink-0 items-center justify-end gap-2 border-t border-line px-4 py-2.5">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
