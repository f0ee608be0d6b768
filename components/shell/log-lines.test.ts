import { describe, expect, it } from "vitest";

import { ansiSpans, markHits } from "./log-ansi";
import { foldLog, parseLog } from "./log-lines";

const TRACE = [
  "08:12:41  WARNING omero metadata has no window for",
  "           channel 2, using 0 to 65535",
  "08:12:42  ready",
  "Traceback (most recent call last):",
  '  File "task.py", line 241, in main',
  "    run()",
  "ValueError: no channel labelled 'DAPI'",
  "           labels are: 'Hoechst', 'GFP', 'Cy5'",
  "08:12:47  exit code 1",
  "",
].join("\n");

describe("parseLog", () => {
  it("names warnings with their continuation, frames, and the exception with its", () => {
    expect(parseLog(TRACE).map((line) => line.level)).toEqual([
      "warning",
      "warning",
      "plain",
      "trace",
      "trace",
      "trace",
      "error",
      "error",
      "plain",
    ]);
  });
  it("ends a traceback at any first line at the margin, whatever the exception is called", () => {
    const lines = parseLog('Traceback (most recent call last):\n  File "a", line 1\npkg.Oops: no\nnext\n');
    expect(lines.map((line) => line.level)).toEqual(["trace", "trace", "error", "plain"]);
  });
  it("counts a warning or exception once, however many lines it has", () => {
    const starts = parseLog(TRACE).filter(
      (line) => line.isStart && line.level !== "plain" && line.level !== "trace",
    );
    expect(starts.map((line) => line.number)).toEqual([1, 7]);
  });
  it("keeps the last version of a line that a progress bar rewrote", () => {
    expect(parseLog("10 %\r50 %\r100 %\r\n")[0]?.text).toBe("100 %");
  });
  it("reads no line in an empty log", () => {
    expect(parseLog("")).toEqual([]);
  });
});

describe("foldLog", () => {
  const repeats = Array.from({ length: 30 }, (_, at) => `08:12:42 reading region ${at}`).join("\n");
  const frames = Array.from(
    { length: 4 },
    (_, at) => `  File "/venv/site-packages/dask/core.py", line ${at}\n    get()`,
  );

  it("folds long repeats and frames inside packages into one sentence each", () => {
    const items = foldLog(
      parseLog(`${repeats}\nTraceback (most recent call last):\n${frames.join("\n")}\nKeyError: 1\n`),
      new Set(),
    );
    expect(items.map((item) => (item.kind === "fold" ? item.summary : item.line.text))).toEqual([
      "30 lines, reading region 0",
      "Traceback (most recent call last):",
      "8 lines inside packages",
      "KeyError: 1",
    ]);
  });
  it("loses no line: folds and lines together are the log", () => {
    const lines = parseLog(`${repeats}\nend\n`);
    const all = foldLog(lines, new Set()).flatMap((item) =>
      item.kind === "fold" ? item.lines : [item.line],
    );
    expect(all).toEqual(lines);
  });
  it("shows what the reader opened", () => {
    expect(foldLog(parseLog(repeats), new Set([1]))).toHaveLength(30);
  });
});

describe("colours and hits", () => {
  it("maps terminal colours to tokens and drops other codes", () => {
    expect(ansiSpans("a \u001b[1;31mred\u001b[0m\u001b[2K b")).toEqual([
      { text: "a ", className: "" },
      { text: "red", className: "text-fail-ink font-semibold" },
      { text: " b", className: "" },
    ]);
  });
  it("finds hits across spans, ignoring case", () => {
    const pieces = markHits(
      [
        { text: "chan", className: "x" },
        { text: "nels", className: "" },
      ],
      "CHANNEL",
    );
    expect(pieces.map(({ span, hit }) => [span.text, hit])).toEqual([
      ["chan", true],
      ["nel", true],
      ["s", false],
    ]);
  });
});
