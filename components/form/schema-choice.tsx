"use client";

/** `anyOf` and `oneOf`: which kind of value, then its fields. */
import type { RJSFSchema } from "@rjsf/utils";
import { use, useState } from "react";
import { isMap, merged, type JsonMap } from "@/server/domain/arguments/json";
import { Segmented } from "../ui/Segmented";
import { Select } from "../ui/Select";
import { JsonField } from "./JsonField";
import { branchOf, unionOf } from "./schema-branch";
import { ControlName, FormActions, HeaderSlot } from "./schema-context";
import { Labelled, titleOf } from "./schema-field";
import { labelledProps, Nothing, reasonsBelow, withoutNode, type NodeProps } from "./schema-node";
import { AS_JSON, BRANCH, BY, DEFAULT, propertiesOf, type Branch } from "./schema-marks";
import { initial } from "./schema-values";

const MOST_SEGMENTS = 4;
const MOST_LETTERS = 32;

export function SchemaChoice(props: NodeProps) {
  const { node, fieldPathId, registry } = props;
  const { change } = use(FormActions);
  const root = registry.rootSchema as JsonMap;
  const labelled = labelledProps(props);
  const value: unknown = props.formData;
  const branches = unionOf(node) ?? [];
  const found = branchOf(node, value, root);
  // While something is typed the kind stays what it was: "5" on the way to "5a" is no other kind.
  const [asked, setAsked] = useState(found);
  const isTyped = value === undefined || value === null || typeof value !== "object";
  const branch = asked !== null && isTyped && (found === null || isTypedInto(asked, root)) ? asked : found;
  const by = typeof node[BY] === "string" ? node[BY] : null;
  const at = fieldPathId.path.at(-1);
  const title = titleOf(node, typeof at === "number" ? `Entry ${at + 1}` : props.name);
  const choose = (index: string) => {
    const next = branches[Number(index)];
    if (next === undefined) return;
    setAsked(next);
    change(fieldPathId.path, beginOf(next, by, root), labelled.id);
  };
  const options = branches.map((one, index) => ({ value: String(index), label: one.title }));
  const chosen = branch === null ? null : String(branches.indexOf(branch));
  const isShort =
    options.length <= MOST_SEGMENTS && options.map(({ label }) => label).join("").length <= MOST_LETTERS;
  const name = by === null ? `Kind of ${title}` : `${title}: ${tagTitle(branches, by, root)}`;
  // Of a discriminator that names no branch, what is wrong is said here, since no field is drawn for it.
  const tagErrors = by !== null && branch === null ? (errorsAt(props, by) ?? []) : [];
  const isStray = branch === null && value !== undefined && value !== null;
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-3">
      <Labelled {...labelled} errors={[...labelled.errors, ...tagErrors]} onLeaveOut={() => setAsked(null)}>
        {isShort && !labelled.readOnly ? (
          <div>
            <Segmented label={name} value={chosen ?? ""} onValueChange={choose} options={options} />
          </div>
        ) : (
          <Select
            aria-label={name}
            placeholder="Choose"
            value={chosen}
            onValueChange={choose}
            disabled={labelled.readOnly}
            options={options}
          />
        )}
      </Labelled>
      {isStray && (
        <div className="pl-[22px]">
          <JsonField
            id={`${labelled.id}-json`}
            name={title}
            value={value}
            reasons={reasonsBelow(props.errorSchema)}
            readOnly={labelled.readOnly}
            why="It fits none of the kinds above; choosing one replaces it."
            onChange={(next) => change(fieldPathId.path, next, labelled.id)}
          />
        </div>
      )}
      {branch !== null && <BranchFields {...props} branch={branch} by={by} title={title} />}
    </div>
  );
}

/** Whether its value is one input. */
function isTypedInto({ schema }: Branch, root: JsonMap): boolean {
  return ["string", "number", "integer"].includes(String((merged(schema, root) ?? {})["type"]));
}

function BranchFields({
  branch,
  by,
  title,
  ...props
}: NodeProps & { branch: Branch; by: string | null; title: string }) {
  const root = props.registry.rootSchema as JsonMap;
  const own = merged(branch.schema, root) ?? {};
  const shown = by === null ? own : withoutProperty(own, by);
  if (
    shown["type"] === "object" &&
    Object.keys(propertiesOf(shown)).length === 0 &&
    shown["x-entries"] === undefined &&
    !hasMore(props.formData, by)
  )
    return null;
  const description = branch.description;
  const Field = props.registry.fields["SchemaField"] ?? Nothing;
  // Its title was the choice; a group without a title draws its fields alone.
  const inner = {
    ...shown,
    title: own["type"] === "object" ? "" : branch.title,
    description,
    [BRANCH]: true,
  } as unknown as RJSFSchema;
  return (
    <div className="pl-[22px]">
      <ControlName value={title}>
        <HeaderSlot value={null}>
          <Field {...withoutNode(props)} key={branch.title} schema={inner} required={false} />
        </HeaderSlot>
      </ControlName>
    </div>
  );
}

const hasMore = (value: unknown, by: string | null) =>
  isMap(value) && Object.keys(value).some((name) => name !== by);

function withoutProperty(node: JsonMap, name: string): JsonMap {
  const { [name]: _, ...properties } = propertiesOf(node);
  return { ...node, properties, "x-hidden": name };
}

/** A branch begins with its defaults, and with the constant that names it. */
function beginOf(branch: Branch, by: string | null, root: JsonMap): unknown {
  const { [DEFAULT]: own, ...bare } = merged(branch.schema, root) ?? {};
  if (bare[AS_JSON] !== undefined) return own ?? undefined;
  const value = own === undefined ? initial(bare, true, root) : structuredClone(own);
  if (by === null) return value ?? (bare["type"] === "array" ? [] : undefined);
  const [tag] = branch.tags;
  return { ...(tag === undefined ? {} : { [by]: tag }), ...(isMap(value) ? value : {}) };
}

function tagTitle(branches: readonly Branch[], by: string, root: JsonMap): string {
  const [first] = branches;
  const tag = first === undefined ? undefined : propertiesOf(merged(first.schema, root) ?? {})[by];
  return isMap(tag) && typeof tag["title"] === "string" ? tag["title"] : by;
}

function errorsAt(props: NodeProps, name: string): string[] | undefined {
  const errors = props.errorSchema as unknown as Record<string, { __errors?: string[] }> | undefined;
  return errors?.[name]?.__errors;
}
