"use client";

/** Which element an argument gets (web-ui.md §3.12.2); what the form library would break is caught before it. */
import LibraryField from "@rjsf/core/lib/components/fields/SchemaField.js";
import { RJSF_REF_CYCLE_KEY, type RJSFSchema } from "@rjsf/utils";
import { use } from "react";
import { isMap, merged, type JsonMap } from "@/server/domain/arguments/json";
import { Button } from "../ui/Button";
import { Input } from "../ui/Input";
import { Switch } from "../ui/Switch";
import { JsonField } from "./JsonField";
import { isSame } from "./json";
import { unionOf } from "./schema-branch";
import { SchemaChoice } from "./schema-choice";
import { defaultAt, FormActions, HeaderSlot, jsonReason } from "./schema-context";
import { Labelled, titleOf } from "./schema-field";
import { SchemaTuple } from "./schema-lists";
import { ABSENT, NULLABLE, TUPLE } from "./schema-marks";
import { labelledProps, reasonsBelow, withoutNode, type NodeProps, type Props } from "./schema-node";
import { initial } from "./schema-values";

/** Where the drawn schema hangs on the schema that the form library holds, so that it adds and drops nothing. */
export const DRAWN = "x-drawn";

export function GuardedField(props: Props) {
  const { schema, formData, registry, uiSchema } = props;
  const value: unknown = formData;
  const drawn = (schema as JsonMap)[DRAWN];
  const own = (isMap(drawn) ? drawn : schema) as RJSFSchema;
  const asIs = <LibraryField {...props} schema={own} />;
  if (uiSchema?.["ui:widget"] === "hidden") return asIs;
  if ((own as Record<symbol, unknown>)[RJSF_REF_CYCLE_KEY] && value === undefined) return asIs;
  const node = merged(own, registry.rootSchema) ?? {};
  const field = { ...props, schema: own, node };
  if (isMisfit(node, value)) return <MisfitField {...field} />;
  const isSwitchable =
    node[NULLABLE] === true &&
    (unionOf(node) !== null || node["type"] === "object" || node["type"] === "array");
  if (isSwitchable) return <SwitchableField {...field} />;
  return <PlainField {...field} />;
}

function PlainField(props: NodeProps) {
  const { node } = props;
  if (jsonReason(node) !== null) return <FreeField {...props} />;
  if (unionOf(node) !== null) return <SchemaChoice {...props} />;
  if ("const" in node) return <ConstantField {...props} />;
  if (node[TUPLE] !== undefined) return <SchemaTuple {...props} />;
  const bare = withoutNode(props);
  if (node["type"] === "array" && props.formData === undefined)
    return <LibraryField {...bare} schema={{ ...bare.schema, [ABSENT]: true }} />;
  return <LibraryField {...bare} />;
}

/** A stored value that is of another kind than the schema: a form of it would lose it. */
function isMisfit(node: JsonMap, value: unknown): boolean {
  if (value === undefined || jsonReason(node) !== null || unionOf(node) !== null) return false;
  if ("const" in node) return !isSame(value, node["const"]);
  if (value === null) return false;
  if (Array.isArray(node["enum"])) return false;
  switch (node["type"]) {
    case "object":
      return !isMap(value);
    case "array":
      return !Array.isArray(value);
    case "boolean":
      return typeof value !== "boolean";
    case "string":
    case "number":
    case "integer":
      return typeof value === "object" || (node["type"] !== "string" && typeof value === "boolean");
    default:
      return false;
  }
}

function MisfitField(props: NodeProps) {
  const { change } = use(FormActions);
  const { fieldPathId, node, registry, required } = props;
  const labelled = labelledProps(props);
  const base =
    defaultAt(registry.formContext, fieldPathId.path, node) ??
    initial(node, required === true, registry.rootSchema);
  return (
    <Labelled {...labelled} stacked>
      <div className="rounded-control border border-fail-line p-2">
        <JsonField
          id={labelled.id}
          name={titleOf(node, props.name)}
          value={labelled.value}
          reasons={reasonsBelow(props.errorSchema)}
          readOnly={labelled.readOnly}
          onChange={(next) => change(fieldPathId.path, next, labelled.id)}
        />
        {!labelled.readOnly && (
          <Button size="sm" className="mt-2" onClick={() => change(fieldPathId.path, base, labelled.id)}>
            Reset to {base === undefined ? "nothing" : "the default"}
          </Button>
        )}
      </div>
    </Labelled>
  );
}

/** Values that no form can be made for, each as JSON of its own. */
function FreeField(props: NodeProps) {
  const { change } = use(FormActions);
  const labelled = labelledProps(props);
  return (
    <Labelled {...labelled}>
      <JsonField
        id={labelled.id}
        name={titleOf(props.node, props.name)}
        why={jsonReason(props.node) ?? undefined}
        value={labelled.value}
        reasons={reasonsBelow(props.errorSchema)}
        readOnly={labelled.readOnly}
        onChange={(next) => change(props.fieldPathId.path, next, labelled.id)}
      />
    </Labelled>
  );
}

function ConstantField(props: NodeProps) {
  const { change } = use(FormActions);
  const labelled = labelledProps(props);
  const constant = props.node["const"];
  const isUnset = props.formData === undefined;
  return (
    <Labelled {...labelled}>
      <Input
        mono
        readOnly
        value={typeof constant === "string" ? constant : JSON.stringify(constant)}
        unit={isUnset ? "not given" : "always"}
        suffix={
          isUnset &&
          !labelled.readOnly && (
            <Button size="sm" variant="ghost" onClick={() => change(labelled.path, constant, labelled.id)}>
              Set
            </Button>
          )
        }
      />
    </Labelled>
  );
}

/** A group, list or union that may be null: a switch in its header (web-ui.md §3.12.6). */
function SwitchableField(props: NodeProps) {
  const { change } = use(FormActions);
  const { fieldPathId, node, registry } = props;
  const labelled = labelledProps(props);
  const value: unknown = props.formData;
  const isOn = value !== null && value !== undefined;
  const set = (on: boolean) => {
    const { [NULLABLE]: _, "x-default": __, ...bare } = node;
    const base = defaultAt(registry.formContext, fieldPathId.path, node);
    const begin = (base ?? undefined) as unknown;
    const empty = node["type"] === "array" ? [] : {};
    const next = begin ?? initial(bare, true, registry.rootSchema) ?? empty;
    change(fieldPathId.path, on ? structuredClone(next) : null, labelled.id);
  };
  const title = titleOf(node, props.name);
  const control = (
    <Switch
      aria-label={`${title} is set`}
      checked={isOn}
      disabled={labelled.readOnly}
      onChange={(event) => set(event.target.checked)}
      label={isOn ? undefined : "Not set"}
    />
  );
  if (!isOn)
    return (
      <Labelled {...labelled} errors={labelled.errors} group>
        <div className="flex min-h-(--control-h) items-center text-ink-3">{control}</div>
      </Labelled>
    );
  return (
    <HeaderSlot value={control}>
      <PlainField {...props} />
    </HeaderSlot>
  );
}
