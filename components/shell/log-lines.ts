/** What the lines of a task's log mean. Pure. */

export type LogLevel = "plain" | "warning" | "error" | "trace";

export type LogLine = {
  /** From 1, as in the file. */
  number: number;
  /** As written, with ANSI colour codes; of a line rewritten with carriage returns the last version. */
  raw: string;
  /** Without codes: for search and copy. */
  text: string;
  level: LogLevel;
  /** False for the further lines of a warning or exception: they are not counted again. */
  isStart: boolean;
};

/** Colour and cursor codes of terminals (ECMA-48 CSI sequences). */
const ANSI = new RegExp("\\u001b\\[[0-9;?]*[A-Za-z]", "g");
const TRACEBACK = /^\s*(?:\S+\s+)*Traceback \(most recent call last\):/;
const EXCEPTION = /^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Fault|Warning)\b(?::|$)/;
const ERROR_WORD = /\b(?:ERROR|CRITICAL|FATAL)\b/;
const WARNING_WORD = /\bwarn(?:ing)?\b/i;

export function stripAnsi(text: string): string {
  return text.replace(ANSI, "");
}

/**
 * Splits a log and names each line: warnings (the word *warning*, and their indented continuation), tracebacks
 * (dim), exceptions and ERROR lines (errors, with the indented lines that belong to an exception).
 *
 * @returns one entry per line in order; a final empty line is left out
 */
export function parseLog(text: string): LogLine[] {
  const rows = text.split("\n");
  if (rows.at(-1) === "") rows.pop();
  let isInTraceback = false;
  let previous: LogLevel = "plain";
  return rows.map((row, index) => {
    const raw = lastRewrite(row);
    const clean = stripAnsi(raw);
    const isIndented = /^\s/.test(clean) || clean === "";
    let level: LogLevel;
    let isStart = true;
    if (TRACEBACK.test(clean)) {
      isInTraceback = true;
      level = "trace";
    } else if (isInTraceback && isIndented) {
      level = "trace";
    } else if (EXCEPTION.test(clean) || isInTraceback) {
      // The first line at the margin after the frames is the exception, whatever its name.
      isInTraceback = false;
      level = "error";
    } else if (isIndented && clean !== "" && (previous === "warning" || previous === "error")) {
      level = previous;
      isStart = false;
    } else if (ERROR_WORD.test(clean)) {
      level = "error";
    } else {
      level = WARNING_WORD.test(clean) ? "warning" : "plain";
    }
    previous = level;
    return { number: index + 1, raw, text: clean, level, isStart };
  });
}

export type LogItem =
  | { kind: "line"; line: LogLine }
  | { kind: "fold"; from: number; lines: readonly LogLine[]; summary: string };

const MIN_PACKAGE_FOLD = 4;
const MIN_REPEAT_FOLD = 20;
const SUMMARY_LENGTH = 60;

/**
 * Folds what nobody reads: frames inside installed packages (from 4 lines) and long repeats of the same
 * sentence with other numbers (from 20 lines), each into one sentence.
 *
 * @param open first line numbers of folds that the reader has opened
 */
export function foldLog(lines: readonly LogLine[], open: ReadonlySet<number>): LogItem[] {
  const items: LogItem[] = [];
  let at = 0;
  while (at < lines.length) {
    const run = packageRun(lines, at) ?? repeatRun(lines, at);
    const first = lines[at];
    if (first === undefined) break;
    if (run !== null && !open.has(first.number)) {
      items.push({ kind: "fold", from: first.number, lines: lines.slice(at, run.end), summary: run.summary });
      at = run.end;
    } else {
      const end = run?.end ?? at + 1;
      for (const line of lines.slice(at, end)) items.push({ kind: "line", line });
      at = end;
    }
  }
  return items;
}

type Run = { end: number; summary: string };

function packageRun(lines: readonly LogLine[], start: number): Run | null {
  let end = start;
  // A frame is its "File" line and what is indented below it.
  let isInPackage = false;
  for (; end < lines.length; end += 1) {
    const line = lines[end];
    if (line?.level !== "trace") break;
    if (/^\s*File "/.test(line.text)) isInPackage = /[/\\](?:site|dist)-packages[/\\]/.test(line.text);
    if (!isInPackage) break;
  }
  const count = end - start;
  return count < MIN_PACKAGE_FOLD ? null : { end, summary: `${count} lines inside packages` };
}

function repeatRun(lines: readonly LogLine[], start: number): Run | null {
  const first = lines[start];
  if (first === undefined || first.level !== "plain" || first.text.trim() === "") return null;
  const pattern = template(first.text);
  let end = start + 1;
  while (end < lines.length && lines[end]?.level === "plain" && template(lines[end]?.text ?? "") === pattern)
    end += 1;
  const count = end - start;
  if (count < MIN_REPEAT_FOLD) return null;
  // The time of the first line is not the time of the others.
  const said = first.text.replace(/^\s*[\d:.,TZ+-]*\d[\d:.,TZ+-]*\s+/, "").trim();
  return {
    end,
    summary: `${count} lines, ${said.length > SUMMARY_LENGTH ? `${said.slice(0, SUMMARY_LENGTH)}…` : said}`,
  };
}

function template(text: string): string {
  return text.replace(/\d+(?:\.\d+)?/g, "#");
}

function lastRewrite(row: string): string {
  const line = row.endsWith("\r") ? row.slice(0, -1) : row;
  const at = line.lastIndexOf("\r");
  return at < 0 ? line : line.slice(at + 1);
}
