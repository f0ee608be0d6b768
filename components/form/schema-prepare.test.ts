import { expect, test } from "vitest";
import type { JsonMap } from "./json";
import { AS_JSON, DEFAULT, ENTRIES, NULLABLE, propertiesOf, TUPLE, UNION, UNIT, WORDS } from "./schema-marks";
import { argumentNames, prepareSchema } from "./schema-prepare";

const schema = {
  type: "object",
  properties: {
    zarr_url: { type: "string" },
    init_args: { type: "object" },
    size: { type: "integer", title: "Least area (pixels)", default: 30 },
    limit: { anyOf: [{ type: "null" }, { type: "number", title: "inner" }], title: "Limit", default: null },
    mode: { type: ["string", "null"] },
    range: { type: "array", prefixItems: [{ type: "number" }, { type: "number" }], minItems: 2, maxItems: 2 },
    model: { anyOf: [{ $ref: "#/$defs/Model" }, { type: "null" }] },
    titled: { oneOf: [{ const: 1, title: "Once" }, { const: 2 }] },
    either: { type: ["integer", "string", "null"] },
    names: { type: "object", additionalProperties: { type: "string" } },
    any: {},
  },
  required: ["zarr_url", "size"],
  $defs: { Model: { type: "object", properties: { child: { $ref: "#/$defs/Model" } } } },
};
const drawn = (own: JsonMap): Record<string, JsonMap> => {
  const prepared = prepareSchema(own);
  if (!prepared.ok) throw new Error(prepared.why);
  return propertiesOf(prepared.root) as Record<string, JsonMap>;
};
const whyNot = (own: JsonMap) => {
  const prepared = prepareSchema(own);
  return prepared.ok ? "" : prepared.why;
};
const properties = drawn(schema);

test("arguments that the runner fills in are not drawn", () => {
  expect(argumentNames(schema)).not.toContain("zarr_url");
  expect(Object.keys(properties)).toEqual(argumentNames(schema));
});

test("a value that may be null becomes one input, in either spelling, and the outer words win", () => {
  expect(properties["limit"]).toEqual({ type: "number", title: "Limit", [DEFAULT]: null, [NULLABLE]: true });
  expect(properties["mode"]).toEqual({ type: "string", [NULLABLE]: true });
  expect(properties["model"]).toMatchObject({ $ref: expect.any(String) as string, [NULLABLE]: true });
});

test("a unit moves from the title into the input", () => {
  expect(properties["size"]).toMatchObject({ title: "Least area", [UNIT]: "pixels", [DEFAULT]: 30 });
});

test("tuples, choices with words, unions, dictionaries and free values get their own elements", () => {
  expect(properties["range"]).toMatchObject({ [TUPLE]: [{ type: "number" }, { type: "number" }] });
  expect(properties["titled"]).toMatchObject({ enum: [1, 2], [WORDS]: ["Once", "2"] });
  expect(properties["either"]).toMatchObject({
    [NULLABLE]: true,
    [UNION]: [{ title: "Whole number" }, { title: "Text" }],
  });
  expect(properties["names"]).toMatchObject({ [ENTRIES]: { type: "string" } });
  expect(properties["any"]).toMatchObject({ [AS_JSON]: expect.any(String) as string });
});

test("recursive definitions are prepared without end, missing ones are named", () => {
  expect(whyNot({ properties: { a: { $ref: "#/$defs/Gone" } } })).toContain("#/$defs/Gone");
  expect(whyNot({ properties: { a: { $ref: "https://example.org/x" } } })).toContain("refers to");
  expect(whyNot({ $defs: { "a/b": {} }, properties: { a: { $ref: "#/$defs/a~1b" } } })).toBe("");
});

test("what looks like a reference inside a default is data", () => {
  expect(whyNot({ properties: { a: { type: "object", default: { $ref: "#/nowhere" } } } })).toBe("");
});

test("a schema of a megabyte is not drawn, and says how large it is", () => {
  const choices = Array.from({ length: 60_000 }, (_, at) => `a rather long choice ${at}`);
  expect(whyNot({ properties: { a: { enum: choices } } })).toMatch(
    /^The schema has \d+ KB; at most 600 KB are read\.$/,
  );
});

test("a schema nested deeper than the stack is not drawn", () => {
  let deep: JsonMap = { type: "integer" };
  for (let level = 0; level < 5_000; level += 1) deep = { type: "object", properties: { a: deep } };
  expect(whyNot(deep)).toMatch(/deep/);
});
