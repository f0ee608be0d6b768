"use client";

// Not from the package's index: that loads its test registry, and with it Ajv, which writes code.
import Form from "@rjsf/core/lib/components/Form.js";
import type { RJSFSchema, TemplatesType } from "@rjsf/utils";
import { useMemo, useRef, useState } from "react";
import { judgedSchema } from "@/server/domain/arguments/judged";
import { Callout } from "../ui/Callout";
import { FormBoundary } from "./FormBoundary";
import { JsonEditor } from "./JsonEditor";
import { isSame, type JsonMap } from "./json";
import { FormActions, type FormContext, type Path } from "./schema-context";
import { SchemaField } from "./schema-field";
import { SchemaCycle, SchemaGroup, SchemaUnsupported } from "./schema-groups";
import { DRAWN, GuardedField } from "./schema-guard";
import { SchemaList, SchemaListItem } from "./schema-lists";
import { reservedName } from "./schema-limits";
import { prepareSchema } from "./schema-prepare";
import { errorTree, findProblems, SILENT } from "./schema-validator";
import { applyEdit, defaultsOf, shownValues } from "./schema-values";
import { NumberField, SelectWidget, SwitchField, TextField } from "./schema-widgets";

export type SchemaFormProps = {
  /** Arguments of one part of a task, as the package ships it. */
  schema: JsonMap;
  /** `args_schema_version` of the task: which spelling of JSON Schema it is. */
  version: string | null;
  /** Names the form: "Compute arguments". */
  label: string;
  /** What is stored. A change from outside (discard) needs a new `key`. */
  value: JsonMap;
  /** Called with what would be stored: the stored values with the edit in them, and nothing else changed. */
  onChange: (value: JsonMap) => void;
  /** Of the JSON, a text of before that is none yet, and what is called with every such text. */
  unfinished?: string | undefined;
  onUnfinished: (text: string) => void;
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
  UnsupportedFieldTemplate: SchemaUnsupported,
  CyclicSchemaExpandTemplate: SchemaCycle,
};
const widgets = { SelectWidget };
const noSubmit = { "ui:submitButtonOptions": { norender: true } };
const notDrawn = { "ui:widget": "hidden" };

/**
 * The arguments of a task as a form made from its JSON Schema; nothing else imports the form library. A
 * schema that cannot be drawn, and a form that breaks, are edited as JSON with the values as they are.
 */
export function SchemaForm(props: SchemaFormProps) {
  const prepared = prepareSchema(props.schema);
  if (!prepared.ok) return <Fallback {...props} why={prepared.why} />;
  const reserved = reservedName(props.value);
  if (reserved !== null)
    return <Fallback {...props} why={`A name like ${reserved} is not possible in a form.`} />;
  return (
    <FormBoundary label={props.label} fallback={(reason) => <Fallback {...props} why={reason} />}>
      <DrawnForm {...props} root={prepared.root} />
    </FormBoundary>
  );
}

/** What the library has of it: methods of its root. */
type Handle = { setFieldValue: (path: (string | number)[], value: unknown) => void };

function DrawnForm(props: SchemaFormProps & { root: JsonMap }) {
  const { schema, root, version, onChange, problems = {} } = props;
  const [values, setValues] = useState<JsonMap>(() => shownValues(schema, props.value));
  // What would be stored, and is judged: a default that is only shown is the task's own business.
  const [stored, setStored] = useState<JsonMap>(props.value);
  const form = useRef<Handle>(null);
  const [touched, setTouched] = useState<Readonly<Record<string, true>>>({});
  const touch = (id: string | undefined) => {
    if (id !== undefined) setTouched((old) => (old[id] === true ? old : { ...old, [id]: true }));
  };
  const actions = useMemo(
    () => ({
      change: (path: Path, value: unknown, id?: string) => {
        form.current?.setFieldValue([...path], value);
        touch(id);
      },
    }),
    [],
  );
  // The library gets a root without properties: it would add, drop and rewrite values by them.
  const library = useMemo(() => {
    const { $defs, ...drawn } = root;
    return { type: "object", $defs, [DRAWN]: drawn } as unknown as RJSFSchema;
  }, [root]);
  const extraErrors = useMemo(() => {
    const found = findProblems(schema, stored, version);
    const answered = Object.entries(problems).map(([path, reason]) => ({ path: path.split("."), reason }));
    const isNew = ({ path, reason }: { path: string[]; reason: string }) =>
      path[0] !== "" && !found.some((one) => one.reason === reason && isSame(one.path, path));
    return errorTree([...found, ...answered.filter(isNew)]);
  }, [schema, stored, version, problems]);
  const formContext = useMemo(
    () => ({ touched, showMissing: props.showMissing ?? false, defaults: defaultsOf(schema) }),
    [touched, props.showMissing, schema],
  );
  return (
    <div role="group" aria-label={props.label}>
      <FormActions value={actions}>
        <Form<JsonMap, RJSFSchema, FormContext>
          ref={form as never}
          tagName="div"
          schema={library}
          uiSchema={{
            ...noSubmit,
            ...Object.fromEntries((props.hidden ?? []).map((name) => [name, notDrawn])),
          }}
          validator={SILENT}
          formData={values}
          onChange={({ formData }, id) => {
            const next = formData ?? {};
            touch(id);
            if (isSame(next, values)) return;
            const before = values;
            setValues(next);
            const edited = applyEdit(schema, stored, before, next);
            setStored(edited);
            onChange(edited);
          }}
          onBlur={(id) => touch(id)}
          templates={templates}
          fields={{
            SchemaField: GuardedField,
            NumberField,
            BooleanField: SwitchField,
            StringField: StringOrChoice,
          }}
          widgets={widgets}
          formContext={formContext}
          extraErrors={extraErrors}
          readonly={props.readOnly ?? false}
          idPrefix={props.label.toLowerCase().replace(/\W+/g, "-")}
          noHtml5Validate
          showErrorList={false}
        />
      </FormActions>
    </div>
  );
}

/** The library knows a choice by its type of text. */
function StringOrChoice(props: Parameters<typeof TextField>[0]) {
  const { schema, fieldPathId, formData, onChange, name, readonly, disabled, onBlur, onFocus, registry } =
    props;
  if (schema.enum === undefined) return <TextField {...props} />;
  const id = fieldPathId.$id;
  return (
    <SelectWidget
      {...{ id, schema, name, onBlur, onFocus, registry }}
      label={schema.title ?? name}
      value={formData}
      readonly={readonly ?? false}
      disabled={disabled ?? false}
      options={{}}
      onChange={(value: unknown) => onChange(value as JsonMap, fieldPathId.path, undefined, id)}
    />
  );
}

/** The same arguments as text: what a schema cannot draw, and what people prefer to paste. */
export function ArgumentsJson(props: SchemaFormProps) {
  const judged = judgedSchema(props.schema, props.version);
  return (
    <JsonEditor
      label={props.label}
      value={props.value}
      unfinished={props.unfinished}
      onChange={props.onChange}
      onUnfinished={props.onUnfinished}
      problems={{ ...problemsOf(props.schema, props.value, props.version), ...props.problems }}
      readOnly={props.readOnly ?? false}
      {...(judged.ok ? {} : { help: `Not checked before the task runs. ${judged.why}` })}
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
export function problemsOf(schema: JsonMap, value: JsonMap, version: string | null): Record<string, string> {
  const found = findProblems(schema, value, version);
  return Object.fromEntries(found.map(({ path, reason }) => [path.join("."), reason]));
}
