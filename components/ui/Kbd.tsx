import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

type Props = {
  children: ReactNode;
  /** solid: inside the solid button, where phones leave it out. */
  tone?: "plain" | "solid";
};

/** One key or chord: "Esc", "⌘K". */
export function Kbd({ children, tone = "plain" }: Props) {
  return (
    <kbd
      className={cx(
        "inline-block min-w-[18px] rounded-tag border px-1 text-center font-sans text-11 font-medium tracking-normal",
        tone === "plain"
          ? "border-line-2 bg-surface text-ink-3"
          : "border-current/35 opacity-80 max-md:hidden",
      )}
    >
      {children}
    </kbd>
  );
}
