/**
 * Schemas of packages brought into one spelling, JSON Schema 2020-12 with local references, so that the browser
 * and the server judge the same document. Nothing is added that the package did not ask for; keywords whose
 * value makes no sense are left out, as they would be by every validator that does not stop at them.
 */
import { isMap, isSame, resolved, type JsonMap } from "./json";
import { isReadable } from "./patterns";

const TYPES = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);
const MAPS = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"] as const;
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"] as const;
const SINGLES = [
  ...["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"],
  ...["unevaluatedItems", "unevaluatedProperties"],
] as const;
const NUMBERS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] as const;
const COUNTS = [
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"],
  ...["minContains", "maxContains"],
] as const;
/** Names of other documents and of other places in this one, which local references do not need. */
const NOT_KEPT = [
  "$schema",
  "$id",
  "id",
  "$anchor",
  "$dynamicAnchor",
  "$vocabulary",
  "$comment",
  "$recursiveAnchor",
];

export const MOST_LEVELS = 60;
export const MOST_NODES = 20_000;

export class SchemaTooHard extends Error {}

/** `judge`: discriminators become conditions. `judge-lenient`: and an optional argument without default may be
 * null, since pydantic wrote no unions with null then. `draw`: neither. */
export type Purpose = "judge" | "judge-lenient" | "draw";

type Walk = { root: JsonMap; purpose: Purpose; nodes: number };

/** @throws SchemaTooHard for a document that is larger or deeper than any person would write. */
export function normalise(root: JsonMap, purpose: Purpose): JsonMap {
  return normaliseNode(root, { root, purpose, nodes: 0 }, 0) as JsonMap;
}

function normaliseNode(node: unknown, walk: Walk, level: number): unknown {
  if (typeof node === "boolean") return node;
  if (!isMap(node)) return {};
  walk.nodes += 1;
  if (walk.nodes > MOST_NODES) throw new SchemaTooHard(`The schema has more than ${MOST_NODES} parts.`);
  if (level > MOST_LEVELS)
    throw new SchemaTooHard(`The schema is nested more than ${MOST_LEVELS} levels deep.`);
  const deeper = (child: unknown) => normaliseNode(child, walk, level + 1);

  const out: JsonMap = { ...node };
  for (const key of NOT_KEPT) if (typeof out[key] !== "object") Reflect.deleteProperty(out, key);
  keepOnlySense(out);
  fromDraft7(out);
  for (const key of MAPS) {
    const map = out[key];
    if (!(key in out)) continue;
    if (!isMap(map)) Reflect.deleteProperty(out, key);
    else out[key] = Object.fromEntries(Object.entries(map).map(([name, child]) => [name, deeper(child)]));
  }
  for (const key of LISTS) {
    const list = out[key];
    if (!(key in out)) continue;
    if (!Array.isArray(list) || list.length === 0) Reflect.deleteProperty(out, key);
    else out[key] = list.map(deeper);
  }
  for (const key of SINGLES) if (key in out) out[key] = deeper(out[key]);
  if (walk.purpose === "judge-lenient") allowNull(out);
  return walk.purpose === "draw" ? out : selectByDiscriminator(out, walk.root);
}

function keepOnlySense(out: JsonMap): void {
  const types = [out["type"]].flat();
  if ("type" in out && !types.every((type) => TYPES.has(String(type)))) delete out["type"];
  if ("$ref" in out && typeof out["$ref"] !== "string") delete out["$ref"];
  if ("enum" in out && (!Array.isArray(out["enum"]) || out["enum"].length === 0)) delete out["enum"];
  if ("required" in out && !isStringList(out["required"])) delete out["required"];
  // As draft 4 wrote it: `minimum: 0, exclusiveMinimum: true`.
  for (const [own, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const)
    if (out[own] === true && typeof out[bound] === "number") out[own] = out[bound];
  for (const key of NUMBERS) if (key in out && typeof out[key] !== "number") Reflect.deleteProperty(out, key);
  for (const key of COUNTS) if (key in out && !isCount(out[key])) Reflect.deleteProperty(out, key);
  if ("multipleOf" in out && !(typeof out["multipleOf"] === "number" && out["multipleOf"] > 0))
    delete out["multipleOf"];
  if ("uniqueItems" in out && typeof out["uniqueItems"] !== "boolean") delete out["uniqueItems"];
  if ("format" in out && typeof out["format"] !== "string") delete out["format"];
  if ("pattern" in out && !(typeof out["pattern"] === "string" && isReadable(out["pattern"])))
    delete out["pattern"];
  const patterns = out["patternProperties"];
  if (isMap(patterns))
    out["patternProperties"] = Object.fromEntries(
      Object.entries(patterns).filter(([key]) => isReadable(key)),
    );
}

const isCount = (value: unknown) => typeof value === "number" && Number.isInteger(value) && value >= 0;
const isStringList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/** Tuples and dependencies as 2020-12 spells them. */
function fromDraft7(out: JsonMap): void {
  const { items, additionalItems, dependencies } = out;
  if (Array.isArray(items)) {
    delete out["items"];
    delete out["additionalItems"];
    out["prefixItems"] = items;
    if (additionalItems !== undefined) out["items"] = additionalItems;
  }
  const fixed = out["prefixItems"];
  if (Array.isArray(fixed) && out["items"] === false) {
    // Said as a length, so that what is too long is one problem of the list.
    delete out["items"];
    const most = out["maxItems"];
    out["maxItems"] = Math.min(fixed.length, typeof most === "number" ? most : fixed.length);
  }
  if (!isMap(dependencies)) return;
  delete out["dependencies"];
  const entries = Object.entries(dependencies);
  const required = entries.filter(([, value]) => isStringList(value));
  const schemas = entries.filter(([, value]) => isMap(value) || typeof value === "boolean");
  if (required.length > 0)
    out["dependentRequired"] = { ...Object.fromEntries(required), ...(out["dependentRequired"] as object) };
  if (schemas.length > 0)
    out["dependentSchemas"] = { ...Object.fromEntries(schemas), ...(out["dependentSchemas"] as object) };
}

function allowNull(out: JsonMap): void {
  const properties = out["properties"];
  if (!isMap(properties)) return;
  const required = isStringList(out["required"]) ? out["required"] : [];
  out["properties"] = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const isOptional = isMap(property) && !required.includes(name) && !("default" in property);
      return [name, isOptional ? { anyOf: [property, { type: "null" }] } : property];
    }),
  );
}

/** Constants of the discriminator in one branch; empty: it names none. */
export function tagsOf(branch: unknown, propertyName: string, root: JsonMap): unknown[] {
  const properties = resolved(branch, root)?.["properties"];
  const tag = isMap(properties) ? resolved(properties[propertyName], root) : undefined;
  if (tag === undefined) return [];
  if ("const" in tag) return [tag["const"]];
  return Array.isArray(tag["enum"]) ? (tag["enum"] as unknown[]) : [];
}

/** The property by which the branches of a union are told apart; null: there is none. */
export function discriminatorOf(node: JsonMap): string | null {
  const discriminator = node["discriminator"];
  const name = isMap(discriminator) ? discriminator["propertyName"] : discriminator;
  return typeof name === "string" && ("oneOf" in node || "anyOf" in node) ? name : null;
}

/** Where a discriminator names the branch, only that branch is judged, and its reasons are the only ones. */
function selectByDiscriminator(node: JsonMap, root: JsonMap): JsonMap {
  const name = discriminatorOf(node);
  const { oneOf, anyOf, discriminator, ...rest } = node;
  const branches = oneOf ?? anyOf;
  if (name === null || !Array.isArray(branches))
    return discriminator === undefined ? node : omit(node, "discriminator");
  const tags = branches.map((branch) => tagsOf(branch, name, root));
  const all = tags.flat();
  const isClear =
    tags.every((own) => own.length > 0) &&
    all.every((tag, at) => all.findIndex((other) => isSame(tag, other)) === at);
  if (!isClear) return omit(node, "discriminator");
  const choices = branches.map((branch: unknown, index) => ({
    if: { type: "object", properties: { [name]: { enum: tags[index] } }, required: [name] },
    then: branch,
  }));
  const said = Array.isArray(rest["allOf"]) ? (rest["allOf"] as unknown[]) : [];
  return {
    ...rest,
    allOf: [...said, { type: "object", properties: { [name]: { enum: all } }, required: [name] }, ...choices],
  };
}

function omit(node: JsonMap, key: string): JsonMap {
  const { [key]: _, ...rest } = node;
  return rest;
}
