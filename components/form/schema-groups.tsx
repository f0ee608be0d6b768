"use client";

/** Groups of an argument form, and entries whose names the user chooses. */
import type {
  CyclicSchemaExpandProps,
  ObjectFieldTemplateProps,
  RJSFSchema,
  UnsupportedFieldProps,
} from "@rjsf/utils";
import { ChevronRight, Plus } from "lucide-react";
import { use, useState } from "react";
import { MISSING } from "@/server/domain/arguments/findings";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/Field";
import { FieldContext } from "../ui/field-context";
import { Glyph } from "../ui/Glyph";
import { isMap, type JsonMap } from "./json";
import {
  canBeLeftOut,
  defaultAt,
  FormActions,
  GroupReasons,
  HeaderSlot,
  isChanged,
  type FormContext,
} from "./schema-context";
import { SchemaEntries } from "./schema-entries";
import { Help, UndoSlot } from "./schema-field";
import { BRANCH, NULLABLE } from "./schema-marks";

type S = RJSFSchema;

export function SchemaGroup(props: ObjectFieldTemplateProps<JsonMap, S, FormContext>) {
  const { title, description, properties, schema, fieldPathId, formData, registry, readonly = false } = props;
  const { change } = use(FormActions);
  const slot = use(HeaderSlot);
  const reasons = use(GroupReasons);
  const { formContext: context } = registry;
  // Of a branch they stand at the union.
  const own = schema[BRANCH] === true ? [] : reasons;
  const errors = own.filter((reason) => context.showMissing || reason !== MISSING);
  const problems = errors.length + countErrors(props.errorSchema, context.showMissing);
  // What is not given and not asked for need not take room. A group that may be null is drawn when it is set.
  const [isOpen, setOpen] = useState(
    props.required === true || schema[NULLABLE] === true || isGiven(formData) || problems > 0,
  );
  // From then on only a new problem opens it: it must not fold over a field that is just being cleared.
  const [hadProblems, setHadProblems] = useState(problems > 0);
  if (problems > 0 !== hadProblems) {
    setHadProblems(problems > 0);
    if (problems > 0) setOpen(true);
  }
  const [timesLeftOut, setTimesLeftOut] = useState(0);
  const body = (
    // Its fields begin anew when it was left out: a kind that was chosen in it is forgotten.
    <HeaderSlot key={timesLeftOut} value={null}>
      <div className="flex flex-col gap-4">
        {errors.map((error) => (
          <FieldError key={error}>{error}</FieldError>
        ))}
        {properties.map((property) =>
          property.hidden ? null : <div key={property.name}>{property.content}</div>,
        )}
        <SchemaEntries
          {...{ schema, formData, fieldPathId, registry }}
          errorSchema={props.errorSchema}
          readOnly={readonly}
        />
      </div>
    </HeaderSlot>
  );
  // The arguments themselves; an entry of a list and a branch of a union have their title above.
  if (title === "" || typeof fieldPathId.path.at(-1) !== "string") return body;
  const { path } = fieldPathId;
  const base = defaultAt(context, path, schema);
  const changed = isChanged(base, formData);
  const place = { context, path, schema, value: formData, required: props.required === true };
  const canLeaveOut = !readonly && canBeLeftOut(place);
  const leaveOut = () => {
    change(path, undefined);
    setTimesLeftOut((times) => times + 1);
  };
  return (
    <details
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="group/part border-t border-line pt-3"
    >
      <summary className="flex min-h-6 cursor-default list-none items-center gap-2 rounded-tag font-medium [&::-webkit-details-marker]:hidden">
        <ChevronRight
          size={14}
          strokeWidth={1.75}
          aria-hidden="true"
          className="shrink-0 text-ink-3 transition-transform duration-90 group-open/part:rotate-90"
        />
        {changed && (
          <span className="inline-block size-1.5 shrink-0 rounded-full bg-select" aria-hidden="true" />
        )}
        <span className="min-w-0">
          {title}
          {changed && <span className="sr-only">, changed</span>}
        </span>
        {props.required === true && <span className="font-normal text-ink-3">required</span>}
        {problems > 0 && (
          <span className="flex items-center gap-1 text-12 font-normal text-fail-ink">
            <Glyph kind="fail" size={12} />
            {problems === 1 ? "1 problem" : `${problems} problems`}
          </span>
        )}
        <span className="ml-auto flex items-center gap-2">
          <FieldContext value={null}>{slot}</FieldContext>
          <UndoSlot
            shown={changed && !readonly}
            label={title}
            onUndo={() => change(path, structuredClone(base))}
            onLeaveOut={canLeaveOut ? leaveOut : undefined}
          />
        </span>
      </summary>
      {typeof description === "string" && description !== "" && (
        <p className="mt-1 pl-[22px] text-12 text-ink-3">
          <Help text={description} />
        </p>
      )}
      <div className="mt-3 pl-[22px] max-md:pl-3">{body}</div>
    </details>
  );
}

/** Whether anything in it was given: a group of nothing but gaps is not. */
function isGiven(value: unknown): boolean {
  if (isMap(value)) return Object.values(value).some(isGiven);
  return value !== undefined && value !== null;
}

function countErrors(tree: unknown, showMissing: boolean): number {
  if (!isMap(tree)) return 0;
  return Object.entries(tree).reduce((sum, [key, value]) => {
    if (key !== "__errors") return sum + countErrors(value, showMissing);
    const reasons = Array.isArray(value) ? (value as unknown[]) : [];
    return sum + reasons.filter((reason) => showMissing || reason !== MISSING).length;
  }, 0);
}

/** Thrown to the boundary around the form, which then offers JSON. */
export function SchemaUnsupported({
  reason,
  fieldPathId,
}: UnsupportedFieldProps<JsonMap, S, FormContext>): never {
  throw new Error(`${fieldPathId.path.join(".")}: ${reason}`);
}

/** A definition inside of itself opens when it is asked for. */
export function SchemaCycle(props: CyclicSchemaExpandProps<JsonMap, S, FormContext>) {
  const title = props.schema.title ?? props.name;
  return (
    <Button size="sm" onClick={() => props.onExpand(props.fieldPathId.$id)}>
      <Plus strokeWidth={1.75} /> {`Open ${title}`}
    </Button>
  );
}
