import fc from "fast-check";
import { expect, test } from "vitest";
import {
  changesOf,
  getIn,
  parseText,
  placeKey,
  placesOf,
  rebase,
  renameKey,
  setIn,
  toText,
} from "./document";
import { isMap, isSame } from "./json";

const DOCUMENT = { type: "local", config: { a: 1, b: "100M" }, list: [1, 2] };

test("one value is written, everything else and the order of the keys stay", () => {
  const next = setIn(DOCUMENT, ["config", "a"], 2);
  expect(JSON.stringify(next)).toBe('{"type":"local","config":{"a":2,"b":"100M"},"list":[1,2]}');
  expect(JSON.stringify(setIn(DOCUMENT, ["config", "a"], undefined))).toContain('"config":{"b":"100M"}');
  expect(setIn({}, ["x", "y"], 1)).toEqual({ x: { y: 1 } });
  expect(getIn(DOCUMENT, ["config", "b"])).toBe("100M");
  expect(Object.keys(renameKey({ a: 1, b: 2 }, "a", "c"))).toEqual(["c", "b"]);
});

test("changes are named as deep as they are", () => {
  const after = { type: "local", config: { a: 2, c: null }, list: [1] };
  expect(changesOf(DOCUMENT, after)).toEqual([
    { path: ["config", "a"], before: 1, after: 2 },
    { path: ["config", "b"], before: "100M", after: undefined },
    { path: ["config", "c"], before: undefined, after: null },
    { path: ["list"], before: [1, 2], after: [1] },
  ]);
});

test("own changes are carried over to what somebody else has saved", () => {
  const mine = changesOf(DOCUMENT, setIn(DOCUMENT, ["config", "a"], 2));
  const theirs = { ...DOCUMENT, type: "other" };
  expect(rebase(mine, theirs)).toEqual({ type: "other", config: { a: 2, b: "100M" }, list: [1, 2] });
});

const maps = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true });
const plain = maps.filter((map) => !JSON.stringify(map).includes("__proto__"));

test("changes and their application are inverse", () => {
  fc.assert(
    fc.property(plain, plain, (before, after) => isSame(rebase(changesOf(before, after), before), after)),
  );
});

test("every part of any document has its line, and nothing is there twice", () => {
  fc.assert(
    fc.property(plain, (map) => {
      const text = toText(map);
      const { places, repeated } = placesOf(text);
      expect(repeated).toEqual([]);
      const lines = text.split("\n");
      for (const key of Object.keys(map))
        expect(lines[(places.get(placeKey([key]))?.first ?? 0) - 1]).toContain(JSON.stringify(key));
      expect(places.get("[]")).toEqual({ first: 1, last: lines.length });
      const parsed = parseText(text);
      expect(parsed.ok && isMap(parsed.value) && isSame(parsed.value, JSON.parse(text))).toBe(true);
    }),
  );
});

test.each([
  ['{\n  "a": 1,\n  "b" 2\n}', 3, /not JSON yet/],
  ['{\n  "a": 1', 2, /not JSON yet/],
  ['{\n  "a": 1,\n}', 2, /not JSON yet/],
  ['{\n  "a": { "x": 1 },\n  "a": 2\n}', 3, /The key "a" is there twice/],
  ["[1]", 1, /Must be an object/],
  ["", 1, /not JSON yet/],
])("%j is refused on its line", (text, line, reason) => {
  const parsed = parseText(text);
  expect(parsed).toMatchObject({ ok: false, line });
  expect(parsed.ok ? "" : parsed.reason).toMatch(reason);
});
