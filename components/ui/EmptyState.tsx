import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

export type EmptyStateProps = {
  /** What belongs here: "No images yet". For a filter: "0 of 3,072 images match plate P003." */
  title: ReactNode;
  /** How it gets here. */
  children?: ReactNode;
  /** One button, at most a ghost beside it. For a filter: remove the narrowest. */
  action?: ReactNode;
  /** Inside a table or pane that has its own edge. */
  bare?: boolean;
  className?: string;
};

export function EmptyState({ title, children, action, bare = false, className }: EmptyStateProps) {
  return (
    <div
      className={cx(
        "flex flex-col items-start gap-2 p-5",
        !bare && "rounded-panel border border-line",
        className,
      )}
    >
      <p className="font-semibold">{title}</p>
      {children !== undefined && <div className="max-w-prose text-ink-2">{children}</div>}
      {action !== undefined && <div className="flex flex-wrap items-center gap-2">{action}</div>}
    </div>
  );
}
