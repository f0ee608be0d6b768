"use client";

import { ArrowLeft, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useRef, type ReactNode } from "react";

import { Button } from "../ui/Button";

export type InspectorProps = {
  /** Glyph or icon before the title. */
  icon?: ReactNode;
  title: ReactNode;
  /** "1 of 12" */
  position?: ReactNode;
  /** Icon buttons before the cross: previous, next, look. */
  tools?: ReactNode;
  /** Where closing leads, as the opening is in the URL; or what to do. */
  close: string | (() => void);
  footer?: ReactNode;
  children: ReactNode;
};

/** Looks at one object while the list stays usable. Esc closes it. */
export function Inspector({ icon, title, position, tools, close, footer, children }: InspectorProps) {
  const router = useRouter();
  const box = useRef<HTMLElement>(null);
  const closePane = () => {
    const hadFocus = box.current?.contains(document.activeElement) ?? false;
    if (typeof close === "string") router.push(close, { scroll: false });
    else close();
    // Focus would fall to the body: give it back to the row that opened this.
    if (hadFocus) document.querySelector<HTMLElement>("[data-row-link][aria-current=true], #main")?.focus();
  };

  // External system: the keyboard. Dialogs and menus above use Esc first and mark it as used.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (
        document.querySelector(
          "[data-open]:is([role=dialog], [role=alertdialog], [role=menu], [role=listbox])",
        ) !== null
      )
        return;
      closePane();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });

  return (
    <aside ref={box} aria-label="Details" className="flex min-h-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4 max-lg:pl-2">
        <Button variant="ghost" icon aria-label="Back" onClick={closePane} className="lg:hidden">
          <ArrowLeft strokeWidth={1.75} />
        </Button>
        {icon}
        <h2 className="min-w-0 truncate text-[14px] font-semibold">{title}</h2>
        {position !== undefined && <span className="shrink-0 text-ink-3">{position}</span>}
        <div className="ml-auto flex shrink-0 items-center">
          {tools}
          <Button
            variant="ghost"
            size="sm"
            icon
            aria-label="Close panel"
            onClick={closePane}
            className="max-lg:hidden"
          >
            <X strokeWidth={1.75} />
          </Button>
        </div>
      </header>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">{children}</div>
      {footer !== undefined && (
        <footer className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line px-4 py-2.5">
          {footer}
        </footer>
      )}
    </aside>
  );
}

/** A part of an inspector, parted from the next by a hairline. */
export function InspectorSection({
  title,
  note,
  children,
}: {
  title?: ReactNode;
  note?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="border-b border-line px-4 py-3 last:border-b-0">
      {title !== undefined && (
        <div className="mb-2 flex items-baseline justify-between gap-2">
          <h3 className="font-semibold">{title}</h3>
          {note !== undefined && <span className="text-12 text-ink-3">{note}</span>}
        </div>
      )}
      {children}
    </section>
  );
}
