"use client";

import { useState } from "react";
import { Field } from "../ui/Field";
import { Textarea } from "../ui/Textarea";
import { isMap, isSame, type JsonMap } from "./json";

export type JsonEditorProps = {
  label: string;
  help?: string;
  value: JsonMap;
  /** A text of before that is no JSON object yet; it is gone on with. */
  unfinished?: string | undefined;
  /** Called with every text that is a JSON object. */
  onChange: (value: JsonMap) => void;
  /** Called with every text that is none. */
  onUnfinished: (text: string) => void;
  /** Reason by dotted path: what the schema or the server objects to. */
  problems?: Readonly<Record<string, string>>;
  readOnly?: boolean;
};

/** A JSON object as text, judged while it is typed. */
export function JsonEditor({
  label,
  help,
  value,
  unfinished,
  onChange,
  onUnfinished,
  problems = {},
  readOnly = false,
}: JsonEditorProps) {
  const [text, setText] = useState(() => unfinished ?? JSON.stringify(value, null, 2));
  const parsed = parse(text);
  // The value was changed from outside: undo, discard.
  if (parsed.ok && !isSame(parsed.value, value)) setText(JSON.stringify(value, null, 2));

  const listed = Object.entries(problems).map(([path, reason]) =>
    path === "" ? reason : `${path}: ${reason}`,
  );
  const error = parsed.ok ? listed.join(" ") : parsed.reason;
  return (
    <Field stacked label={label} help={help} error={error}>
      <Textarea
        mono
        rows={Math.min(24, Math.max(5, text.split("\n").length + 1))}
        spellCheck={false}
        value={text}
        readOnly={readOnly}
        onChange={(event) => {
          setText(event.target.value);
          const next = parse(event.target.value);
          if (next.ok) onChange(next.value);
          else onUnfinished(event.target.value);
        }}
      />
    </Field>
  );
}

function parse(text: string): { ok: true; value: JsonMap } | { ok: false; reason: string } {
  if (text.trim() === "") return { ok: true, value: {} };
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? { ok: true, value } : { ok: false, reason: "Must be an object: { … }." };
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    return { ok: false, reason: `This is not JSON yet: ${detail}` };
  }
}
