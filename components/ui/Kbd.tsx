import type { ReactNode } from "react";

/** One key or chord: "Esc", "⌘K". */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-block min-w-[18px] rounded-tag border border-line-2 bg-surface px-1 text-center font-sans text-11 font-medium tracking-normal text-ink-3">
      {children}
    </kbd>
  );
}
