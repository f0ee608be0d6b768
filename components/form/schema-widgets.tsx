"use client";

/** The inputs of an argument form, from the kit. Their label comes from the field around them. */
import { ID_KEY, type FieldProps, type RJSFSchema, type WidgetProps } from "@rjsf/utils";
import { use, useState } from "react";
import { Input } from "../ui/Input";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { Switch } from "../ui/Switch";
import { Textarea } from "../ui/Textarea";
import { inWords, isSame, type JsonMap } from "./json";
import { ControlName, defaultAt, isChanged, type FormContext, type Path } from "./schema-context";
import { NULLABLE, UNIT, WORDS } from "./schema-marks";
import { LongSelect } from "./LongSelect";

export type Props = FieldProps<JsonMap, RJSFSchema, FormContext>;
type Widget = WidgetProps<JsonMap, RJSFSchema, FormContext>;

/** An empty input means "not given", or null where the argument may be null. */
const emptyOf = (schema: RJSFSchema) => (schema[NULLABLE] === true ? null : undefined);
const LONG_TEXT = 90;

/** At the right of an input: the default as soon as the value differs, else the unit. */
function noteOf(schema: RJSFSchema, context: FormContext, path: Path, value: unknown): string | undefined {
  const base = defaultAt(context, path, schema);
  if (base !== undefined && (isChanged(base, value) || value === undefined))
    return base === null ? "default none" : `default ${inWords(base)}`;
  const unit: unknown = schema[UNIT];
  return typeof unit === "string" ? unit : undefined;
}

const placeholderOf = (schema: RJSFSchema) => (schema[NULLABLE] === true ? "none" : undefined);

/** The library hands widgets no path, so texts are a field. */
export function TextField(props: Props) {
  const { schema, formData, fieldPathId, onChange, onBlur, readonly, disabled, registry } = props;
  const name = use(ControlName);
  const value: unknown = formData;
  const id = fieldPathId[ID_KEY];
  const text =
    typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
  const common = {
    "aria-label": name,
    value: text,
    readOnly: readonly === true,
    disabled: disabled === true,
    spellCheck: false,
    onBlur: () => {
      onBlur(id, value);
      // Nothing but blanks is nothing (web-ui.md §3.12.5).
      if (typeof value === "string" && value !== "" && value.trim() === "") change("");
    },
  };
  const change = (next: string) =>
    onChange((next === "" ? emptyOf(schema) : next) as JsonMap | undefined, fieldPathId.path, undefined, id);
  if (text.length > LONG_TEXT || text.includes("\n"))
    return (
      <Textarea
        {...common}
        mono
        rows={Math.min(12, Math.max(3, text.split("\n").length))}
        onChange={(event) => change(event.target.value)}
      />
    );
  return (
    <Input
      {...common}
      mono
      unit={noteOf(schema, registry.formContext, fieldPathId.path, value)}
      placeholder={placeholderOf(schema)}
      onChange={(event) => change(event.target.value)}
    />
  );
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;

/**
 * What was typed as a number, or as text for the judge to refuse: "5abc", and a whole number that a number
 * would change without saying so.
 */
export function readNumber(typed: string): number | string {
  const text = typed.trim();
  if (!NUMBER.test(text)) return typed;
  const number = Number(text);
  if (!Number.isFinite(number)) return typed;
  return WHOLE.test(text) && !Number.isSafeInteger(number) ? typed : number;
}

export function NumberField(props: Props) {
  const { schema, formData, fieldPathId, onChange, onBlur, readonly, disabled, registry } = props;
  const value: unknown = formData;
  const [typed, setTyped] = useState({ text: "", value: undefined as unknown });
  const name = use(ControlName);
  const id = fieldPathId[ID_KEY];
  const text = Object.is(typed.value, value) && typed.text !== "" ? typed.text : toText(value);
  const change = (next: string) => {
    const parsed = next.trim() === "" ? emptyOf(schema) : readNumber(next);
    setTyped({ text: next, value: parsed });
    onChange(parsed as JsonMap | undefined, fieldPathId.path, undefined, id);
  };
  const isTooLong = typeof value === "string" && WHOLE.test(value.trim());
  return (
    <Input
      aria-label={name}
      inputMode={schema.type === "integer" ? "numeric" : "decimal"}
      value={text}
      unit={
        isTooLong
          ? "more digits than can be kept"
          : noteOf(schema, registry.formContext, fieldPathId.path, value)
      }
      readOnly={readonly === true}
      disabled={disabled === true}
      placeholder={placeholderOf(schema)}
      onChange={(event) => change(event.target.value)}
      onBlur={() => onBlur(id, value)}
    />
  );
}

const toText = (value: unknown) =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

const MOST_SEGMENTS = 4;
const MOST_LETTERS = 32;
const MOST_LISTED = 40;

/** Few short choices stand side by side, more in a list, very many in one that is searched. */
export function SelectWidget({ value, schema, onChange, label, readonly, disabled, id, onBlur }: Widget) {
  const name = use(ControlName) ?? label;
  const values: unknown[] = Array.isArray(schema.enum) ? schema.enum : [];
  const words = (schema[WORDS] ?? []) as string[];
  const chosen = values.findIndex((one) => isSame(one, value));
  const isReadOnly = readonly === true || disabled === true;
  const choose = (index: string) => {
    if (index !== "stray") onChange(index === "none" ? emptyOf(schema) : values[Number(index)]);
    onBlur(id, value);
  };
  const canBeNone = schema[NULLABLE] === true;
  const isStray = chosen < 0 && value !== undefined && value !== null;
  const isShort = values.length <= MOST_SEGMENTS && words.join("").length <= MOST_LETTERS;
  const listed = values.map((_, index) => ({ value: String(index), label: words[index] ?? "" }));
  if (isShort && !canBeNone && !isStray && values.length > 1 && !isReadOnly)
    return (
      <div>
        <Segmented label={name} value={String(chosen)} onValueChange={choose} options={listed} />
      </div>
    );
  const options = [
    ...(canBeNone ? [{ value: "none", label: "none" }] : []),
    // What is stored is shown, also when it is no choice any more.
    ...(isStray ? [{ value: "stray", label: inWords(value), note: "no longer a choice" }] : []),
    ...listed,
  ];
  const current = chosen >= 0 ? String(chosen) : isStray ? "stray" : canBeNone ? "none" : null;
  if (options.length > MOST_LISTED && !isReadOnly)
    return <LongSelect label={name} options={options} value={current} onChange={choose} />;
  return (
    <Select
      aria-label={name}
      placeholder="Choose"
      options={options}
      value={current}
      onValueChange={choose}
      disabled={isReadOnly}
    />
  );
}

export function SwitchField(props: Props) {
  const { schema, formData, fieldPathId, onChange, onBlur, readonly, disabled, registry } = props;
  const name = use(ControlName);
  const value: unknown = formData;
  const id = fieldPathId[ID_KEY];
  const change = (next: boolean | null | undefined) =>
    onChange(next as unknown as JsonMap, fieldPathId.path, undefined, id);
  const isReadOnly = readonly === true || disabled === true;
  if (schema[NULLABLE] === true && !isReadOnly)
    return (
      <div>
        <Segmented
          label={name ?? "On, off or none"}
          value={value === true ? "on" : value === false ? "off" : "none"}
          onValueChange={(next) => change(next === "none" ? null : next === "on")}
          options={[
            { value: "none", label: "none" },
            { value: "off", label: "Off" },
            { value: "on", label: "On" },
          ]}
        />
      </div>
    );
  const note = noteOf(schema, registry.formContext, fieldPathId.path, value);
  return (
    <div className="flex min-h-(--control-h) items-center">
      <Switch
        aria-label={name}
        checked={value === true}
        disabled={isReadOnly}
        onChange={(event) => change(event.target.checked)}
        onBlur={() => onBlur(id, value)}
        label={
          <>
            {value === true ? "On" : value === false ? "Off" : "Not set"}
            {note !== undefined && <span className="ml-2 text-12 text-ink-3">{note}</span>}
          </>
        }
      />
    </div>
  );
}
