/** Tasks in words. Pure. */
import type { TaskType } from "@/server/contracts/enums";

/** What a person needs to know of a type: how often it is called, and on what. */
export const TASK_TYPE_WORDS: Record<TaskType, { short: string; long: string }> = {
  parallel: { short: "parallel", long: "called once for each image" },
  non_parallel: { short: "whole dataset", long: "called once with all images" },
  compound: { short: "compound", long: "called once with all images, then once for each part" },
  converter_non_parallel: { short: "converter", long: "called once, makes images" },
  converter_compound: { short: "converter", long: "called once, then once for each image that it makes" },
};

type Types = Readonly<Record<string, boolean>>;

/** One flag through a task: what it needs, what it gives; null where it does not care. */
export type TypeChange = { name: string; needs: boolean | null; gives: boolean | null };

export function typeChanges(inputTypes: Types, outputTypes: Types): TypeChange[] {
  const names = [...new Set([...Object.keys(inputTypes), ...Object.keys(outputTypes)])];
  return names.map((name) => ({
    name,
    needs: inputTypes[name] ?? null,
    gives: outputTypes[name] ?? null,
  }));
}

/** "is_3D: true → false", "makes segmented: true", "any". */
export function typesInWords(inputTypes: Types, outputTypes: Types): string {
  const words = typeChanges(inputTypes, outputTypes).map(({ name, needs, gives }) => {
    if (needs === null) return `makes ${name}: ${gives}`;
    return gives === null || gives === needs ? `${name}: ${needs}` : `${name}: ${needs} → ${gives}`;
  });
  return words.length === 0 ? "any" : words.join(", ");
}

export type ArgumentRow = {
  name: string;
  title: string;
  type: string;
  /** JSON text; null if there is none. */
  default: string | null;
  isRequired: boolean;
  description: string;
};

/** The top level of an argument schema as rows, without what the runner fills in. */
export function argumentRows(
  schema: Readonly<Record<string, unknown>> | null,
  names: readonly string[],
): ArgumentRow[] {
  const properties = (schema?.["properties"] ?? {}) as Record<string, Record<string, unknown>>;
  const required = Array.isArray(schema?.["required"]) ? schema["required"] : [];
  return names.map((name) => {
    const property = properties[name] ?? {};
    return {
      name,
      title: text(property["title"]) || name,
      type: typeInWords(property),
      default: "default" in property ? JSON.stringify(property["default"]) : null,
      isRequired: required.includes(name),
      description: text(property["description"]),
    };
  });
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

function typeInWords(property: Record<string, unknown>): string {
  const options = property["enum"];
  if (Array.isArray(options)) return options.map(String).join(" | ");
  const branches = property["anyOf"] ?? property["oneOf"];
  if (Array.isArray(branches))
    return branches.map((branch) => typeInWords(branch as Record<string, unknown>)).join(" | ");
  const reference = text(property["$ref"]).split("/").at(-1);
  if (reference) return reference;
  const items = property["items"];
  if (property["type"] === "array" && typeof items === "object" && items !== null)
    return `list of ${typeInWords(items as Record<string, unknown>)}`;
  return [property["type"]].flat().map(String).join(" | ");
}
