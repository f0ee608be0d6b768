"use client";

import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

import { usePaneWidth } from "./use-pane-width";

export type SplitPaneProps = {
  /** Remembers the widths: one id per kind of page. */
  id: string;
  /** Left pane: facets, plates, a list of tasks. Scrolls by itself. */
  start?: ReactNode;
  startWidth?: number;
  startLabel?: string;
  /** The work area. A `DataTable` fills it; other content should bring `overflow-y-auto`. */
  children: ReactNode;
  /** An `Inspector`; null or undefined = closed. */
  inspector?: ReactNode;
  inspectorWidth?: number;
  /** Only beside the work area (from 1,180 px), never over it: for what nobody opened. */
  inspectorBesideOnly?: boolean;
  /** Under 900 px: both panes one below the other, or only one of them. */
  phone?: "stack" | "start" | "main";
  className?: string;
};

const HANDLE =
  "absolute inset-y-0 z-10 w-2 cursor-col-resize touch-none outline-offset-[-2px] after:absolute after:inset-y-0 after:w-px hover:after:bg-control focus-visible:after:bg-select max-lg:hidden";

/** Start | work area | inspector, parted by hairlines, resizable by pointer and arrow keys. */
export function SplitPane(props: SplitPaneProps) {
  const {
    id,
    start,
    startWidth = 240,
    startLabel = "Filters",
    inspector,
    inspectorWidth = 400,
    phone = "stack",
  } = props;
  const [leftWidth, restoreLeft, leftHandle] = usePaneWidth(`${id}:start`, startWidth, 180, 640, "right");
  const [rightWidth, restoreRight, rightHandle] = usePaneWidth(
    `${id}:inspector`,
    inspectorWidth,
    320,
    760,
    "left",
  );
  const hasInspector = inspector !== undefined && inspector !== null && inspector !== false;
  return (
    <div
      className={cx(
        "relative flex min-h-0 min-w-0 flex-1 max-lg:flex-none max-lg:flex-col lg:overflow-hidden",
        props.className,
      )}
    >
      {start !== undefined && (
        <div
          ref={restoreLeft}
          style={{ "--pane": `${leftWidth}px` } as Record<string, string>}
          className={cx(
            "relative min-w-0 shrink-0 max-lg:border-b max-lg:border-line lg:w-(--pane) lg:max-w-1/2 lg:border-r lg:border-line",
            phone === "main" && "max-lg:hidden",
          )}
        >
          <div className="h-full lg:overflow-y-auto">{start}</div>
          <div
            {...leftHandle}
            aria-label={`Width of ${startLabel}`}
            className={cx(HANDLE, "-right-1 after:left-[3px]")}
          />
        </div>
      )}
      <div
        className={cx(
          "flex min-h-0 min-w-0 flex-1 flex-col max-lg:flex-none",
          phone === "start" && "max-lg:hidden",
          // Beside another pane the work area begins closer to its edge.
          start !== undefined && "lg:[--gutter:14px]",
        )}
      >
        {props.children}
      </div>
      {hasInspector && (
        <div
          ref={restoreRight}
          style={{ "--pane": `${rightWidth}px` } as Record<string, string>}
          className={cx(
            "flex min-h-0 min-w-0 flex-col bg-surface",
            props.inspectorBesideOnly === true && "max-xl:hidden",
            "lg:relative lg:w-(--pane) lg:shrink-0 lg:border-l lg:border-line",
            "lg:max-xl:absolute lg:max-xl:inset-y-0 lg:max-xl:right-0 lg:max-xl:z-20 lg:max-xl:max-w-[calc(100%-48px)] lg:max-xl:shadow-dialog",
            "max-lg:fixed max-lg:inset-x-0 max-lg:top-(--topbar-h) max-lg:bottom-(--bottombar-h) max-lg:z-30",
          )}
        >
          <div
            {...rightHandle}
            aria-label="Width of the panel"
            className={cx(HANDLE, "-left-1 after:left-[3px]")}
          />
          {inspector}
        </div>
      )}
    </div>
  );
}
