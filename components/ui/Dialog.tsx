"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { cx } from "class-variance-authority";
import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";

import { Button } from "./Button";
import { useBackToClose } from "./use-back-to-close";

const WIDTHS = { sm: "w-[440px]", md: "w-[560px]", lg: "w-[800px]", xl: "w-[1260px]" } as const;

export type DialogProps = {
  open: boolean;
  /** Called with false by cross, Esc, click outside and Back. Veto a close (unsaved input) by not changing `open`. */
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** Beside the title, in grey: on what it acts. */
  subtitle?: ReactNode;
  size?: keyof typeof WIDTHS;
  /** Left of the buttons: one sentence that sums up the effect. */
  footerNote?: ReactNode;
  /** Buttons, the solid one last. */
  actions?: ReactNode;
  /** No padding: the body brings its own panes. */
  flush?: boolean;
  initialFocus?: RefObject<HTMLElement | null>;
  children: ReactNode;
};

/** A decision with consequences. Never over another dialog: a second step replaces the content. */
export function Dialog(props: DialogProps) {
  const {
    open,
    onOpenChange,
    title,
    subtitle,
    size = "md",
    footerNote,
    actions,
    flush = false,
    children,
  } = props;
  const closeByPerson = useBackToClose(open, () => onOpenChange(false));
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? onOpenChange(true) : closeByPerson())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-240 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          {...(props.initialFocus === undefined ? {} : { initialFocus: props.initialFocus })}
          className={cx(
            "fixed top-1/2 left-1/2 z-40 flex max-h-[calc(100dvh-48px)] max-w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 flex-col overflow-hidden rounded-dialog bg-raised shadow-dialog outline-none",
            "transition-[opacity,scale] duration-240 ease-out data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0",
            "max-md:top-auto max-md:bottom-0 max-md:left-0 max-md:max-h-[92dvh] max-md:w-full max-md:max-w-full max-md:translate-x-0 max-md:translate-y-0 max-md:rounded-b-none",
            WIDTHS[size],
          )}
        >
          <header className="flex shrink-0 items-center gap-3 px-5 pt-3.5 pb-2.5 max-md:px-4">
            <div className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2.5">
              <Base.Title className="text-15 font-semibold tracking-[-0.01em]">{title}</Base.Title>
              {subtitle !== undefined && <span className="text-ink-3">{subtitle}</span>}
            </div>
            <Base.Close
              render={
                <Button variant="ghost" size="sm" icon aria-label="Close" className="-mr-2">
                  <X strokeWidth={1.75} />
                </Button>
              }
            />
          </header>
          <div
            className={cx(
              "min-h-0 flex-1 overflow-y-auto",
              flush ? "border-t border-line" : "px-5 pb-4 max-md:px-4",
            )}
          >
            {children}
          </div>
          {(actions !== undefined || footerNote !== undefined) && (
            <footer className="flex shrink-0 flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3 max-md:px-4">
              {footerNote !== undefined && <p className="mr-auto min-w-0 text-ink-2">{footerNote}</p>}
              {actions}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** Closes the dialog or sheet around it; for the Cancel button. */
export function DialogClose({
  children,
  variant = "ghost",
}: {
  children: ReactNode;
  variant?: "ghost" | "outline";
}) {
  return <Base.Close render={<Button variant={variant}>{children}</Button>} />;
}
