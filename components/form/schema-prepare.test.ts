import { expect, test } from "vitest";
import { NULLABLE, UNIT, argumentNames, prepareSchema, withoutManaged } from "./schema-prepare";

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
  },
  required: ["zarr_url", "size"],
  $defs: { Model: { type: "object", properties: { child: { $ref: "#/$defs/Model" } } } },
};
const prepared = prepareSchema(schema) as { properties: Record<string, Record<string, unknown>> };

test("arguments that the runner fills in are neither drawn nor asked for", () => {
  expect(argumentNames(schema)).toEqual(["size", "limit", "mode", "range", "model"]);
  expect(withoutManaged(schema)).toMatchObject({ required: ["size"] });
  expect(Object.keys(prepared.properties)).toEqual(argumentNames(schema));
});

test("a value that may be null becomes one input, in either spelling, and the outer words win", () => {
  expect(prepared.properties["limit"]).toEqual({
    type: "number",
    title: "Limit",
    default: null,
    [NULLABLE]: true,
  });
  expect(prepared.properties["mode"]).toEqual({ type: "string", [NULLABLE]: true });
  expect(prepared.properties["model"]).toMatchObject({ anyOf: [{ title: "Set" }, { title: "Not set" }] });
});

test("a unit moves from the title into the input", () => {
  expect(prepared.properties["size"]).toMatchObject({ title: "Least area", [UNIT]: "pixels" });
});

test("a tuple is written the way the form library reads it", () => {
  expect(prepared.properties["range"]).toMatchObject({
    items: [{ type: "number" }, { type: "number" }],
    additionalItems: false,
  });
});

test("recursive definitions are prepared without end, missing ones are named", () => {
  expect(() => prepareSchema({ properties: { a: { $ref: "#/$defs/Gone" } } })).toThrow("#/$defs/Gone");
  expect(() => prepareSchema({ properties: { a: { $ref: "https://example.org/x" } } })).toThrow("refers to");
  expect(() =>
    prepareSchema({ $defs: { "a/b": {} }, properties: { a: { $ref: "#/$defs/a~1b" } } }),
  ).not.toThrow();
});

test("what looks like a reference inside a default is data", () => {
  expect(() =>
    prepareSchema({ properties: { a: { type: "object", default: { $ref: "#/nowhere" } } } }),
  ).not.toThrow();
});
