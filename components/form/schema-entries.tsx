"use client";

/** Entries of a group that are not in its list: with names that the user chooses, or stored and unknown. */
import type { ErrorSchema, FieldPathId, Registry, RJSFSchema } from "@rjsf/utils";
import { Plus, Trash2 } from "lucide-react";
import { use, useState } from "react";
import { UNKNOWN } from "@/server/domain/arguments/findings";
import { merged } from "@/server/domain/arguments/json";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/Field";
import { Input } from "../ui/Input";
import { JsonField } from "./JsonField";
import { isMap, type JsonMap } from "./json";
import { ControlName, FormActions, idAt, type FormContext, type Path } from "./schema-context";
import { titleOf } from "./schema-field";
import { ENTRIES, propertiesOf } from "./schema-marks";
import { reasonsBelow } from "./schema-node";
import { initial } from "./schema-values";

type Props = {
  schema: RJSFSchema;
  formData: unknown;
  fieldPathId: FieldPathId;
  registry: Registry<JsonMap, RJSFSchema, FormContext>;
  errorSchema: ErrorSchema<JsonMap> | undefined;
  readOnly: boolean;
};

export function SchemaEntries(props: Props) {
  const { change } = use(FormActions);
  const { fieldPathId, registry, readOnly } = props;
  const schema = props.schema as JsonMap;
  const value = isMap(props.formData) ? props.formData : {};
  const properties = propertiesOf(schema);
  const names = Object.keys(value).filter(
    (name) => !Object.hasOwn(properties, name) && name !== schema["x-hidden"] && value[name] !== undefined,
  );
  const entries = schema[ENTRIES];
  const isMapped = isMap(entries);
  const path: Path = fieldPathId.path;
  const add = () => {
    const root = registry.rootSchema as JsonMap;
    let count = 1;
    while (Object.hasOwn(value, `name_${count}`)) count += 1;
    const begin = isMapped ? (initial(entries, true, root) ?? emptyOf(merged(entries, root) ?? {})) : null;
    change(path, { ...value, [`name_${count}`]: begin });
  };
  return (
    <>
      {names.map((name, index) => (
        <Entry
          key={index}
          {...props}
          name={name}
          value={value}
          path={path}
          entries={isMapped ? (entries as RJSFSchema) : null}
          isRefused={entries === false}
        />
      ))}
      {isMapped && !readOnly && (
        <Button size="sm" className="self-start" onClick={add}>
          <Plus strokeWidth={1.75} /> Add entry
        </Button>
      )}
    </>
  );
}

const emptyOf = (schema: JsonMap): unknown => {
  if (schema["type"] === "string") return "";
  if (schema["type"] === "array") return [];
  return schema["type"] === "object" ? {} : null;
};

type EntryProps = Props & {
  name: string;
  value: JsonMap;
  path: Path;
  entries: RJSFSchema | null;
  isRefused: boolean;
};

function Entry(props: EntryProps) {
  const { change } = use(FormActions);
  const { name, value, path, entries, isRefused, registry, readOnly } = props;
  const at = [...path, name];
  const remove = () =>
    change(path, Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)));
  const { SchemaField } = registry.fields;
  const errors = (props.errorSchema as unknown as Record<string, ErrorSchema<JsonMap>> | undefined)?.[name];
  const id = idAt(registry.globalFormOptions.idPrefix, at);
  const trash = !readOnly && (
    <Button variant="ghost" size="sm" icon aria-label={`Remove ${name}`} onClick={remove}>
      <Trash2 strokeWidth={1.75} />
    </Button>
  );
  if (entries === null || SchemaField === undefined)
    return (
      <div className={isRefused ? "rounded-control border border-fail p-2" : ""}>
        <div className="flex items-center gap-2">
          <code className="min-w-0 flex-1 truncate font-medium">{name}</code>
          {trash}
        </div>
        <JsonField
          id={id}
          name={name}
          value={value[name]}
          reasons={reasonsBelow(errors)}
          readOnly={readOnly}
          onChange={(next) => change(at, next, id)}
        />
        {isRefused && <FieldError>{UNKNOWN}</FieldError>}
      </div>
    );
  const own = merged(entries, registry.rootSchema) ?? {};
  const isWide = own["type"] === "object" || own["type"] === "array" || own["x-union"] !== undefined;
  // Its own name is the label; the title of the class would be the same for each.
  const schema = { ...own, title: isWide ? titleOf(own, "Value") : " " } as RJSFSchema;
  const field = (
    <ControlName value={`Value of ${name}`}>
      <SchemaField
        name={name}
        schema={schema}
        fieldPathId={{ path: [...at], $id: id }}
        formData={value[name] as JsonMap}
        {...(errors === undefined ? {} : { errorSchema: errors })}
        registry={registry}
        readonly={readOnly}
        required={isWide}
        onChange={(next, where, _, changed) => change(where, next, changed)}
        onBlur={() => undefined}
        onFocus={() => undefined}
      />
    </ControlName>
  );
  return (
    <div
      className={
        isWide ? "flex flex-col gap-3 border-t border-line pt-3" : "flex flex-wrap items-start gap-2"
      }
    >
      <div className="flex items-start gap-2">
        <EntryName key={name} {...{ name, value, path, readOnly, id }} />
        {isWide && trash}
      </div>
      <div className={isWide ? "min-w-0 pl-[22px] max-md:pl-3" : "min-w-0 flex-1 basis-40"}>{field}</div>
      {!isWide && trash}
    </div>
  );
}

type NameProps = { name: string; value: JsonMap; path: Path; readOnly: boolean; id: string };

/** Takes effect when it is left; an empty or a second same name does not. */
function EntryName({ name, value, path, readOnly, id }: NameProps) {
  const { change } = use(FormActions);
  const [typed, setTyped] = useState(name);
  const problem =
    typed === ""
      ? "Needs a name."
      : typed !== name && Object.hasOwn(value, typed)
        ? "Is there already."
        : null;
  const rename = () => {
    if (problem !== null || typed === name) return;
    change(
      path,
      Object.fromEntries(Object.entries(value).map(([key, entry]) => [key === name ? typed : key, entry])),
    );
  };
  return (
    <div className="w-44 max-md:w-40">
      <Input
        id={`${id}-key`}
        aria-label={`Name of ${name}`}
        mono
        value={typed}
        readOnly={readOnly}
        aria-invalid={problem !== null || undefined}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={rename}
      />
      {problem !== null && <FieldError>{problem}</FieldError>}
    </div>
  );
}
