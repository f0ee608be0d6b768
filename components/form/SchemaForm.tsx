"use client";

// Not from the package's index: that loads its test registry, and with it Ajv, which writes code.
import Form from "@rjsf/core/lib/components/Form.js";
import type { RJSFSchema, TemplatesType } from "@rjsf/utils";
import { Component, useState, type ReactNode } from "react";
import { Callout } from "../ui/Callout";
import { JsonEditor } from "./JsonEditor";
import { isSame, type JsonMap } from "./json";
import { SchemaField, type FormContext } from "./schema-field";
import {
  SchemaChoice,
  SchemaCycle,
  SchemaEntry,
  SchemaGroup,
  SchemaList,
  SchemaListItem,
  SchemaUnsupported,
} from "./schema-groups";
import { prepareSchema, withoutManaged } from "./schema-prepare";
import { errorTree, findProblems, makeFormValidator, type Dialect } from "./schema-validator";
import { DEFAULTS, defaultsOf, storedValues } from "./schema-values";
import { NumberField, SelectWidget, SwitchWidget, TextWidget } from "./schema-widgets";

export type SchemaFormProps = {
  /** Arguments of one part of a task, as the package ships it. */
  schema: JsonMap;
  dialect: Dialect;
  /** Names the form: "Compute arguments". */
  label: string;
  /** What is stored. A change from outside (discard) needs a new `key`. */
  value: JsonMap;
  /** Called with what would be stored: without cleared fields and without what equals its default. */
  onChange: (value: JsonMap | null) => void;
  /** What the server objected to, reason by dotted path. */
  problems?: Readonly<Record<string, string>>;
  /** Calls missing arguments so before they were touched. */
  showMissing?: boolean;
  readOnly?: boolean;
  /** Arguments that are not drawn now: a search, only the modified ones. Their values stay. */
  hidden?: readonly string[];
};

const templates: Partial<TemplatesType<JsonMap, RJSFSchema, FormContext>> = {
  FieldTemplate: SchemaField,
  ObjectFieldTemplate: SchemaGroup,
  ArrayFieldTemplate: SchemaList,
  ArrayFieldItemTemplate: SchemaListItem,
  MultiSchemaFieldTemplate: SchemaChoice,
  WrapIfAdditionalTemplate: SchemaEntry,
  UnsupportedFieldTemplate: SchemaUnsupported,
  CyclicSchemaExpandTemplate: SchemaCycle,
};
const fields = { NumberField };
const widgets = {
  TextWidget,
  TextareaWidget: TextWidget,
  EmailWidget: TextWidget,
  URLWidget: TextWidget,
  PasswordWidget: TextWidget,
  DateWidget: TextWidget,
  DateTimeWidget: TextWidget,
  TimeWidget: TextWidget,
  ColorWidget: TextWidget,
  UpDownWidget: TextWidget,
  SelectWidget,
  RadioWidget: SelectWidget,
  CheckboxWidget: SwitchWidget,
};
const noSubmit = { "ui:submitButtonOptions": { norender: true } };
const notDrawn = { "ui:widget": "hidden" };

/**
 * The arguments of a task as a form made from its JSON Schema; nothing else imports the form library. A
 * schema that cannot be drawn is edited as JSON.
 */
export function SchemaForm(props: SchemaFormProps) {
  const drawable = drawableOf(props);
  if (!drawable.ok) return <Fallback {...props} why={drawable.why} />;
  return (
    <FormBoundary fallback={(reason) => <Fallback {...props} why={reason} />}>
      <DrawnForm {...props} drawn={drawable.schema} />
    </FormBoundary>
  );
}

function drawableOf({ schema, dialect }: SchemaFormProps) {
  try {
    const drawn = prepareSchema(schema) as RJSFSchema;
    // A schema that cannot judge is found out here, not at the first key press.
    findProblems(withoutManaged(schema), {}, dialect);
    return { ok: true as const, schema: drawn };
  } catch (error) {
    return { ok: false as const, why: error instanceof Error ? error.message : "The schema cannot be read." };
  }
}

function DrawnForm(props: SchemaFormProps & { drawn: RJSFSchema }) {
  const { schema, drawn, dialect, onChange, problems = {} } = props;
  // With the defaults from the start, or the library would report them as the first change.
  const [values, setValues] = useState<JsonMap>(() => ({ ...defaultsOf(schema, dialect), ...props.value }));
  const [touched, setTouched] = useState<Readonly<Record<string, true>>>({});
  const [validator] = useState(() => makeFormValidator(withoutManaged(schema), dialect));
  const touch = (id: string | undefined) => {
    if (id !== undefined && touched[id] !== true) setTouched({ ...touched, [id]: true });
  };
  // Judged here, so that a form that was only opened is judged too; the library shows what it is given.
  const found = findProblems(withoutManaged(schema), values, dialect);
  const answered = Object.entries(problems).map(([path, reason]) => ({ path: path.split("."), reason }));
  const extraErrors = errorTree([...found, ...answered.filter(({ path }) => path[0] !== "")]);
  return (
    <div role="group" aria-label={props.label}>
      <Form<JsonMap, RJSFSchema, FormContext>
        tagName="div"
        schema={drawn}
        uiSchema={{
          ...noSubmit,
          ...Object.fromEntries((props.hidden ?? []).map((name) => [name, notDrawn])),
        }}
        validator={validator}
        formData={values}
        onChange={({ formData }, id) => {
          const next = formData ?? {};
          touch(id);
          if (isSame(next, values) && Object.keys(next).length === Object.keys(values).length) return;
          setValues(next);
          onChange(storedValues(schema, next, dialect));
        }}
        onBlur={(id) => touch(id)}
        templates={templates}
        fields={fields}
        widgets={widgets}
        formContext={{ touched, showMissing: props.showMissing ?? false }}
        extraErrors={extraErrors}
        experimental_defaultFormStateBehavior={DEFAULTS}
        readonly={props.readOnly ?? false}
        idPrefix={props.label.toLowerCase().replace(/\W+/g, "-")}
        noHtml5Validate
        showErrorList={false}
      />
    </div>
  );
}

/** The same arguments as text: what a schema cannot draw, and what people prefer to paste. */
export function ArgumentsJson(props: SchemaFormProps) {
  const found = problemsOf(props.schema, props.value, props.dialect);
  return (
    <JsonEditor
      label={props.label}
      value={props.value}
      onChange={props.onChange}
      problems={{ ...found, ...props.problems }}
      readOnly={props.readOnly ?? false}
    />
  );
}

function Fallback({ why, ...props }: SchemaFormProps & { why: string }) {
  return (
    <div className="flex flex-col gap-3">
      <Callout tone="warn" title="These arguments cannot be shown as a form.">
        They are edited as JSON instead. {why}
      </Callout>
      <ArgumentsJson {...props} />
    </div>
  );
}

/** Reason by dotted path; empty for a schema that cannot judge, which the server lets pass too. */
export function problemsOf(schema: JsonMap, value: JsonMap, dialect: Dialect): Record<string, string> {
  try {
    const found = findProblems(withoutManaged(schema), value, dialect);
    return Object.fromEntries(found.map(({ path, reason }) => [path.join("."), reason]));
  } catch {
    return {};
  }
}

type BoundaryProps = { children: ReactNode; fallback: (reason: string) => ReactNode };

/** A class, since only those can catch what a child throws while it draws. */
class FormBoundary extends Component<BoundaryProps, { reason: string | null }> {
  override state = { reason: null as string | null };
  static getDerivedStateFromError(error: unknown) {
    return { reason: error instanceof Error ? error.message : "The form could not be drawn." };
  }
  override render() {
    return this.state.reason === null ? this.props.children : this.props.fallback(this.state.reason);
  }
}
