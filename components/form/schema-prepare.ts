/**
 * A task's argument schema, made ready to be drawn (web-ui.md §3.12.1). References stay lazy, so that recursive
 * definitions work; defaults are taken out of the form library's hands, which would write them into the values.
 */
import { WITH_UNIT } from "@/server/domain/arguments/places";
import {
  isOfGroup,
  NOT_A_GROUP,
  requireReasonable,
  requireSoundReferences,
  rootOf,
  withoutManaged,
} from "@/server/domain/arguments/judged";
import { isMap, merged, stepsOf, valueAt, type JsonMap } from "@/server/domain/arguments/json";
import { discriminatorOf, normalise, SchemaTooHard, tagsOf } from "@/server/domain/arguments/normalise";
import { requireFew, reservedName } from "./schema-limits";
import {
  AS_JSON,
  BY,
  DEFAULT,
  ENTRIES,
  NULLABLE,
  propertiesOf,
  TUPLE,
  UNION,
  UNIT,
  WORDS,
  type Branch,
} from "./schema-marks";
import { constantsOf, hasOnlyNotes, hasStructure, mergeSchemas, withoutAllOf } from "./schema-merge";

/** Names of the arguments that a person sees, in the order of the schema. */
export function argumentNames(schema: JsonMap | null): string[] {
  return schema === null ? [] : Object.keys(propertiesOf(withoutManaged(schema)));
}

export type Prepared = { ok: true; root: JsonMap } | { ok: false; why: string };
const prepared = new WeakMap<JsonMap, Prepared>();

/** The drawn schema with the definitions that it refers to, or a sentence why there is none. */
export function prepareSchema(schema: JsonMap): Prepared {
  const known = prepared.get(schema) ?? prepare(schema);
  prepared.set(schema, known);
  return known;
}

function prepare(schema: JsonMap): Prepared {
  try {
    requireReasonable(schema);
    // With the managed ones for now: something may refer to them.
    const root = normalise(schema, "draw");
    requireSoundReferences(root);
    const top = withoutManaged(rootOf(root));
    const flat = withoutAllOf(top, root);
    if (flat === null || !isOfGroup(flat) || isMap(flat["patternProperties"]))
      return { ok: false, why: NOT_A_GROUP };
    const reserved = reservedName(propertiesOf(flat));
    if (reserved !== null)
      return {
        ok: false,
        why: `An argument is called ${reserved}, as a part of every object of JavaScript is.`,
      };
    const walk: Walk = { root, defs: {}, names: new Map() };
    const { $defs: _, definitions: __, anyOf: ___, oneOf: ____, ...own } = withoutManaged(flat);
    const drawn = drawNode({ ...own, type: "object", properties: propertiesOf(own) }, walk);
    const whole = { ...drawn, $defs: walk.defs };
    requireFew(whole);
    return { ok: true, root: whole };
  } catch (err) {
    if (err instanceof SchemaTooHard) return { ok: false, why: err.message };
    if (err instanceof RangeError) return { ok: false, why: "The schema is nested too deep." };
    throw err;
  }
}

type Walk = { root: JsonMap; defs: JsonMap; names: Map<string, string> };

const asJson = (node: JsonMap, why: string): JsonMap => ({ ...notesOf(node), [AS_JSON]: why });

/** Title, description and default of a node. */
function notesOf(node: JsonMap): JsonMap {
  const { title, description } = node;
  return {
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    ...("default" in node ? { [DEFAULT]: node["default"] } : {}),
  };
}

function drawNode(node: unknown, walk: Walk): JsonMap {
  if (!isMap(node)) return asJson({}, "Any value is allowed here.");
  const pointed = drawReference(node, walk);
  if (pointed !== null) return pointed;
  const plain = withoutAllOf(merged(node, walk.root) ?? {}, walk.root);
  if (plain === null) return asJson(node, "The schema contains itself.");
  const union = drawUnion(plain, walk);
  if (union !== null) return union;
  return drawPlain(plain, walk);
}

/** A reference to a group or list stays one; what is said beside it wins. Small things are written out. */
function drawReference(node: JsonMap, walk: Walk): JsonMap | null {
  const { allOf } = node;
  // As pydantic 1 writes "this class, but with my title".
  const single: unknown = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined;
  const holder = isMap(single) && hasOnlyNotes(node, ["allOf"]) ? { ...single, ...node } : node;
  const reference = holder["$ref"];
  if (typeof reference !== "string" || !hasOnlyNotes(holder, ["$ref", "allOf"])) return null;
  const target = merged({ $ref: reference }, walk.root) ?? {};
  const isSmall = ![
    "properties",
    "items",
    "prefixItems",
    "anyOf",
    "oneOf",
    "allOf",
    "additionalProperties",
  ].some((key) => key in target);
  if (isSmall) return null;
  let name = walk.names.get(reference);
  if (name === undefined) {
    name = `d${walk.names.size}`;
    walk.names.set(reference, name);
    walk.defs[name] = {};
    walk.defs[name] = drawNode(valueAt(walk.root, stepsOf(reference) ?? []), walk);
  }
  return { ...notesOf(holder), $ref: `#/$defs/${name}` };
}

function drawUnion(node: JsonMap, walk: Walk): JsonMap | null {
  const { anyOf, oneOf, discriminator: _, type, ...rest } = node;
  const list =
    Array.isArray(type) && type.length > 1
      ? type.map((one) => ({ ...own(rest), type: one as string }))
      : null;
  const branches: unknown[] = ((anyOf ?? oneOf) as unknown[] | undefined) ?? list ?? [];
  if (branches.length === 0 || "enum" in node || "const" in node) return null;
  const beside = list === null ? { ...rest, ...(type === undefined ? {} : { type }) } : {};
  const isNull = (branch: unknown) => merged(branch, walk.root)?.["type"] === "null";
  const others = branches.filter((branch) => !isNull(branch));
  const isNullable = others.length < branches.length;
  // Branches that only narrow, such as "one of these two is required", are left to the judge.
  if (!others.some(hasStructure)) return null;
  const mark = isNullable ? { [NULLABLE]: true } : {};
  const constants = constantsOf(others, walk.root);
  if (constants !== null)
    return {
      ...notesOf(rest),
      ...mark,
      enum: constants.map(({ value }) => value),
      [WORDS]: constants.map(({ value, title }) => title ?? wordOf(value)),
    };
  const notes = notesOf(node);
  const withBeside = (branch: unknown): unknown => {
    const structure = own(beside);
    if (!hasStructure(structure)) return branch;
    const flat = withoutAllOf(merged(branch, walk.root) ?? {}, walk.root);
    return flat === null ? branch : mergeSchemas(flat, structure);
  };
  const [only] = others;
  if (others.length === 1) return { ...withUnit({ ...drawNode(withBeside(only), walk), ...notes }), ...mark };
  const by = discriminatorOf(node);
  return {
    ...notes,
    ...mark,
    ...(by === null ? {} : { [BY]: by }),
    [UNION]: others.map((branch) => drawBranch(withBeside(branch), by, walk)),
  };
}

/** What a list of types shares. */
function own({ title: _, description: __, default: ___, ...rest }: JsonMap): JsonMap {
  return rest;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "Text",
  number: "Number",
  integer: "Whole number",
  boolean: "On or off",
  array: "List",
  object: "Group",
};

function drawBranch(branch: unknown, by: string | null, walk: Walk): Branch {
  const target = withoutAllOf(merged(branch, walk.root) ?? {}, walk.root) ?? {};
  const tags = by === null ? [] : tagsOf(target, by, walk.root);
  const { title, description, type } = target;
  const named = typeof title === "string" ? title : (KINDS[String(type)] ?? "Other");
  return {
    title: tags.length === 1 ? wordOf(tags[0]) : named,
    tags,
    schema: drawNode(branch, walk),
    ...(typeof description === "string" ? { description } : {}),
  };
}

function drawPlain(node: JsonMap, walk: Walk): JsonMap {
  const notes = notesOf(node);
  const types = [node["type"]].flat().filter((type) => typeof type === "string");
  const isNullable = types.length > 1 && types.includes("null") ? { [NULLABLE]: true } : {};
  const type = types.find((one) => one !== "null") ?? types[0];
  if ("const" in node) return { ...notes, const: node["const"] };
  if (Array.isArray(node["enum"])) {
    const values = (node["enum"] as unknown[]).filter((value) => value !== null);
    const hasNull = values.length < node["enum"].length ? { [NULLABLE]: true } : {};
    return { ...notes, ...isNullable, ...hasNull, enum: values, [WORDS]: values.map(wordOf) };
  }
  if (type === "null") return { ...notes, const: null };
  if (type === "object" || (type === undefined && ("properties" in node || "additionalProperties" in node)))
    return { ...isNullable, ...drawObject(node, walk) };
  if (type === "array" || (type === undefined && ("items" in node || "prefixItems" in node)))
    return { ...isNullable, ...drawArray(node, walk) };
  if (type === "string" || type === "number" || type === "integer" || type === "boolean")
    return withUnit({
      ...notes,
      ...isNullable,
      type,
      ...(typeof node["format"] === "string" ? { "x-format": node["format"] } : {}),
    });
  return asJson(node, "Its schema names no type.");
}

const wordOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

function drawObject(node: JsonMap, walk: Walk): JsonMap {
  const { properties, additionalProperties, patternProperties, required } = node;
  if (isMap(patternProperties) && Object.keys(patternProperties).length > 0)
    return asJson(node, "The names of its entries follow a pattern.");
  const named = Object.entries(isMap(properties) ? properties : {});
  const isOpen = additionalProperties === undefined || additionalProperties === true;
  if (named.length === 0 && isOpen && !("properties" in node))
    return asJson(node, "Names and values are free.");
  const out: JsonMap = { ...notesOf(node), type: "object" };
  out["properties"] = Object.fromEntries(named.map(([name, child]) => [name, drawNode(child, walk)]));
  if (Array.isArray(required)) out["required"] = required;
  if (additionalProperties === false) out[ENTRIES] = false;
  if (isMap(additionalProperties)) out[ENTRIES] = drawNode(additionalProperties, walk);
  return out;
}

const LONGEST_TUPLE = 10;

function drawArray(node: JsonMap, walk: Walk): JsonMap {
  const { items, prefixItems, minItems, maxItems } = node;
  const notes = { ...notesOf(node), type: "array" };
  const fixed = Array.isArray(prefixItems) ? prefixItems : [];
  const isEven =
    typeof minItems === "number" && minItems === maxItems && minItems > 0 && minItems <= LONGEST_TUPLE;
  if (fixed.length > 0) return { ...notes, [TUPLE]: fixed.map((child) => drawNode(child, walk)) };
  if (!isMap(items)) return asJson(node, "Its schema does not say what its entries are.");
  const entry = drawNode(items, walk);
  if (isEven) return { ...notes, [TUPLE]: Array.from({ length: minItems }, () => entry) };
  return {
    ...notes,
    items: entry,
    ...(typeof minItems === "number" ? { minItems } : {}),
    ...(typeof maxItems === "number" ? { maxItems } : {}),
  };
}

function withUnit(node: JsonMap): JsonMap {
  const { title, type } = node;
  if (typeof title !== "string" || (type !== "number" && type !== "integer")) return node;
  const match = WITH_UNIT.exec(title);
  return match ? { ...node, title: match[1], [UNIT]: match[2] } : node;
}
