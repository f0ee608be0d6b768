"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { cx } from "class-variance-authority";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";

import { KeyValues, type KeyValue } from "../ui/KeyValues";
import { SkeletonLines } from "../ui/Skeleton";
import { LogFooter } from "./LogFooter";
import { LogRow } from "./LogRow";
import { LogToolbar } from "./LogToolbar";
import { itemIndexOf, nextLine, useLogSearch } from "./use-log-search";

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
  /** Where the whole log is, when `text` is only a part of it. */
  downloadHref?: string;
  /** In the footer: "head and tail kept, 12 MB cut". */
  note?: ReactNode;
  /** Tells two logs on one page apart. */
  label?: string;
  className?: string;
};

/** Log with search, levels, folds and following (design.md §6). Keys inside: `N` next hit, `E` next error. */
export function LogViewer(props: LogViewerProps) {
  const { state = "ready" } = props;
  const text = typeof props.text === "string" ? props.text : props.text.join("");
  return (
    <div className={cx("flex min-h-0 min-w-0 flex-1 flex-col", props.className)}>
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
        <LogBody {...props} text={text} />
      )}
    </div>
  );
}

function LogBody(props: LogViewerProps & { text: string }) {
  const { text, following = false, initialLine, fileName = "log.txt" } = props;
  const log = useLogSearch(text);
  const { lines, items, hitLines, errorLines } = log;
  const [wrap, setWrap] = useState(false);
  const [currentLine, setCurrentLine] = useState<number | null>(initialLine ?? null);
  /** How many lines there were when the reader left the end; null = at the end. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const shownLines = useRef(0);

  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
    initialRect: { width: 0, height: 600 },
  });
  const showEnd = () => virtualizer.scrollToIndex(items.length - 1, { align: "end" });
  const showLine = (number: number) => {
    const at = itemIndexOf(items, number);
    if (at >= 0) virtualizer.scrollToIndex(at, { align: "center" });
  };

  // External system: the scroll position. Opens at the link, the error or the end, then follows the end.
  // Only growth moves the reader, not a search or an opened fold.
  useEffect(() => {
    if (lines.length <= shownLines.current) return;
    const isOpening = shownLines.current === 0;
    shownLines.current = lines.length;
    const target = initialLine ?? (following ? undefined : errorLines[0]);
    if (isOpening && target !== undefined) showLine(target);
    else if (isOpening || (following && leftAt === null)) showEnd();
  });

  const step = (targets: readonly number[], direction: 1 | -1) => {
    const next = nextLine(targets, currentLine ?? 0, direction);
    if (next === undefined) return;
    setCurrentLine(next);
    setLeftAt(lines.length);
    showLine(next);
  };
  const onScroll = () => {
    const element = box.current;
    if (element === null || !following) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_SLACK_PX;
    setLeftAt((old) => (isAtEnd ? null : (old ?? lines.length)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const targets = { n: hitLines, e: errorLines }[event.key.toLowerCase()];
    if (targets === undefined) return;
    step(targets, event.shiftKey ? -1 : 1);
    event.preventDefault();
  };

  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      <LogToolbar
        query={log.query}
        onQueryChange={log.setQuery}
        hits={hitLines.length}
        hit={currentLine === null ? 0 : hitLines.indexOf(currentLine) + 1}
        onStep={(direction) => step(hitLines, direction)}
        filter={log.filter}
        onFilterChange={log.setFilter}
        warnings={log.warningCount}
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
        aria-label={props.label ?? "Log"}
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
                className={cx("absolute top-0 left-0", wrap ? "w-full" : "min-w-full")}
                style={{ transform: `translateY(${row.start}px)`, ...(wrap ? {} : { height: LINE_PX }) }}
              >
                <LogRow
                  item={item}
                  query={log.query}
                  wrap={wrap}
                  isCurrent={item.kind === "line" && item.line.number === currentLine}
                  onOpenFold={log.openFold}
                />
              </div>
            );
          })}
        </div>
        {items.length === 0 && (
          <p className="px-4 py-2 font-sans text-ink-3">
            {lines.length > 0 ? "No such lines." : following ? "No output yet." : "No output was written."}
          </p>
        )}
      </div>
      <LogFooter
        lines={lines.length}
        following={following}
        leftAt={leftAt}
        note={props.note}
        onJump={() => {
          setLeftAt(null);
          showEnd();
        }}
      />
    </div>
  );
}
