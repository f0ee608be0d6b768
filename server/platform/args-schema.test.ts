import { expect, test } from "vitest";
import { findArgumentProblems } from "@/server/platform/args-schema";

/** As pydantic writes it: references, a union with null, a discriminated union, an argument the runner fills in. */
const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["zarr_url", "threshold", "model"],
  properties: {
    zarr_url: { title: "Zarr Url", type: "string" },
    threshold: { type: "number", minimum: 0 },
    size: { anyOf: [{ type: "integer" }, { type: "null" }], default: null },
    level: { enum: ["low", "high"], type: "string" },
    channels: { type: "array", minItems: 1, items: { $ref: "#/$defs/Channel" } },
    model: {
      oneOf: [{ $ref: "#/$defs/Otsu" }, { $ref: "#/$defs/Fixed" }],
      discriminator: { propertyName: "kind" },
    },
  },
  $defs: {
    Channel: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
    Otsu: {
      type: "object",
      properties: { kind: { const: "otsu" }, bins: { type: "integer" } },
      required: ["kind"],
    },
    Fixed: {
      type: "object",
      properties: { kind: { const: "fixed" }, at: { type: "number" } },
      required: ["kind", "at"],
    },
  },
};
const complete = (args: object) => findArgumentProblems(SCHEMA, { ...args }, "complete");
const draft = (args: object) => findArgumentProblems(SCHEMA, { ...args }, "draft");
const RIGHT = { threshold: 1, model: { kind: "otsu" } };

test("complete arguments pass, without the one that the runner fills in", () => {
  expect(complete({ ...RIGHT, size: null, level: "low", channels: [{ name: "DAPI" }] })).toEqual({});
});

test("what is missing is named by its path, and does not matter in a draft", () => {
  expect(complete({ channels: [{}], model: { kind: "otsu" } })).toEqual({
    threshold: "Is required.",
    "channels.0.name": "Is required.",
  });
  expect(draft({ channels: [] })).toEqual({});
  expect(draft({ model: { kind: "fixed" } })).toEqual({});
  expect(complete(RIGHT)).toEqual({});
});

test("what is wrong is named in a draft too", () => {
  const wrong = { ...RIGHT, threshold: "1", size: "big", level: "mid", channels: [{ name: 1 }], other: 1 };
  const reasons = {
    threshold: "Must be a number.",
    size: "Must be a whole number.",
    level: "Must be one of: low, high.",
    "channels.0.name": "Must be text.",
    other: "Is not an argument of this task.",
  };
  expect(draft(wrong)).toEqual(reasons);
  expect(complete(wrong)).toEqual(reasons);
  expect(draft({ threshold: -1 })).toEqual({ threshold: "Must be 0 or more." });
});

test("a property that is called like a keyword is not taken for one", () => {
  const schema = {
    type: "object",
    properties: { required: { type: "boolean" } },
    additionalProperties: false,
  };
  expect(findArgumentProblems(schema, { required: true }, "draft")).toEqual({});
  expect(findArgumentProblems(schema, { required: "x" }, "draft")).toEqual({
    required: "Must be on or off.",
  });
});

test("older drafts are understood, and a schema that is broken refuses nothing", () => {
  const draft7 = {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { a: { $ref: "#/definitions/A" } },
    definitions: { A: { type: "integer" } },
  };
  expect(findArgumentProblems(draft7, { a: "x" }, "complete")).toEqual({ a: "Must be a whole number." });
  expect(
    findArgumentProblems({ type: "object", properties: { a: { $ref: "#/nowhere" } } }, { a: 1 }, "complete"),
  ).toEqual({});
  expect(findArgumentProblems(null, { anything: 1 }, "complete")).toEqual({});
});

test("a hostile schema or value holds nobody up, and refuses nothing", () => {
  const pattern = { properties: { a: { type: "string", pattern: "^(a+)+$" } } };
  expect(findArgumentProblems(pattern, { a: `${"a".repeat(50)}!` }, "complete")).toEqual({});
  expect(findArgumentProblems(pattern, { a: "b" }, "complete")).toEqual({ a: "Must match ^(a+)+$." });
  const circle = { properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: { $ref: "#/$defs/A" } } };
  expect(findArgumentProblems(circle, { a: 1 }, "complete")).toEqual({});
  const choices = Array.from({ length: 60_000 }, (_, at) => `a rather long choice ${at}`);
  expect(findArgumentProblems({ properties: { a: { enum: choices } } }, { a: "b" }, "complete")).toEqual({});
});

test("what a schema says is never run as a program", () => {
  const nasty = '"];globalThis.wasRun=true;//';
  const schema = { properties: { [nasty]: { enum: [nasty], pattern: nasty } }, required: [nasty] };
  expect(Object.keys(findArgumentProblems(schema, {}, "complete"))).toEqual([nasty]);
  expect("wasRun" in globalThis).toBe(false);
});
