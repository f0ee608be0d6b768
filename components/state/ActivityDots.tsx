import { cx } from "class-variance-authority";

export type DayState = "done" | "failed" | "running" | "none";

export type ActivityDotsProps = {
  /** One per day, oldest first, the last is today; usually 14. */
  days: readonly DayState[];
  className?: string;
};

const DOTS: Record<DayState, string> = {
  done: "rounded-full bg-done",
  failed: "rounded-[1px] bg-fail",
  running: "rounded-full border-2 border-run",
  none: "rounded-full border border-line-2",
};

/** Filled done, square failed, ring running, open none. */
export function ActivityDots({ days, className }: ActivityDotsProps) {
  const count = (state: DayState) => days.filter((day) => day === state).length;
  const label =
    `Last ${days.length} days: ${count("done")} with jobs done, ` +
    `${count("failed")} with failures, ${count("running")} running`;
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={cx("inline-flex items-center gap-[3px]", className)}
    >
      {days.map((day, index) => (
        // The position is the identity of a day in this strip.
        <span key={index} className={cx("size-[7px]", DOTS[day])} />
      ))}
    </span>
  );
}

/** What the dots mean, once above a table that has them. */
export function ActivityLegend({ days = 14 }: { days?: number }) {
  const entries: [DayState, string][] = [
    ["done", "done"],
    ["failed", "failed"],
    ["running", "running"],
    ["none", "no job"],
  ];
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3 text-12 text-ink-3">
      Last {days} days:
      {entries.map(([state, word]) => (
        <span key={state} className="inline-flex items-center gap-1.5">
          <span className={cx("size-[7px]", DOTS[state])} aria-hidden="true" />
          {word}
        </span>
      ))}
    </span>
  );
}
