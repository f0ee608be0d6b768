"use client";

import { useState } from "react";
import { FieldError } from "../ui/Field";
import { Textarea } from "../ui/Textarea";
import { isSame } from "./json";

type Props = {
  id: string;
  /** Of the value, for people who do not see where it stands. */
  name: string;
  value: unknown;
  /** Why it is JSON and not a field. */
  why?: string | undefined;
  /** What is wrong in it, deeper than where the field says it. */
  reasons?: readonly string[];
  readOnly?: boolean;
  /** Called with every text that is JSON; undefined for an empty one. */
  onChange: (value: unknown) => void;
};

/** One value as JSON, inside of a form. While the text is no JSON the value stays what it was. */
export function JsonField({ id, name, value, why, reasons = [], readOnly = false, onChange }: Props) {
  const [text, setText] = useState(() => toText(value));
  const parsed = parse(text);
  // Changed from outside: undo, reset.
  if (parsed.ok && !isSame(parsed.value, value)) setText(toText(value));
  return (
    <div className="min-w-0">
      <Textarea
        id={id}
        mono
        aria-label={`${name} as JSON`}
        rows={Math.min(14, Math.max(1, text.split("\n").length))}
        spellCheck={false}
        value={text}
        readOnly={readOnly}
        placeholder="JSON"
        onChange={(event) => {
          setText(event.target.value);
          const next = parse(event.target.value);
          if (next.ok) onChange(next.value);
        }}
      />
      {parsed.ok ? (
        why !== undefined && <p className="mt-1 text-12 text-ink-3">{`As JSON. ${why}`}</p>
      ) : (
        <FieldError>{parsed.reason}</FieldError>
      )}
      {parsed.ok && reasons.map((reason) => <FieldError key={reason}>{reason}</FieldError>)}
    </div>
  );
}

const toText = (value: unknown) => (value === undefined ? "" : JSON.stringify(value, null, 2));

function parse(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  if (text.trim() === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    return { ok: false, reason: `This is not JSON yet, so the value before it stays: ${detail}` };
  }
}
