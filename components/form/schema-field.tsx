"use client";

/** How one argument is laid out: label and help left, control right, violet dot and undo when changed. */
import { ADDITIONAL_PROPERTY_FLAG, type FieldTemplateProps, type RJSFSchema } from "@rjsf/utils";
import { RotateCcw } from "lucide-react";
import { createContext } from "react";
import { Button } from "../ui/Button";
import { Field, FieldError } from "../ui/Field";
import { FieldContext } from "../ui/field-context";
import { isSame, type JsonMap } from "./json";

/** Handed to every part of one form. Plain data: the form library compares it by value. */
export type FormContext = {
  /** Ids of fields that were edited or left; missing values are called so only there. */
  touched: Readonly<Record<string, true>>;
  /** Missing values are called so everywhere. */
  showMissing: boolean;
};

/** Accessible name of a control that has no label of its own: an entry of a list. */
export const ControlName = createContext<string | undefined>(undefined);

type Props = FieldTemplateProps<JsonMap, RJSFSchema, FormContext>;

/** Around one argument; free entries get their name beside it. */
export function SchemaField(props: Props) {
  if (!(ADDITIONAL_PROPERTY_FLAG in props.schema)) return <LabelledField {...props} />;
  const Entry = props.registry.templates.WrapIfAdditionalTemplate;
  return (
    <Entry {...props}>
      <ControlName value={`Value of ${props.label}`}>{props.children}</ControlName>
    </Entry>
  );
}

function LabelledField(props: Props) {
  const { id, schema, label, children, hidden, required, rawErrors, rawDescription, formData, registry } =
    props;
  if (hidden === true) return <div hidden>{children}</div>;
  if (isContainer(schema, registry.schemaUtils.isSelect(schema))) return children;

  const isQuiet = !registry.formContext.showMissing && registry.formContext.touched[id] !== true;
  const error = rawErrors?.find((reason) => !(isQuiet && reason === "Is required."));
  if (typeof props.fieldPathId.path.at(-1) === "number") {
    return (
      <FieldContext
        value={{
          id,
          describedBy: error === undefined ? undefined : `${id}-error`,
          isInvalid: error !== undefined,
          isRequired: true,
        }}
      >
        {children}
        {error !== undefined && <FieldError id={`${id}-error`}>{error}</FieldError>}
      </FieldContext>
    );
  }
  const changed = isChanged(schema, formData);
  const isReadOnly = props.readonly || props.disabled;
  return (
    <Field
      htmlFor={id}
      label={label}
      help={rawDescription ? <Help text={rawDescription} /> : undefined}
      error={error}
      required={required === true}
      changed={changed}
      action={
        <UndoSlot
          shown={changed && !isReadOnly}
          label={label}
          onUndo={() =>
            props.onChange(schema.default as unknown as JsonMap, props.fieldPathId.path, undefined, id)
          }
        />
      }
    >
      {children}
    </Field>
  );
}

/** Its place stays when there is nothing to undo, so that inputs keep one edge. */
export function UndoSlot({ shown, label, onUndo }: { shown: boolean; label: string; onUndo: () => void }) {
  if (!shown) return <span aria-hidden="true" className="w-(--control-sm) shrink-0" />;
  return (
    <Button variant="ghost" size="sm" icon aria-label={`Back to the default: ${label}`} onClick={onUndo}>
      <RotateCcw strokeWidth={1.75} />
    </Button>
  );
}

/** Descriptions come from packages: text only, with `code` in mono. */
export function Help({ text }: { text: string }) {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

export function isChanged(schema: RJSFSchema, value: unknown): boolean {
  return "default" in schema && value !== undefined && !isSame(value, schema.default);
}

/** Groups, lists and choices bring their own label. */
function isContainer(schema: RJSFSchema, isSelect: boolean): boolean {
  if (isSelect) return false;
  return schema.type === "object" || schema.type === "array" || "anyOf" in schema || "oneOf" in schema;
}
