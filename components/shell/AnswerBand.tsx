import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

export type AnswerBandProps = {
  /** The one number of the page: "38,412". */
  number: ReactNode;
  /** What it counts, of what: "of 100,000 units ended in task 2". */
  children: ReactNode;
  /** `CountBar size="lg"`. */
  bar?: ReactNode;
  /** `CountLegend`. */
  legend?: ReactNode;
  /** `StatTile`s in a `StatRow`, at the right. */
  stats?: ReactNode;
  /** One `Callout`. */
  callout?: ReactNode;
  className?: string;
};

/** What state, how much is left, what needs me: the first 200 px of a page. */
export function AnswerBand({ number, children, bar, legend, stats, callout, className }: AnswerBandProps) {
  return (
    <div className={cx("shrink-0 px-(--gutter) pt-2.5 pb-3.5", className)}>
      <div className="grid items-end gap-x-10 gap-y-3.5 lg:grid-cols-[minmax(0,1fr)_auto]">
        <div className="min-w-0">
          <p className="flex items-baseline gap-1.5">
            <span className="text-28 font-semibold">{number}</span>
            <span className="text-15 text-ink-2">{children}</span>
          </p>
          {bar !== undefined && <div className="mt-2">{bar}</div>}
          {legend !== undefined && <div className="mt-[7px]">{legend}</div>}
        </div>
        {stats}
      </div>
      {callout !== undefined && <div className="mt-3.5">{callout}</div>}
    </div>
  );
}
