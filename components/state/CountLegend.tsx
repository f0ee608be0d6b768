import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

import { formatCount } from "../ui/format";
import { StateGlyph } from "./StateGlyph";
import { waitingCount, type Counts } from "./count-bar";
import type { StateName } from "./words";

export type CountLegendProps = Counts & {
  /** After the numbers: "Tasks 5 and 6 did not start". */
  note?: ReactNode;
  /** Zero counts are left out; done and waiting can be kept. */
  showZero?: boolean;
  /** Where each number leads: any number that can be listed is a link. */
  href?: (state: "done" | "failed" | "stopped" | "running" | "waiting") => string;
  className?: string;
};

/** The words under a bar or plate: "38,397 done  15 failed  640 running  60,948 waiting". */
export function CountLegend({ note, showZero = false, href, className, ...counts }: CountLegendProps) {
  const entries = [
    { state: "done", count: counts.done ?? 0 },
    { state: "failed", count: counts.failed ?? 0 },
    { state: "stopped", count: counts.stopped ?? 0 },
    { state: "running", count: counts.running ?? 0 },
    { state: "waiting", count: waitingCount(counts) },
  ] as const satisfies readonly { state: StateName; count: number }[];
  const shown = entries.filter((entry) => entry.count > 0 || (showZero && entry.state !== "stopped"));
  return (
    <ul className={cx("flex flex-wrap items-center gap-x-3.5 gap-y-1 text-12 text-ink-2", className)}>
      {shown.map(({ state, count }) => {
        const text = (
          <>
            <StateGlyph state={state} size={12} />
            {formatCount(count)} {state}
          </>
        );
        return (
          <li key={state} className="inline-flex items-center gap-1.5 whitespace-nowrap">
            {href === undefined ? (
              text
            ) : (
              <a
                href={href(state)}
                className="inline-flex items-center gap-1.5 hover:text-ink hover:underline"
              >
                {text}
              </a>
            )}
          </li>
        );
      })}
      {note !== undefined && <li className="text-ink-3">{note}</li>}
    </ul>
  );
}
