"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { cx } from "class-variance-authority";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { Button } from "../ui/Button";
import { formatCount, formatNoun } from "../ui/format";
import { Kbd } from "../ui/Kbd";
import { KeyValues, type KeyValue } from "../ui/KeyValues";
import { SkeletonLines } from "../ui/Skeleton";
import { foldLog, parseLog, type LogItem } from "./log-lines";
import { LogRow } from "./LogRow";
import { LogToolbar, type LogFilter } from "./LogToolbar";
import { LiveMark } from "./TopBar";

const LINE_PX = 19;
/** This near to the end counts as being at the end. */
const END_SLACK_PX = 24;

export type LogViewerProps = {
  /** What is known so far, whole or in chunks; it may only grow at its end. */
  text: string | readonly string[];
  /** The writer still runs: stays at the end until the reader scrolls up. */
  following?: boolean;
  state?: "ready" | "loading" | "gone";
  /** For `gone`: why (rotated, folder removed, never started), and what can be done. */
  goneReason?: ReactNode;
  /** The chain: image, unit and attempt, batch and SLURM job, node, times, exit code, used of asked. */
  facts?: readonly KeyValue[];
  /** Opened by a link `#L210`; otherwise at the first error, else at the end. */
  initialLine?: number;
  fileName?: string;
  downloadHref?: string;
  /** In the footer: "head and tail kept, 12 MB cut". */
  note?: ReactNode;
  className?: string;
};

/** Log with search, levels, folds and following (design.md §6). Keys inside: `N` next hit, `E` next error. */
export function LogViewer(props: LogViewerProps) {
  const { following = false, state = "ready", initialLine, fileName = "log.txt" } = props;
  const text = typeof props.text === "string" ? props.text : props.text.join("");
  const [query, setQuery] = useState("");
  const [filter, setFilter] = useState<LogFilter>("all");
  const [wrap, setWrap] = useState(false);
  const [openFolds, setOpenFolds] = useState<ReadonlySet<number>>(new Set());
  const [currentLine, setCurrentLine] = useState<number | null>(initialLine ?? null);
  /** Lines at the moment the reader left the end; null = at the end. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const isOpened = useRef(false);

  // Measured: parsing 5 MB takes about 60 ms, too much for each key press in the search field.
  const lines = useMemo(() => parseLog(text), [text]);
  const items = useMemo<LogItem[]>(() => {
    if (filter !== "all") {
      const level = filter === "errors" ? "error" : "warning";
      return lines.filter((line) => line.level === level).map((line) => ({ kind: "line", line }));
    }
    // Hits inside folds must be seen.
    return query === "" ? foldLog(lines, openFolds) : lines.map((line) => ({ kind: "line", line }));
  }, [lines, filter, query, openFolds]);
  const hitLines = useMemo(() => {
    const needle = query.toLowerCase();
    return needle === "" ? [] : lines.filter((line) => line.text.toLowerCase().includes(needle)).map((line) => line.number);
  }, [lines, query]);
  const errorLines = lines.filter((line) => line.level === "error").map((line) => line.number);
  const warningCount = lines.reduce((sum, line) => sum + (line.level === "warning" ? 1 : 0), 0);

  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
    initialRect: { width: 0, height: 600 },
  });

  const showLine = (number: number) => {
    const at = items.findIndex((item) =>
      item.kind === "line" ? item.line.number >= number : item.from + item.lines.length > number,
    );
    if (at >= 0) virtualizer.scrollToIndex(at, { align: "center" });
  };
  const step = (targets: readonly number[], direction: 1 | -1) => {
    const from = currentLine ?? 0;
    const next =
      direction === 1
        ? (targets.find((number) => number > from) ?? targets[0])
        : (targets.findLast((number) => number < from) ?? targets.at(-1));
    if (next === undefined) return;
    setCurrentLine(next);
    setLeftAt(lines.length);
    showLine(next);
  };

  // External system: the scroll position. Opens at the link, the error or the end, then follows the end.
  useEffect(() => {
    if (items.length === 0) return;
    if (!isOpened.current) {
      isOpened.current = true;
      const target = initialLine ?? (following ? undefined : errorLines[0]);
      if (target !== undefined) {
        showLine(target);
        return;
      }
      virtualizer.scrollToIndex(items.length - 1, { align: "end" });
    } else if (following && leftAt === null) virtualizer.scrollToIndex(items.length - 1, { align: "end" });
    // Only growth moves the reader, not a search or an opened fold.
  }, [lines.length]); // eslint-disable-line

  const onScroll = () => {
    const element = box.current;
    if (element === null || !following) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_SLACK_PX;
    if (isAtEnd) setLeftAt(null);
    else setLeftAt((old) => old ?? lines.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n" || event.key === "N") step(hitLines, event.shiftKey ? -1 : 1);
    else if (event.key === "e" || event.key === "E") step(errorLines, event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  };

  const newLines = leftAt === null ? 0 : lines.length - leftAt;
  return (
    <div className={cx("flex min-h-0 min-w-0 flex-1 flex-col", props.className)} onKeyDown={onKeyDown}>
      {props.facts !== undefined && props.facts.length > 0 && (
        <KeyValues facts={props.facts} className="shrink-0 border-b border-line px-4 py-3" />
      )}
      {state === "gone" ? (
        <p className="p-4 text-ink-2">{props.goneReason ?? "This log is gone."}</p>
      ) : state === "loading" && text === "" ? (
        <div className="px-4 py-3">
          <SkeletonLines lines={6} label="Loading log" />
        </div>
      ) : (
        <>
          <LogToolbar
            query={query}
            onQueryChange={setQuery}
            hits={hitLines.length}
            hit={currentLine === null ? 0 : hitLines.indexOf(currentLine) + 1}
            onStep={(direction) => step(hitLines, direction)}
            filter={filter}
            onFilterChange={setFilter}
            warnings={warningCount}
            errors={errorLines.length}
            wrap={wrap}
            onWrapChange={setWrap}
            text={text}
            fileName={fileName}
            downloadHref={props.downloadHref}
          />
          <div
            ref={box}
            role="region"
            aria-label="Log"
            tabIndex={0}
            onScroll={onScroll}
            className="relative min-h-40 flex-1 overflow-auto font-mono text-[12px] leading-[19px] tracking-[-0.01em] outline-offset-[-2px] max-lg:max-h-[70dvh]"
          >
            <div
              className={cx("relative", !wrap && "w-max min-w-full")}
              style={{ height: virtualizer.getTotalSize() }}
            >
              {virtualizer.getVirtualItems().map((row) => {
                const item = items[row.index];
                if (item === undefined) return null;
                return (
                  <div
                    key={row.key}
                    data-index={row.index}
                    ref={wrap ? virtualizer.measureElement : undefined}
                    className={cx("top-0 left-0", wrap ? "absolute w-full" : "absolute min-w-full")}
                    style={{ transform: `translateY(${row.start}px)`, ...(wrap ? {} : { height: LINE_PX }) }}
                  >
                    <LogRow
                      item={item}
                      query={query}
                      wrap={wrap}
                      isCurrent={item.kind === "line" && item.line.number === currentLine}
                      onOpenFold={(from) => setOpenFolds(new Set([...openFolds, from]))}
                    />
                  </div>
                );
              })}
            </div>
            {lines.length === 0 && <p className="px-4 py-2 font-sans text-ink-3">No output {following ? "yet" : "was written"}.</p>}
          </div>
          <div className="flex h-8 shrink-0 items-center justify-between gap-3 border-t border-line px-4 text-12 text-ink-3">
            <span className="flex min-w-0 items-center gap-3 truncate">
              {formatNoun(lines.length, "line")}
              {following ? leftAt === null ? <LiveMark>following</LiveMark> : ", paused" : ", ended"}
              {props.note !== undefined && <span className="truncate">{props.note}</span>}
            </span>
            {following && leftAt !== null ? (
              <Button
                size="sm"
                onClick={() => {
                  setLeftAt(null);
                  virtualizer.scrollToIndex(items.length - 1, { align: "end" });
                }}
              >
                Jump to end{newLines > 0 && `, ${formatCount(newLines)} new lines`}
              </Button>
            ) : (
              <span className="flex items-center gap-1 max-lg:hidden">
                <Kbd>N</Kbd> next hit <Kbd>E</Kbd> next error
              </span>
            )}
          </div>
        </>
      )}
    </div>
  );
}
