import type { ReactNode } from "react";

import { Glyph } from "./Glyph";

export type ErrorStateProps = {
  /** What did not happen: "The units could not be loaded." */
  title: ReactNode;
  /** Why, and what is kept. */
  children?: ReactNode;
  /** Try again, or the way out. */
  action?: ReactNode;
};

/** Inside the pane that failed; the rest of the page works on. */
export function ErrorState({ title, children, action }: ErrorStateProps) {
  return (
    <div role="alert" className="flex gap-2.5 rounded-control bg-fail-soft px-3 py-[9px]">
      <Glyph kind="fail" className="mt-[3px]" />
      <div className="min-w-0">
        <p className="font-semibold">{title}</p>
        {children !== undefined && <div className="break-words">{children}</div>}
        {action !== undefined && <div className="mt-2 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  );
}
