/** A JSON document that is edited as a form and as text: reading, writing and comparing its parts. */
import { isMap, isSame, type JsonMap } from "./json";

export type DocumentPath = readonly string[];

/** Not what every object inherits: a key may be called valueOf. */
const own = (map: JsonMap, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);

export function getIn(document: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>((at, step) => (isMap(at) ? own(at, step) : undefined), document);
}

/** A copy in which the keys keep their order. `undefined` takes the key away; a missing way is made. */
export function setIn(document: unknown, path: DocumentPath, value: unknown): JsonMap {
  const [step, ...rest] = path;
  const at = isMap(document) ? document : {};
  if (step === undefined) return isMap(value) ? value : at;
  const next = rest.length === 0 ? value : setIn(own(at, step), rest, value);
  const { [step]: _, ...others } = at;
  if (next === undefined) return others;
  return { ...at, [step]: next };
}

/** Another name for a key of an object, in its place. */
export function renameKey(map: JsonMap, from: string, to: string): JsonMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key === from ? to : key, value]));
}

export type Change = { path: DocumentPath; before: unknown; after: unknown };

/** What differs, as deep as both sides have an object; lists are compared whole. Undefined: not there. */
export function changesOf(before: unknown, after: unknown, path: DocumentPath = []): Change[] {
  if (isSame(before, after)) return [];
  if (!isMap(before) || !isMap(after)) return [{ path, before, after }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => changesOf(own(before, key), own(after, key), [...path, key]));
}

/** The same changes on what somebody else has saved meanwhile. */
export function rebase(changes: readonly Change[], document: JsonMap): JsonMap {
  return changes.reduce<JsonMap>((at, { path, after }) => setIn(at, path, after), document);
}

export type Place = { first: number; last: number };
type Token = { text: string; line: number };

/** Key of a path in `placesOf`. */
export const placeKey = (path: readonly (string | number)[]) => JSON.stringify(path.map(String));

/**
 * @param text Valid JSON.
 * @returns On which lines (from 1) each part stands, its key included; and keys that an object has twice, of
 *   which a parser silently drops one.
 */
export function placesOf(text: string): { places: ReadonlyMap<string, Place>; repeated: DocumentPath[] } {
  const tokens = tokensOf(text);
  const places = new Map<string, Place>();
  const repeated: DocumentPath[] = [];
  let at = 0;
  const value = (path: DocumentPath, first: number): void => {
    const open = tokens[at++]?.text;
    if (open === "{" || open === "[") {
      for (let index = 0; at < tokens.length && !/^[}\]]$/.test(tokens[at]?.text ?? ""); index++) {
        const line = tokens[at]?.line ?? first;
        let step = String(index);
        if (open === "{") {
          step = JSON.parse(tokens[at]?.text ?? '""') as string;
          at += 2;
        }
        if (places.has(placeKey([...path, step]))) repeated.push([...path, step]);
        value([...path, step], line);
        if (tokens[at]?.text === ",") at++;
      }
      at++;
    }
    places.set(placeKey(path), { first, last: tokens[at - 1]?.line ?? first });
  };
  value([], tokens[0]?.line ?? 1);
  return { places, repeated };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  text.split("\n").forEach((line, index) => {
    for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g))
      tokens.push({ text: token, line: index + 1 });
  });
  return tokens;
}

export type ParsedText =
  | { ok: true; value: JsonMap }
  /** Where it stops being JSON, from 1. */
  | { ok: false; line: number; reason: string };

export function parseText(text: string): ParsedText {
  try {
    const value: unknown = JSON.parse(text);
    if (!isMap(value)) return { ok: false, line: 1, reason: "Must be an object: { … }." };
    const { places, repeated } = placesOf(text);
    const [twice] = repeated;
    if (twice === undefined) return { ok: true, value };
    const line = places.get(placeKey(twice))?.first ?? 1;
    return { ok: false, line, reason: `The key "${twice.join(".")}" is there twice.` };
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    return { ok: false, line: lineOf(detail, text), reason: `This is not JSON yet: ${shortened(detail)}` };
  }
}

/** Browsers name the position, or the line, or nothing where the text just ends. */
function lineOf(detail: string, text: string): number {
  const position = /position (\d+)/.exec(detail)?.[1];
  const line = /line (\d+)/.exec(detail)?.[1];
  if (position === undefined && line !== undefined) return Number(line);
  const before = text.slice(0, position === undefined ? undefined : Number(position));
  return before.trimEnd().split("\n").length;
}

const shortened = (detail: string) =>
  `${detail
    .replace(/^JSON\.parse: /, "")
    .replace(/(,? "[\s\S]*" is not valid JSON| in JSON at position[\s\S]*| at line \d+[\s\S]*)$/, "")
    .replace(/, \.\.\.[\s\S]*$/, "")}.`.replace(/\.\.$/, ".");

export const toText = (document: JsonMap) => JSON.stringify(document, null, 2);
