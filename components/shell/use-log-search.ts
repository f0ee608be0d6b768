"use client";

import { useMemo, useState } from "react";

import { foldLog, parseLog, type LogItem, type LogLine } from "./log-lines";
import type { LogFilter } from "./LogToolbar";

/** What is drawn of a log: its lines, found hits, counted levels, folds that are open. */
export function useLogSearch(text: string) {
  const [query, setQuery] = useState("");
  const [filter, setFilter] = useState<LogFilter>("all");
  const [openFolds, setOpenFolds] = useState<ReadonlySet<number>>(new Set());

  // Measured: parsing and folding 5 MB takes 150 to 200 ms, too much for each key press in the search field.
  const { lines, errorLines, warningCount } = useMemo(() => {
    const parsed = parseLog(text);
    return {
      lines: parsed,
      errorLines: numbersOf(parsed, (line) => line.level === "error" && line.isStart),
      warningCount: parsed.reduce((sum, line) => sum + (line.level === "warning" && line.isStart ? 1 : 0), 0),
    };
  }, [text]);

  const items = useMemo<LogItem[]>(() => {
    if (filter !== "all") {
      const level = filter === "errors" ? "error" : "warning";
      return asItems(lines.filter((line) => line.level === level));
    }
    // Hits inside folds must be seen.
    return query === "" ? foldLog(lines, openFolds) : asItems(lines);
  }, [lines, filter, query, openFolds]);

  const hitLines = useMemo(() => {
    const needle = query.toLowerCase();
    return needle === "" ? [] : numbersOf(lines, (line) => line.text.toLowerCase().includes(needle));
  }, [lines, query]);

  const openFold = (from: number) => setOpenFolds(new Set([...openFolds, from]));
  return { lines, items, hitLines, errorLines, warningCount, query, setQuery, filter, setFilter, openFold };
}

function numbersOf(lines: readonly LogLine[], isWanted: (line: LogLine) => boolean): number[] {
  return lines.filter(isWanted).map((line) => line.number);
}

function asItems(lines: readonly LogLine[]): LogItem[] {
  return lines.map((line) => ({ kind: "line", line }));
}

/** The next wanted line after (or before) `from`, going round at the ends; undefined when there is none. */
export function nextLine(targets: readonly number[], from: number, direction: 1 | -1): number | undefined {
  return direction === 1
    ? (targets.find((number) => number > from) ?? targets[0])
    : (targets.findLast((number) => number < from) ?? targets.at(-1));
}

/** Index of the item that shows a line, also when it is folded away; -1 when the filter hides all after it. */
export function itemIndexOf(items: readonly LogItem[], number: number): number {
  return items.findIndex((item) =>
    item.kind === "line" ? item.line.number >= number : item.from + item.lines.length > number,
  );
}
