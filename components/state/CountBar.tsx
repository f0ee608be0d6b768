import { cx } from "class-variance-authority";

import { barParts, countSentence, type BarPart, type Counts } from "./count-bar";

const FILL: Record<BarPart["part"], string> = {
  done: "bg-done",
  failed: "min-w-[3px] bg-fail shadow-[-1px_0_var(--surface),1px_0_var(--surface)]",
  stopped: "min-w-[2px] bg-ink-3",
  running: "stripes-run",
};

export type CountBarProps = Counts & {
  /** lg: 10 px, in the answer band. */
  size?: "md" | "lg";
  /** Plural for the sentence: "units", "images". */
  noun?: string;
  /** The same numbers stand beside it in words: then the bar is not read twice. */
  decorative?: boolean;
  className?: string;
};

/** Done, failed, running (striped), rest empty; widths by count, a failed part at least 3 px. */
export function CountBar({
  size = "md",
  noun = "units",
  decorative = false,
  className,
  ...counts
}: CountBarProps) {
  const naming = decorative
    ? { "aria-hidden": true as const }
    : { role: "img", "aria-label": countSentence(counts, noun) };
  return (
    <div
      {...naming}
      className={cx(
        "relative flex w-full overflow-hidden rounded-full bg-wait-soft after:absolute after:inset-0 after:rounded-full after:shadow-[inset_0_0_0_1px_var(--line)]",
        size === "lg" ? "h-2.5" : "h-1.5",
        className,
      )}
    >
      {barParts(counts).map(({ part, percent }) => (
        <div
          key={part}
          className={cx(
            "relative z-1 h-full shrink-0 transition-[width] duration-160 ease-linear",
            FILL[part],
          )}
          style={{ width: `${percent}%` }}
        />
      ))}
    </div>
  );
}
