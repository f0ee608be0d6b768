import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

/** Outlines of design.md §2.2. Each differs in shape, not only in colour. */
export const GLYPH_KINDS = [
  "wait",
  "queue",
  "run",
  "done",
  "fail",
  "stop",
  "skip",
  "warn",
  "unknown",
] as const;
export type GlyphKind = (typeof GLYPH_KINDS)[number];

const STROKE = { fill: "none", strokeLinecap: "round", strokeLinejoin: "round" } as const;

const SHAPES: Record<GlyphKind, ReactNode> = {
  wait: <circle cx="7" cy="7" r="5.4" className="stroke-control" strokeWidth="1.5" {...STROKE} />,
  queue: (
    <g className="stroke-control" {...STROKE}>
      <circle cx="7" cy="7" r="5.4" strokeWidth="1.5" />
      <path d="M7 4v3.2l2 1.3" strokeWidth="1.4" />
    </g>
  ),
  run: (
    <g className="stroke-run" {...STROKE}>
      <circle cx="7" cy="7" r="5.2" strokeOpacity=".35" strokeWidth="1.7" />
      <path d="M7 1.8a5.2 5.2 0 1 1-4.5 7.8" strokeWidth="1.9" />
    </g>
  ),
  done: (
    <>
      <circle cx="7" cy="7" r="6" className="fill-done" />
      <path d="M4.2 7.2l2 2 3.7-4.2" className="stroke-surface" strokeWidth="1.6" {...STROKE} />
    </>
  ),
  fail: (
    <>
      <path d="M4.4.9h5.2l3.5 3.5v5.2l-3.5 3.5H4.4L.9 9.6V4.4z" className="fill-fail" />
      <path d="M4.9 4.9l4.2 4.2M9.1 4.9L4.9 9.1" className="stroke-surface" strokeWidth="1.7" {...STROKE} />
    </>
  ),
  stop: (
    <>
      <circle cx="7" cy="7" r="6" className="fill-ink-3" />
      <rect x="4.8" y="4.8" width="4.4" height="4.4" rx=".6" className="fill-surface" />
    </>
  ),
  skip: (
    <g className="stroke-control" {...STROKE}>
      <circle cx="7" cy="7" r="5.4" strokeWidth="1.4" strokeDasharray="2.2 2.1" strokeLinecap="butt" />
      <path d="M4.6 7h4.8" strokeWidth="1.5" />
    </g>
  ),
  warn: (
    <>
      <path d="M7 1.2l6.2 11H.8z" className="fill-warn stroke-warn" strokeWidth="1" strokeLinejoin="round" />
      <path d="M7 5v3.3M7 10.3v.1" className="stroke-on-warn" strokeWidth="1.5" {...STROKE} />
    </>
  ),
  // A path and not a letter: text would take the font of its surroundings.
  unknown: (
    <g className="stroke-warn-ink" {...STROKE}>
      <circle cx="7" cy="7" r="5.4" strokeWidth="1.4" strokeDasharray="2.2 2.1" strokeLinecap="butt" />
      <path d="M5.6 5.7a1.45 1.45 0 1 1 2.1 1.3c-.5.25-.7.5-.7 1M7 9.9v.1" strokeWidth="1.3" />
    </g>
  ),
};

export type GlyphProps = {
  kind: GlyphKind;
  /** Pixels; 14 beside 13 px text, 11 or 12 in legends. */
  size?: number;
  /** The running glyph turns; off when more than 30 of them are on the page. */
  still?: boolean;
  className?: string | undefined;
};

/** Decoration: hidden from screen readers, so the word must stand beside it. */
export function Glyph({ kind, size = 14, still = false, className }: GlyphProps) {
  return (
    <svg
      viewBox="0 0 14 14"
      width={size}
      height={size}
      aria-hidden="true"
      className={cx("inline-block shrink-0", kind === "run" && !still && "animate-turn", className)}
    >
      {SHAPES[kind]}
    </svg>
  );
}
