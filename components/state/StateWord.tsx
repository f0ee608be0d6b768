import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

import { StateGlyph } from "./StateGlyph";
import { STATE_LOOKS, type StateName, type StateTone } from "./words";

const WORD_INK: Record<StateTone, string> = {
  wait: "text-ink-3",
  run: "text-run-ink",
  done: "text-ink-2",
  fail: "text-fail-ink",
  warn: "text-warn-ink",
  stop: "text-ink",
};

export type StateWordProps = {
  state: StateName;
  /** Instead of the catalogue's word: a cause, "Running, 38 %", "Stopped by you". */
  children?: ReactNode;
  still?: boolean;
  className?: string;
};

/** Glyph and word: the form of a state in tables and lists. */
export function StateWord({ state, children, still = false, className }: StateWordProps) {
  const look = STATE_LOOKS[state];
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 align-top whitespace-nowrap",
        WORD_INK[look.tone],
        className,
      )}
    >
      <StateGlyph state={state} still={still} />
      {children ?? look.word}
    </span>
  );
}
