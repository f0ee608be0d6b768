"use client";

/** The inputs of an argument form, from the kit. Their label comes from the field around them. */
import type { FieldProps, RJSFSchema, WidgetProps } from "@rjsf/utils";
import { use, useState } from "react";
import { Input } from "../ui/Input";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { Switch } from "../ui/Switch";
import { Textarea } from "../ui/Textarea";
import { inWords, type JsonMap } from "./json";
import { ControlName, isChanged, type FormContext } from "./schema-field";
import { NULLABLE, UNIT } from "./schema-prepare";

type Props = WidgetProps<JsonMap, RJSFSchema, FormContext>;

/** An empty input means "not given", or null where the argument may be null. */
const emptyOf = (schema: RJSFSchema) => (schema[NULLABLE] === true ? null : undefined);
const LONG_TEXT = 90;

/** At the right of an input: the default as soon as the value differs, else the unit. */
function noteOf(schema: RJSFSchema, value: unknown): string | undefined {
  if (isChanged(schema, value) || (value === undefined && schema.default !== undefined))
    return schema.default === null ? "default none" : `default ${inWords(schema.default)}`;
  const unit: unknown = schema[UNIT];
  return typeof unit === "string" ? unit : undefined;
}

export function TextWidget({ id, value, schema, onChange, onBlur, readonly, disabled }: Props) {
  const name = use(ControlName);
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const common = {
    "aria-label": name,
    value: text,
    readOnly: readonly === true || schema.const !== undefined,
    disabled: disabled === true,
    spellCheck: false,
    onBlur: () => onBlur(id, value),
  };
  if (text.length > LONG_TEXT || text.includes("\n"))
    return (
      <Textarea {...common} mono onChange={(event) => onChange(event.target.value || emptyOf(schema))} />
    );
  return (
    <Input
      {...common}
      mono
      unit={noteOf(schema, value)}
      placeholder={schema[NULLABLE] === true && schema.default == null ? "none" : undefined}
      onChange={(event) => onChange(event.target.value === "" ? emptyOf(schema) : event.target.value)}
    />
  );
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Text is parsed strictly and stays as typed: "5abc" is an error to show, not a 5. */
export function NumberField(props: FieldProps<JsonMap, RJSFSchema, FormContext>) {
  const { schema, formData, fieldPathId, onChange, onBlur, readonly, disabled, registry } = props;
  const value: unknown = formData;
  const [typed, setTyped] = useState({ text: "", value: undefined as unknown });
  const name = use(ControlName);
  if (schema.enum !== undefined || schema.oneOf !== undefined || schema.anyOf !== undefined) {
    const { StringField } = registry.fields;
    return StringField === undefined ? null : <StringField {...props} />;
  }
  const text = Object.is(typed.value, value) && typed.text !== "" ? typed.text : toText(value);
  const change = (next: string) => {
    const trimmed = next.trim();
    const parsed = trimmed === "" ? emptyOf(schema) : NUMBER.test(trimmed) ? Number(trimmed) : next;
    setTyped({ text: next, value: parsed });
    onChange(parsed as JsonMap | undefined, fieldPathId.path, undefined, fieldPathId.$id);
  };
  return (
    <Input
      aria-label={name}
      inputMode={schema.type === "integer" ? "numeric" : "decimal"}
      value={text}
      unit={noteOf(schema, value)}
      readOnly={readonly === true}
      disabled={disabled === true}
      placeholder={schema[NULLABLE] === true && schema.default == null ? "none" : undefined}
      onChange={(event) => change(event.target.value)}
      onBlur={() => onBlur(fieldPathId.$id, value)}
    />
  );
}

const toText = (value: unknown) =>
  typeof value === "number" || typeof value === "string" ? String(value) : "";

const MOST_SEGMENTS = 4;
const MOST_LETTERS = 32;

/** Few short choices stand side by side, more in a list. */
export function SelectWidget({
  value,
  schema,
  options,
  onChange,
  label,
  readonly,
  disabled,
  id,
  onBlur,
}: Props) {
  const name = use(ControlName) ?? label;
  const choices = options.enumOptions ?? [];
  const chosen = choices.findIndex((choice) => Object.is(choice.value, value));
  const words = choices.map((choice) => choice.label);
  const choose = (index: string) => {
    onChange(index === "none" ? emptyOf(schema) : choices[Number(index)]?.value);
    onBlur(id, value);
  };
  const canBeNone = schema[NULLABLE] === true;
  const isShort = choices.length <= MOST_SEGMENTS && words.join("").length <= MOST_LETTERS;
  if (isShort && !canBeNone && choices.length > 1 && readonly !== true && disabled !== true) {
    return (
      <div>
        <Segmented
          label={name}
          value={String(chosen)}
          onValueChange={choose}
          options={choices.map((choice, index) => ({ value: String(index), label: choice.label }))}
        />
      </div>
    );
  }
  const listed = choices.map((choice, index) => ({ value: String(index), label: choice.label }));
  return (
    <Select
      aria-label={name}
      options={canBeNone ? [{ value: "none", label: "none" }, ...listed] : listed}
      value={chosen >= 0 ? String(chosen) : canBeNone ? "none" : null}
      onValueChange={choose}
      disabled={readonly === true || disabled === true}
    />
  );
}

export function SwitchWidget({ value, schema, onChange, readonly, disabled, id, onBlur }: Props) {
  const name = use(ControlName);
  const note = noteOf(schema, value);
  return (
    <div className="flex min-h-(--control-h) items-center">
      <Switch
        aria-label={name}
        checked={value === true}
        disabled={readonly === true || disabled === true}
        onChange={(event) => onChange(event.target.checked)}
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
