"use client";

import { cx } from "class-variance-authority";
import { useId, useRef } from "react";
import { FieldError } from "../ui/Field";
import { placeKey, placesOf } from "./document";
import type { DocumentEditor } from "./use-document";

const LINE = "font-mono text-12 leading-[19px] max-md:text-16 max-md:leading-6";
const CODE = "pr-4 pl-11 whitespace-pre";

/** The document as text: numbered lines, changed ones marked, and what is wrong with the line where it is. */
export function JsonPane({ editor, label }: { editor: DocumentEditor; label: string }) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const { text, parsed, isQuiet } = editor;
  const lines = text.split("\n");
  const marks = marksOf(editor);
  const wrong = isQuiet ? [] : problemLines(editor);
  const goTo = (line: number) => {
    const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    document.getElementById(`${id}-${line}`)?.scrollIntoView({ block: "center" });
  };
  return (
    <div className="min-w-0">
      {wrong.length > 0 && (
        <ul
          id={`${id}-wrong`}
          className="sticky top-0 z-10 border-b border-line bg-surface px-(--gutter) py-2"
          aria-label="Problems of the JSON"
        >
          {wrong.map(({ line, path, reason }) => (
            <li key={`${path} ${reason}`}>
              <FieldError>
                <button
                  type="button"
                  onClick={() => goTo(line)}
                  className="rounded-tag text-left hover:underline"
                >
                  <strong className="font-semibold">Line {line}</strong>
                  {path !== "" && (
                    <>
                      {" "}
                      <code>{path}</code>
                    </>
                  )}
                  : {reason}
                </button>
              </FieldError>
            </li>
          ))}
        </ul>
      )}
      <div className="overflow-x-auto py-2">
        <div className={cx(LINE, "relative min-w-max")}>
          <div aria-hidden="true">
            {lines.map((line, index) => {
              const isWrong = wrong.some((problem) => problem.line === index + 1);
              return (
                <div
                  key={index}
                  id={`${id}-${index + 1}`}
                  className={cx(
                    CODE,
                    "relative min-h-[19px] max-md:min-h-6",
                    isWrong
                      ? "bg-fail-soft shadow-[inset_2px_0_var(--fail)]"
                      : marks.has(index + 1) && "bg-select-soft shadow-[inset_2px_0_var(--select)]",
                  )}
                >
                  <span className="absolute left-0 w-8 text-right text-11 text-ink-3">{index + 1}</span>
                  <Coloured line={line} />
                </div>
              );
            })}
          </div>
          <textarea
            ref={area}
            aria-label={label}
            aria-invalid={!parsed.ok || undefined}
            aria-describedby={wrong.length > 0 ? `${id}-wrong` : undefined}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            wrap="off"
            value={text}
            onChange={(event) => editor.setText(event.target.value)}
            // The coloured lines below are the text that is seen; the caret and the selection are those of this.
            className={cx(
              LINE,
              CODE,
              "absolute inset-0 resize-none overflow-hidden bg-transparent text-ink caret-ink outline-none [-webkit-text-fill-color:transparent] focus-visible:shadow-[inset_0_0_0_2px_var(--select)]",
            )}
          />
        </div>
      </div>
    </div>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g;

function Coloured({ line }: { line: string }) {
  const parts: { text: string; className?: string }[] = [];
  let end = 0;
  for (const match of line.matchAll(TOKEN)) {
    const [whole, quoted, colon] = match;
    parts.push({ text: line.slice(end, match.index) });
    const className =
      quoted === undefined ? "text-run-ink" : colon === undefined ? "text-done-ink" : "text-ink";
    parts.push({ text: whole, className });
    end = match.index + whole.length;
  }
  parts.push({ text: line.slice(end) });
  return parts.map(({ text, className }, index) => (
    <span key={index} className={className}>
      {text}
    </span>
  ));
}

/** Lines that differ from what is stored; of a text that is no JSON nobody can say. */
function marksOf({ parsed, text, changes, isNew }: DocumentEditor): ReadonlySet<number> {
  if (!parsed.ok || isNew) return new Set();
  const { places } = placesOf(text);
  const marked = new Set<number>();
  for (const { path } of changes) {
    // A key that was taken away has no line: the object that had it is marked where it begins.
    const own = places.get(placeKey(path));
    const place = own ?? places.get(placeKey(path.slice(0, -1)));
    if (place === undefined) continue;
    for (let line = place.first; line <= (own === undefined ? place.first : place.last); line++)
      marked.add(line);
  }
  return marked;
}

type Wrong = { line: number; path: string; reason: string };

function problemLines({ parsed, text, problems }: DocumentEditor): Wrong[] {
  if (!parsed.ok) return [{ line: parsed.line, path: "", reason: parsed.reason }];
  const { places } = placesOf(text);
  return problems.map(({ path, reason }) => {
    for (let length = path.length; length >= 0; length--) {
      const place = places.get(placeKey(path.slice(0, length)));
      if (place !== undefined) return { line: place.first, path: path.join("."), reason };
    }
    return { line: 1, path: path.join("."), reason };
  });
}
