import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

import { StateGlyph } from "./StateGlyph";
import { STATE_LOOKS, type StateName, type StateTone } from "./words";

const PILL: Record<StateTone, string> = {
  wait: "bg-wait-soft text-wait-ink",
  run: "bg-run-soft text-run-ink",
  done: "bg-done-soft text-done-ink",
  fail: "bg-fail-soft text-fail-ink",
  warn: "bg-warn-soft text-warn-ink",
  stop: "bg-wait-soft text-ink-2",
};

export type StatePillProps = { state: StateName; children?: ReactNode; className?: string };

/** Beside a page title; in lists use `StateWord`. */
export function StatePill({ state, children, className }: StatePillProps) {
  const look = STATE_LOOKS[state];
  return (
    <span
      className={cx(
        "inline-flex h-6 items-center gap-1.5 rounded-full pr-2.5 pl-[7px] text-[12.5px] font-[550] whitespace-nowrap",
        PILL[look.tone],
        className,
      )}
    >
      <StateGlyph state={state} />
      {children ?? look.word}
    </span>
  );
}
