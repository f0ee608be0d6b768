import { cva, cx } from "class-variance-authority";
import type { ReactNode } from "react";

import { Glyph, type GlyphKind } from "./Glyph";

const callout = cva("flex gap-2.5 rounded-control px-3 py-[9px] text-13 leading-[18px]", {
  variants: {
    tone: {
      plain: "bg-sunken",
      info: "bg-run-soft",
      warn: "bg-warn-soft",
      fail: "bg-fail-soft",
      done: "bg-done-soft",
    },
  },
  defaultVariants: { tone: "plain" },
});

const ICON_INK = {
  plain: "text-ink-3",
  info: "text-run-ink",
  warn: "text-warn-ink",
  fail: "text-fail-ink",
  done: "text-done-ink",
} as const;
const GLYPHS: Partial<Record<keyof typeof ICON_INK, GlyphKind>> = {
  warn: "warn",
  fail: "fail",
  done: "done",
};

export type CalloutProps = {
  /** info: a fact to know · warn: stale, unknown, take care · fail: did not happen · done: ready. */
  tone?: keyof typeof ICON_INK;
  /** First sentence, bold. */
  title?: ReactNode;
  /** 14 px; the tone's glyph when missing, none for plain and info. */
  icon?: ReactNode;
  /** At the right, or below on a phone. */
  action?: ReactNode;
  children?: ReactNode;
  /** Read out when it appears. For failures that follow an action. */
  announce?: boolean;
  className?: string;
};

/** What happened, number, what to do (design.md §8). */
export function Callout({
  tone = "plain",
  title,
  icon,
  action,
  children,
  announce = false,
  className,
}: CalloutProps) {
  const glyph = GLYPHS[tone];
  const mark = icon ?? (glyph === undefined ? undefined : <Glyph kind={glyph} />);
  return (
    <div className={cx(callout({ tone }), className)} role={announce ? "alert" : undefined}>
      {mark !== undefined && (
        <span className={cx("mt-0.5 flex h-3.5 shrink-0 [&_svg]:size-3.5", ICON_INK[tone])}>{mark}</span>
      )}
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-48 flex-1 max-md:basis-full">
          {title !== undefined && <strong className="font-semibold">{title} </strong>}
          {children}
        </div>
        {action !== undefined && <div className="flex shrink-0 gap-2">{action}</div>}
      </div>
    </div>
  );
}
