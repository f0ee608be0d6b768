"use client";

/** Groups, lists, choices and free entries of an argument form. */
import {
  ADDITIONAL_PROPERTY_FLAG,
  type ArrayFieldItemTemplateProps,
  type ArrayFieldTemplateProps,
  type CyclicSchemaExpandProps,
  type MultiSchemaFieldTemplateProps,
  type ObjectFieldTemplateProps,
  type RJSFSchema,
  type UnsupportedFieldProps,
  type WrapIfAdditionalTemplateProps,
} from "@rjsf/utils";
import { ArrowDown, ArrowUp, ChevronRight, Plus, Trash2 } from "lucide-react";
import { Button } from "../ui/Button";
import { Field, FieldError } from "../ui/Field";
import { Input } from "../ui/Input";
import type { JsonMap } from "./json";
import { ControlName, Help, UndoSlot, isChanged, type FormContext } from "./schema-field";

type S = RJSFSchema;

export function SchemaGroup(props: ObjectFieldTemplateProps<JsonMap, S, FormContext>) {
  const { title, description, properties, schema, fieldPathId, readonly = false } = props;
  const errors = props.errorSchema?.__errors ?? [];
  const body = (
    <div className="flex flex-col gap-4">
      {errors.map((error) => (
        <FieldError key={error}>{error}</FieldError>
      ))}
      {properties.map((property) =>
        property.hidden ? null : <div key={property.name}>{property.content}</div>,
      )}
      {schema.additionalProperties !== undefined && schema.additionalProperties !== false && !readonly && (
        <Button size="sm" className="self-start" onClick={() => props.onAddProperty()}>
          <Plus strokeWidth={1.75} /> Add entry
        </Button>
      )}
    </div>
  );
  if (fieldPathId.path.length === 0) return body;
  return (
    <details open className="group/part border-t border-line pt-3">
      <summary className="flex cursor-default list-none items-center gap-2 rounded-tag font-medium [&::-webkit-details-marker]:hidden">
        <ChevronRight
          size={14}
          strokeWidth={1.75}
          aria-hidden="true"
          className="text-ink-3 transition-transform duration-90 group-open/part:rotate-90"
        />
        {title}
        {props.required === true && <span className="font-normal text-ink-3">required</span>}
      </summary>
      {typeof description === "string" && description !== "" && (
        <p className="mt-1 text-12 text-ink-3">
          <Help text={description} />
        </p>
      )}
      <div className="mt-3 pl-[22px]">{body}</div>
    </details>
  );
}

export function SchemaList(props: ArrayFieldTemplateProps<JsonMap, S, FormContext>) {
  const { title, schema, items, canAdd, onAddClick, required = false, readonly = false } = props;
  const changed = isChanged(schema, props.formData);
  const error = props.rawErrors?.find((reason) => reason !== "Is required.");
  return (
    <Field
      group
      htmlFor={props.fieldPathId.$id}
      label={title}
      help={schema.description === undefined ? undefined : <Help text={schema.description} />}
      error={error}
      required={required}
      changed={changed}
      action={<span aria-hidden="true" className="w-(--control-sm) shrink-0" />}
    >
      <div className="flex flex-col gap-1.5">
        <ControlName value={title}>{items}</ControlName>
        {items.length === 0 && <p className="flex min-h-(--control-h) items-center text-ink-3">None</p>}
        {canAdd === true && !readonly && (
          <Button size="sm" variant="ghost" className="-ml-1 self-start" onClick={() => onAddClick()}>
            <Plus strokeWidth={1.75} /> {`Add to ${title.toLowerCase()}`}
          </Button>
        )}
      </div>
    </Field>
  );
}

export function SchemaListItem(props: ArrayFieldItemTemplateProps<JsonMap, S, FormContext>) {
  const { children, buttonsProps: buttons, index, totalItems, readonly = false } = props;
  const at = `entry ${index + 1} of ${totalItems}`;
  return (
    <ControlName value={`Entry ${index + 1}`}>
      <div className="flex items-start gap-1">
        <div className="min-w-0 flex-1">{children}</div>
        {!readonly && (
          <span className="flex shrink-0 items-center pt-0.5">
            {totalItems > 1 && (buttons.hasMoveUp || buttons.hasMoveDown) && (
              <>
                <Button
                  variant="ghost"
                  size="sm"
                  icon
                  aria-label={`Move up ${at}`}
                  disabledReason={buttons.hasMoveUp ? undefined : "It is the first."}
                  onClick={buttons.onMoveUpItem}
                >
                  <ArrowUp strokeWidth={1.75} />
                </Button>
                <Button
                  variant="ghost"
                  size="sm"
                  icon
                  aria-label={`Move down ${at}`}
                  disabledReason={buttons.hasMoveDown ? undefined : "It is the last."}
                  onClick={buttons.onMoveDownItem}
                >
                  <ArrowDown strokeWidth={1.75} />
                </Button>
              </>
            )}
            {buttons.hasRemove && (
              <Button
                variant="ghost"
                size="sm"
                icon
                aria-label={`Remove ${at}`}
                onClick={buttons.onRemoveItem}
              >
                <Trash2 strokeWidth={1.75} />
              </Button>
            )}
          </span>
        )}
      </div>
    </ControlName>
  );
}

/** `anyOf` and `oneOf`: which kind of value, then its fields. */
export function SchemaChoice(props: MultiSchemaFieldTemplateProps<JsonMap, S, FormContext>) {
  const { schema, selector, optionSchemaField } = props;
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-3">
      <Field
        label={schema.title ?? "Kind"}
        help={schema.description === undefined ? undefined : <Help text={schema.description} />}
        action={<UndoSlot shown={false} label="" onUndo={() => undefined} />}
      >
        {selector}
      </Field>
      {optionSchemaField !== null && <div className="pl-[22px]">{optionSchemaField}</div>}
    </div>
  );
}

/** An entry whose name the user chooses. */
export function SchemaEntry(props: WrapIfAdditionalTemplateProps<JsonMap, S, FormContext>) {
  const { schema, children, label, id, onKeyRenameBlur, onRemoveProperty, readonly } = props;
  if (!(ADDITIONAL_PROPERTY_FLAG in schema)) return children;
  return (
    <div className="flex items-end gap-2">
      <label className="flex w-40 flex-col text-12 text-ink-3">
        Name
        <Input id={`${id}-key`} defaultValue={label} onBlur={onKeyRenameBlur} readOnly={readonly} />
      </label>
      <div className="min-w-0 flex-1">{children}</div>
      {!readonly && (
        <Button
          variant="ghost"
          size="sm"
          icon
          aria-label={`Remove ${label}`}
          onClick={() => onRemoveProperty()}
        >
          <Trash2 strokeWidth={1.75} />
        </Button>
      )}
    </div>
  );
}

/** Thrown to the boundary around the form, which then offers JSON. */
export function SchemaUnsupported({
  reason,
  fieldPathId,
}: UnsupportedFieldProps<JsonMap, S, FormContext>): never {
  throw new Error(`${fieldPathId.path.join(".")}: ${reason}`);
}

export function SchemaCycle(props: CyclicSchemaExpandProps<JsonMap, S, FormContext>) {
  return (
    <Button size="sm" onClick={() => props.onExpand(props.fieldPathId.$id)}>
      <Plus strokeWidth={1.75} /> Open {props.name}
    </Button>
  );
}
