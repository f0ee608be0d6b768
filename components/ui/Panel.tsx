import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

export type PanelProps = {
  title?: ReactNode;
  /** Number beside the title. */
  count?: ReactNode;
  /** At the right of the head: a link or small button. */
  action?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** A self-contained card. Never inside another; sections of a page are separated by hairlines instead. */
export function Panel({ title, count, action, className, children }: PanelProps) {
  return (
    <section className={cx("min-w-0 rounded-panel border border-line bg-surface", className)}>
      {title !== undefined && (
        <header className="flex h-10 items-center gap-2 border-b border-line px-3.5">
          <h2 className="truncate font-semibold">{title}</h2>
          {count !== undefined && <span className="text-ink-3">{count}</span>}
          {action !== undefined && <div className="ml-auto text-12">{action}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
