import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

export type StatTileProps = {
  /** "4 h 18 min", "239 / min" */
  value: ReactNode;
  /** "left, ends about 13:22" */
  caption: ReactNode;
  className?: string;
};

/** A second-rank number with its meaning below. */
export function StatTile({ value, caption, className }: StatTileProps) {
  return (
    <div className={cx("min-w-16", className)}>
      <div className="text-15 leading-5 font-semibold tracking-[-0.01em]">{value}</div>
      <div className="text-12 text-ink-3">{caption}</div>
    </div>
  );
}

/** Tiles side by side, two columns on a phone. */
export function StatRow({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div
      className={cx(
        "flex flex-wrap gap-x-7 gap-y-2 max-md:grid max-md:grid-cols-2 max-md:gap-x-4",
        className,
      )}
    >
      {children}
    </div>
  );
}
