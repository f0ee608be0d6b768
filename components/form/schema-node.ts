/** A field of the form library together with its schema, references followed. */
import { RJSF_REF_CYCLE_KEY, type FieldProps, type RJSFSchema } from "@rjsf/utils";
import { isMap, type JsonMap } from "./json";
import type { FormContext } from "./schema-context";

export type Props = FieldProps<JsonMap, RJSFSchema, FormContext>;
/** A field and its schema with references followed. */
export type NodeProps = Props & { node: JsonMap };

/** The form library would hand an unknown prop on to the page. */
export function withoutNode({ node: _, ...props }: NodeProps): Props {
  // Expanded here: the library marks the second opening of a definition as a circle.
  return { ...props, schema: { ...props.schema, [RJSF_REF_CYCLE_KEY]: false } };
}

/**
 * What is wrong deeper in a value that is one control: its own places are not drawn, so each reason names its own.
 * Said also of what is missing there, since the value around it is given.
 */
export function reasonsBelow(tree: unknown, path: readonly string[] = []): string[] {
  if (!isMap(tree)) return [];
  return Object.entries(tree).flatMap(([name, below]) => {
    if (name !== "__errors") return reasonsBelow(below, [...path, name]);
    const reasons = path.length > 0 && Array.isArray(below) ? (below as unknown[]) : [];
    return reasons.map((reason) => `${path.join(".")}: ${String(reason)}`);
  });
}

/** Label and so on of a field that this folder draws by itself. */
export function labelledProps(props: NodeProps) {
  const { fieldPathId, node, formData, registry, errorSchema, required, readonly, disabled, name } = props;
  return {
    id: fieldPathId.$id,
    schema: node,
    path: fieldPathId.path,
    value: formData as unknown,
    context: registry.formContext,
    errors: errorSchema?.__errors ?? [],
    required: required === true,
    readOnly: readonly === true || disabled === true,
    fallbackTitle: name,
  };
}

/** In place of a field that a registry lacks, which ours does not. */
export const Nothing = () => null;
