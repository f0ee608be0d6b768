"use client";

/** How one argument is laid out: label and help left, control right, violet dot and undo when changed. */
import type { FieldTemplateProps, RJSFSchema } from "@rjsf/utils";
import { RotateCcw, X } from "lucide-react";
import { use, type ReactNode } from "react";
import { MISSING } from "@/server/domain/arguments/findings";
import { Button } from "../ui/Button";
import { Field, FieldError } from "../ui/Field";
import { FieldContext } from "../ui/field-context";
import type { JsonMap } from "./json";
import {
  canBeLeftOut,
  ControlName,
  defaultAt,
  FormActions,
  GroupReasons,
  HeaderSlot,
  isChanged,
  type FormContext,
  type Path,
} from "./schema-context";

type Props = FieldTemplateProps<JsonMap, RJSFSchema, FormContext>;

/** Around one argument that the form library draws. */
export function SchemaField(props: Props) {
  const { id, schema, children, hidden, rawErrors, formData, registry, fieldPathId } = props;
  if (hidden === true) return <div hidden>{children}</div>;
  // Groups and lists bring their own label.
  if (schema.type === "object") return <GroupReasons value={rawErrors ?? []}>{children}</GroupReasons>;
  if (schema.type === "array") return children;
  return (
    <Labelled
      {...{ id, schema, path: fieldPathId.path, value: formData, context: registry.formContext }}
      errors={rawErrors ?? []}
      required={props.required === true}
      readOnly={props.readonly || props.disabled}
      fallbackTitle={props.label}
    >
      {children}
    </Labelled>
  );
}

type LabelledProps = {
  id: string;
  schema: JsonMap | RJSFSchema;
  path: Path;
  value: unknown;
  context: FormContext;
  errors: readonly string[];
  required: boolean;
  readOnly: boolean;
  /** The name, where the schema gives no title. */
  fallbackTitle: string;
  /** The control is several inputs. */
  group?: boolean;
  /** The control needs the whole width. */
  stacked?: boolean;
  /** What else is forgotten when it goes back to "not given". */
  onLeaveOut?: () => void;
  children: ReactNode;
};

/** Label, help, error, dot and undo of one value; entries of lists have only the error. */
export function Labelled(props: LabelledProps) {
  const { id, schema, path, value, context, errors } = props;
  const { change } = use(FormActions);
  const slot = use(HeaderSlot);
  const outerName = use(ControlName);
  const isEmpty = value === undefined || value === null;
  const isQuiet = !context.showMissing && context.touched[id] !== true;
  // An entry that was just added is empty; that it must be text is said when it was left so.
  const isEntry = typeof path.at(-1) === "number";
  const error = errors.find((reason) => !(isQuiet && (reason === MISSING || (isEntry && isEmpty))));
  if (isEntry && props.group !== true && props.stacked !== true) {
    return (
      <FieldContext
        value={{
          id,
          describedBy: error === undefined ? undefined : `${id}-error`,
          isInvalid: error !== undefined,
          isRequired: true,
        }}
      >
        {props.children}
        {error !== undefined && <FieldError id={`${id}-error`}>{error}</FieldError>}
      </FieldContext>
    );
  }
  const base = defaultAt(context, path, schema);
  const changed = isChanged(base, value);
  const title = titleOf(schema, props.fallbackTitle);
  const description = (schema as JsonMap)["description"];
  const leaveOut = () => {
    change(path, undefined, id);
    props.onLeaveOut?.();
  };
  // An entry with a name that the user chose has no title; it is removed with its name.
  const canLeaveOut = !props.readOnly && title.trim() !== "" && canBeLeftOut(props);
  const undo = (
    <UndoSlot
      shown={changed && !props.readOnly}
      label={title}
      onUndo={() => change(path, structuredClone(base), id)}
      onLeaveOut={canLeaveOut ? leaveOut : undefined}
    />
  );
  return (
    <Field
      htmlFor={id}
      label={title}
      help={typeof description === "string" && description !== "" ? <Help text={description} /> : undefined}
      error={error}
      required={props.required}
      changed={changed}
      group={props.group ?? false}
      stacked={props.stacked ?? false}
      action={
        <>
          <FieldContext value={null}>{slot}</FieldContext>
          {undo}
        </>
      }
    >
      <HeaderSlot value={null}>
        {/* The name of an entry around it is not the name of this field. */}
        <ControlName value={title.trim() === "" ? outerName : undefined}>{props.children}</ControlName>
      </HeaderSlot>
    </Field>
  );
}

export function titleOf(schema: JsonMap | RJSFSchema, fallback: string): string {
  return typeof schema.title === "string" && schema.title !== "" ? schema.title : fallback;
}

type UndoProps = {
  shown: boolean;
  label: string;
  onUndo: () => void;
  /** Where there is no default to go back to: back to "not given". */
  onLeaveOut?: (() => void) | undefined;
};

/** Its place stays when there is nothing to undo, so that inputs keep one edge. */
export function UndoSlot({ shown, label, onUndo, onLeaveOut }: UndoProps) {
  if (shown)
    return (
      <Button variant="ghost" size="sm" icon aria-label={`Back to the default: ${label}`} onClick={onUndo}>
        <RotateCcw strokeWidth={1.75} />
      </Button>
    );
  if (onLeaveOut !== undefined)
    return (
      <Button variant="ghost" size="sm" icon aria-label={`Leave out: ${label}`} onClick={onLeaveOut}>
        <X strokeWidth={1.75} />
      </Button>
    );
  return <span aria-hidden="true" className="w-(--control-sm) shrink-0" />;
}

/** Descriptions come from packages: text only, with `code` in mono. */
export function Help({ text }: { text: string }) {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}

export { ControlName };
