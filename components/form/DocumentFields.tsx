"use client";

/** Fields of a document: each reads and writes one path, and knows its problem and whether it was changed. */
import { createContext, useContext, useId, useState, type ReactNode } from "react";
import { Field, FieldError } from "../ui/Field";
import { FieldContext } from "../ui/field-context";
import { Input } from "../ui/Input";
import { Select } from "../ui/Select";
import { Switch } from "../ui/Switch";
import { Textarea } from "../ui/Textarea";
import { getIn, type DocumentPath } from "./document";
import { inWords, isMap, isSame } from "./json";
import type { DocumentEditor } from "./use-document";

const EditorContext = createContext<DocumentEditor | null>(null);
export const DocumentForm = EditorContext.Provider;

export function useEditor(): DocumentEditor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("a field needs a DocumentForm around it");
  return editor;
}

export type FieldProps = {
  path: DocumentPath;
  label: string;
  help?: ReactNode;
  required?: boolean;
  /** Label on top, for narrow panels. */
  stacked?: boolean;
};

/** What a part needs to know of its place in the document. */
export function usePlace(path: DocumentPath) {
  const editor = useEditor();
  const stored = getIn(editor.base, path);
  return {
    value: getIn(editor.draft, path),
    stored,
    error: editor.problemAt(path),
    changed: editor.isChanged(path),
    isLocked: !editor.parsed.ok,
    set: (value: unknown) => editor.set(path, value),
    /** An optional value that was emptied: as it was stored when it was empty before, else without its key. */
    empty: () => editor.set(path, stored === null ? null : undefined),
  };
}

/** "MB, was 48": the unit and, when changed, what is stored. */
function unitWithStored(unit: string | undefined, changed: boolean, stored: unknown): string | undefined {
  const was = changed && !isMap(stored) ? `was ${inWords(stored ?? undefined)}` : "";
  return [unit, was].filter(Boolean).join(", ") || undefined;
}

type InputProps = {
  path: DocumentPath;
  /** number: digits are stored as a number. memory: digits too, "32G" as text. */
  kind?: "text" | "number" | "memory";
  unit?: string | undefined;
  /** What counts while nothing is given. */
  fallback?: string | undefined;
  required?: boolean;
  mono?: boolean;
  /** Too narrow for what was stored. */
  narrow?: boolean;
  "aria-label"?: string;
};

/** The control alone, for several beside each other. */
export function DocumentInput({
  path,
  kind = "text",
  unit,
  fallback,
  required = false,
  mono = false,
  narrow = false,
  ...rest
}: InputProps) {
  const { value, stored, changed, isLocked, set, empty } = usePlace(path);
  const write = (text: string) => {
    if (text === "" && !required) empty();
    else if (kind !== "text" && /^-?\d+$/.test(text)) set(Number(text));
    else set(text);
  };
  const shown = unitWithStored(unit, changed && !narrow, stored);
  return (
    <Input
      {...rest}
      mono={mono}
      inputMode={kind === "number" ? "numeric" : undefined}
      spellCheck={false}
      value={
        value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value)
      }
      placeholder={fallback}
      readOnly={isLocked}
      onChange={(event) => write(event.target.value)}
      {...(shown === undefined ? {} : { unit: shown })}
    />
  );
}

/** One of several controls under one label: it has a name and a problem of its own. */
export function DocumentCell({ label, ...input }: Omit<InputProps, "aria-label"> & { label: string }) {
  const id = useId();
  const { error, changed, stored } = usePlace(input.path);
  const isInvalid = error !== undefined;
  const describedBy = isInvalid ? `${id}-error` : undefined;
  return (
    <span className="min-w-0 flex-1">
      <FieldContext value={{ id, describedBy, isInvalid, isRequired: input.required ?? false }}>
        <DocumentInput {...input} narrow aria-label={label} />
      </FieldContext>
      {changed && stored !== undefined && <span className="text-12 text-ink-3">was {inWords(stored)}</span>}
      {isInvalid && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </span>
  );
}

export function TextField({
  path,
  label,
  help,
  required = false,
  stacked = false,
  ...input
}: FieldProps & InputProps) {
  const { error, changed } = usePlace(path);
  return (
    <Field label={label} help={help} required={required} changed={changed} error={error} stacked={stacked}>
      <DocumentInput path={path} required={required} {...input} />
    </Field>
  );
}

export function SwitchField({ path, label, help, on, off }: FieldProps & { on: string; off: string }) {
  const { value, stored, error, changed, isLocked, set } = usePlace(path);
  return (
    <Field label={label} help={help} changed={changed} error={error}>
      <Switch
        checked={value === true}
        label={value === true ? on : off}
        disabled={isLocked}
        onChange={(event) =>
          set(event.target.checked || stored !== undefined ? event.target.checked : undefined)
        }
      />
    </Field>
  );
}

export function SelectField({
  path,
  label,
  help,
  required = false,
  options,
}: FieldProps & { options: readonly string[] }) {
  const { value, error, changed, isLocked, set } = usePlace(path);
  return (
    <Field label={label} help={help} required={required} changed={changed} error={error}>
      <Select
        mono
        value={typeof value === "string" ? value : null}
        options={options.map((option) => ({ value: option, label: option }))}
        onValueChange={set}
        disabled={isLocked}
      />
    </Field>
  );
}

const linesOf = (text: string) => text.split("\n").filter((line) => line.trim() !== "");

/** A list of texts, one a line. */
export function LinesField({ path, label, help }: FieldProps) {
  const { value, stored, error, changed, isLocked, set, empty } = usePlace(path);
  const list = Array.isArray(value) ? value.map(String) : [];
  const [text, setText] = useState(list.join("\n"));
  // Changed elsewhere: in the text, by discarding.
  const shown = isSame(linesOf(text), list) ? text : list.join("\n");
  const problem = useEditor().problems.find(
    (one) => one.path.length > path.length && path.every((step, index) => one.path[index] === step),
  );
  return (
    <Field
      label={label}
      help={help}
      changed={changed}
      error={error ?? (problem && `Line ${Number(problem.path.at(-1)) + 1}: ${problem.reason}`)}
    >
      <Textarea
        mono
        rows={Math.max(2, shown.split("\n").length)}
        spellCheck={false}
        value={shown}
        readOnly={isLocked}
        onChange={(event) => {
          setText(event.target.value);
          const lines = linesOf(event.target.value);
          if (lines.length === 0 && !Array.isArray(stored)) empty();
          else set(lines);
        }}
      />
    </Field>
  );
}

/** Fields under a heading, parted from the one before by a hairline. */
export function FormSection({
  title,
  note,
  action,
  children,
}: {
  title: string;
  note?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className="border-t border-line py-3.5 first:border-t-0">
      <div className="flex min-h-(--control-sm) flex-wrap items-center gap-x-2">
        <h3 className="font-semibold">{title}</h3>
        {note !== undefined && <span className="text-ink-3">{note}</span>}
        {action !== undefined && <span className="ml-auto">{action}</span>}
      </div>
      {children !== undefined && <div className="mt-2 flex flex-col gap-3">{children}</div>}
    </section>
  );
}
