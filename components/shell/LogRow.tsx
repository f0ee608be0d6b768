import { cx } from "class-variance-authority";
import { ChevronRight } from "lucide-react";

import { ansiSpans, markHits } from "./log-ansi";
import type { LogItem, LogLevel } from "./log-lines";

const GROUND: Record<LogLevel, string> = {
  plain: "",
  trace: "",
  warning: "bg-warn-soft",
  error: "bg-fail-soft",
};
const INK: Record<LogLevel, string> = {
  plain: "",
  trace: "text-ink-3",
  warning: "",
  error: "font-[550] text-fail-ink",
};

type Props = {
  item: LogItem;
  query: string;
  wrap: boolean;
  /** The line of the current search hit or of the link. */
  isCurrent: boolean;
  onOpenFold: (from: number) => void;
};

/** One line of a log, or a folded stretch of it. */
export function LogRow({ item, query, wrap, isCurrent, onOpenFold }: Props) {
  if (item.kind === "fold") {
    return (
      <button
        type="button"
        onClick={() => onOpenFold(item.from)}
        className="grid w-full grid-cols-[48px_minmax(0,1fr)] text-left font-sans text-ink-3 outline-offset-[-2px] hover:bg-hover hover:text-ink"
      >
        <span className="flex items-center justify-end pr-3">
          <ChevronRight size={12} strokeWidth={1.75} aria-hidden="true" />
        </span>
        <span className="truncate">{item.summary}</span>
      </button>
    );
  }
  const { line } = item;
  return (
    <div
      id={`L${line.number}`}
      className={cx(
        "grid grid-cols-[48px_minmax(0,1fr)]",
        GROUND[line.level],
        isCurrent && "shadow-[inset_2px_0_var(--select)]",
        isCurrent && line.level !== "error" && line.level !== "warning" && "bg-select-soft",
      )}
    >
      <a
        href={`#L${line.number}`}
        aria-label={`Line ${line.number}`}
        tabIndex={-1}
        className="pr-3 text-right text-11 leading-[19px] text-ink-3 select-none hover:text-ink"
      >
        {line.number}
      </a>
      <span className={cx(wrap ? "pr-3 break-words whitespace-pre-wrap" : "whitespace-pre", INK[line.level])}>
        {markHits(ansiSpans(line.raw), query).map(({ span, hit }, index) =>
          hit ? (
            <mark key={index} className="rounded-[2px] bg-hit text-ink">
              {span.text}
            </mark>
          ) : (
            <span key={index} className={span.className}>
              {span.text}
            </span>
          ),
        )}
      </span>
    </div>
  );
}
