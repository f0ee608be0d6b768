"use client";

/** Lists and tuples of an argument form. */
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps, RJSFSchema } from "@rjsf/utils";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { use } from "react";
import { isMap, merged, type JsonMap } from "@/server/domain/arguments/json";
import { Button } from "../ui/Button";
import { ControlName, FormActions, type FormContext } from "./schema-context";
import { Labelled, titleOf } from "./schema-field";
import { labelledProps, Nothing, withoutNode, type NodeProps } from "./schema-node";
import { ABSENT, TUPLE } from "./schema-marks";
import { initial } from "./schema-values";

type S = RJSFSchema;

export function SchemaList(props: ArrayFieldTemplateProps<JsonMap, S, FormContext>) {
  const { title, schema, items, canAdd, required = false, readonly = false, registry, fieldPathId } = props;
  const { change } = use(FormActions);
  const root = registry.rootSchema as JsonMap;
  const entry = isMap(schema.items) ? schema.items : {};
  const isWide = isWideEntry(entry, root);
  const value: unknown = schema[ABSENT] === true ? undefined : props.formData;
  const add = () => {
    const next = initial(entry, true, root) ?? null;
    change(fieldPathId.path, [...(Array.isArray(value) ? (value as unknown[]) : []), next], fieldPathId.$id);
  };
  return (
    <Labelled
      id={fieldPathId.$id}
      path={fieldPathId.path}
      {...{ schema, value, required }}
      context={registry.formContext}
      errors={props.rawErrors ?? []}
      readOnly={readonly}
      fallbackTitle={title}
      group
      stacked={isWide}
    >
      <div className={isWide ? "flex flex-col gap-3" : "flex flex-col gap-1.5"}>
        <ControlName value={title}>{items}</ControlName>
        {items.length === 0 && !isWide && (
          <p className="flex min-h-(--control-h) items-center text-ink-3">None</p>
        )}
        {canAdd === true && !readonly && (
          <Button size="sm" variant="ghost" className="-ml-1 self-start" onClick={add}>
            <Plus strokeWidth={1.75} /> {`Add to ${title.toLowerCase()}`}
          </Button>
        )}
      </div>
    </Labelled>
  );
}

/** Entries that are more than one input get the whole width. */
function isWideEntry(entry: unknown, root: JsonMap): boolean {
  const own = merged(entry, root) ?? {};
  return own["type"] === "object" || own["type"] === "array" || own["x-union"] !== undefined;
}

export function SchemaListItem(props: ArrayFieldItemTemplateProps<JsonMap, S, FormContext>) {
  const { children, buttonsProps: buttons, index, totalItems, readonly = false, schema, registry } = props;
  const at = `entry ${index + 1} of ${totalItems}`;
  const isWide = isWideEntry(schema, registry.rootSchema);
  const tools = !readonly && (
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
        <Button variant="ghost" size="sm" icon aria-label={`Remove ${at}`} onClick={buttons.onRemoveItem}>
          <Trash2 strokeWidth={1.75} />
        </Button>
      )}
    </span>
  );
  return (
    <ControlName value={`Entry ${index + 1}`}>
      {isWide ? (
        <div className="rounded-control border border-line">
          <div className="flex min-h-9 items-center gap-2 border-b border-line pr-1 pl-3 text-12 text-ink-3">
            <span className="min-w-0 flex-1">{`Entry ${index + 1}`}</span>
            {tools}
          </div>
          <div className="p-3 [&>details]:border-t-0 [&>details]:pt-0 [&>div]:border-t-0 [&>div]:pt-0">
            {children}
          </div>
        </div>
      ) : (
        <div className="flex items-start gap-1">
          <div className="min-w-0 flex-1">{children}</div>
          {tools}
        </div>
      )}
    </ControlName>
  );
}

/** A fixed number of entries, each with its own schema; drawn also where nothing is given. */
export function SchemaTuple(props: NodeProps) {
  const { node, fieldPathId, registry, errorSchema } = props;
  const { change } = use(FormActions);
  const labelled = labelledProps(props);
  const value: unknown[] = Array.isArray(props.formData) ? (props.formData as unknown[]) : [];
  const fixed = (node[TUPLE] ?? []) as JsonMap[];
  const root = registry.rootSchema as JsonMap;
  const isWide = fixed.some((entry) => isWideEntry(entry, root));
  const errors = errorSchema as unknown as Record<number, NodeProps["errorSchema"]> | undefined;
  const write = (index: number, next: unknown, path: readonly (string | number)[], id?: string) => {
    if (path.length > fieldPathId.path.length + 1) {
      change(path, next, id);
      return;
    }
    const all = Array.from({ length: Math.max(value.length, fixed.length) }, (_, at) => value[at] ?? null);
    all[index] = next ?? null;
    const isEmpty = all.every((item) => item === null);
    change(fieldPathId.path, isEmpty && !labelled.required ? undefined : all, id);
  };
  const title = titleOf(node, props.name);
  const bare = withoutNode(props);
  const Field = registry.fields["SchemaField"] ?? Nothing;
  return (
    <Labelled {...labelled} group stacked={isWide}>
      <div className={isWide ? "flex flex-col gap-3" : "flex flex-wrap items-start gap-2"}>
        {fixed.map((entry, index) => {
          const { title: own, ...plain } = merged(entry, root) ?? {};
          const name = typeof own === "string" && own !== "" ? own : `Entry ${index + 1}`;
          const itemErrors = errors?.[index];
          return (
            <div key={index} className="min-w-24 flex-1">
              {typeof own === "string" && own !== "" && !isWide && (
                <span className="block text-12 text-ink-3" aria-hidden="true">
                  {own}
                </span>
              )}
              <ControlName value={`${title}, ${name}`}>
                <Field
                  {...bare}
                  name={name}
                  schema={isWide ? { ...plain, title: name } : plain}
                  formData={value[index] as JsonMap}
                  errorSchema={itemErrors ?? {}}
                  fieldPathId={{ path: [...fieldPathId.path, index], $id: `${labelled.id}_${index}` }}
                  required
                  onChange={(next, path, _, id) => write(index, next, path, id)}
                />
              </ControlName>
            </div>
          );
        })}
        {value.slice(fixed.length).map((item, at) => (
          <p key={at} className="flex items-center gap-1 text-12 text-fail-ink">
            <code>{JSON.stringify(item)}</code> is one too many.
            {!labelled.readOnly && (
              <Button
                size="sm"
                variant="ghost"
                icon
                aria-label={`Remove entry ${fixed.length + at + 1}`}
                onClick={() =>
                  change(
                    fieldPathId.path,
                    value.filter((_, index) => index !== fixed.length + at),
                    labelled.id,
                  )
                }
              >
                <Trash2 strokeWidth={1.75} />
              </Button>
            )}
          </p>
        ))}
      </div>
    </Labelled>
  );
}
