/** Terminal colours as tokens (design.md §6). Pure. */

export type LogSpan = { text: string; className: string };

const FOREGROUND: Record<number, string> = {
  30: "text-ink-3",
  31: "text-fail-ink",
  32: "text-done-ink",
  33: "text-warn-ink",
  34: "text-run-ink",
  35: "text-select-ink",
  36: "text-done-ink",
  37: "text-ink-2",
  90: "text-ink-3",
};

/** Splits a line at its SGR codes. Bright colours are read as their plain ones; other codes are dropped. */
export function ansiSpans(raw: string): LogSpan[] {
  const spans: LogSpan[] = [];
  let color = "";
  let weight = "";
  for (const [index, part] of raw.split("\u001b[").entries()) {
    const code = index === 0 ? null : /^([0-9;?]*)([A-Za-z])/.exec(part);
    const text = code === null ? part : part.slice(code[0].length);
    if (code?.[2] === "m") {
      for (const word of (code[1] ?? "").split(";")) {
        const number = Number(word);
        if (number === 0) color = weight = "";
        else if (number === 1) weight = "font-semibold";
        else if (number === 39) color = "";
        else color = FOREGROUND[number] ?? FOREGROUND[number - 60] ?? color;
      }
    }
    if (text !== "") spans.push({ text, className: [color, weight].filter(Boolean).join(" ") });
  }
  return spans;
}

/** Cuts spans where the search hits, case-insensitively; hits are counted over the whole line. */
export function markHits(spans: readonly LogSpan[], query: string): { span: LogSpan; hit: boolean }[] {
  if (query === "") return spans.map((span) => ({ span, hit: false }));
  const whole = spans
    .map((span) => span.text)
    .join("")
    .toLowerCase();
  const needle = query.toLowerCase();
  const ranges: [number, number][] = [];
  for (let at = whole.indexOf(needle); at >= 0; at = whole.indexOf(needle, at + needle.length)) {
    ranges.push([at, at + needle.length]);
  }
  const pieces: { span: LogSpan; hit: boolean }[] = [];
  let offset = 0;
  for (const span of spans) {
    let at = 0;
    for (const [from, to] of ranges) {
      const start = Math.max(0, from - offset);
      const end = Math.min(span.text.length, to - offset);
      if (end <= 0 || start >= span.text.length || end <= start) continue;
      if (start > at) pieces.push({ span: { ...span, text: span.text.slice(at, start) }, hit: false });
      pieces.push({ span: { ...span, text: span.text.slice(start, end) }, hit: true });
      at = end;
    }
    if (at < span.text.length) pieces.push({ span: { ...span, text: span.text.slice(at) }, hit: false });
    offset += span.text.length;
  }
  return pieces;
}
