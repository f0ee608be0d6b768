import { expect, test } from "vitest";
import { errorTree, findProblems } from "./schema-validator";

const schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    count: { type: "integer", minimum: 3 },
    names: { type: "array", items: { type: "string", minLength: 1 } },
    mode: { $ref: "#/$defs/Mode" },
    either: { anyOf: [{ type: "string" }, { type: "integer" }] },
    factor: { type: "number", exclusiveMinimum: 0 },
    label: { type: "string", pattern: "^[a-z]+$" },
  },
  required: ["count"],
  $defs: { Mode: { enum: ["max", "mean"] } },
};
const reasons = (value: unknown) =>
  Object.fromEntries(
    findProblems(schema, value, "fractal_schema_v1").map(({ path, reason }) => [path.join("."), reason]),
  );

test("every problem stands at its place, in words", () => {
  expect(reasons({ count: 1, names: [""], mode: "min", factor: 0, label: "A" })).toEqual({
    count: "Must be 3 or more.",
    "names.0": "Must not be empty.",
    mode: "Must be one of: max, mean.",
    factor: "Must be more than 0.",
    label: "Must match ^[a-z]+$.",
  });
});

test("a missing argument is named where it is missing", () => {
  expect(findProblems(schema, {}, null)).toEqual([
    { path: ["count"], reason: "Is required.", isMissing: true },
  ]);
});

test("a cleared field is missing, not wrong", () => {
  expect(reasons({ count: 3, factor: undefined })).toEqual({});
});

test("an unknown argument, a wrong type and a failed choice are told apart", () => {
  expect(reasons({ count: "5abc", other: 1, either: {} })).toEqual({
    count: "Must be a whole number.",
    other: "Is not an argument of this task.",
    either: "Must be text or a whole number.",
  });
});

test("null in an optional argument means not given where pydantic could not say so, and is wrong elsewhere", () => {
  const optional = { properties: { a: { type: "string" } } };
  expect(findProblems(optional, { a: null }, "pydantic_v1")).toEqual([]);
  expect(findProblems(optional, { a: null }, "fractal_schema_v1")).toMatchObject([{ path: ["a"] }]);
});

test("a pattern that could take for ever is not tried in the browser", () => {
  const hostile = {
    properties: { a: { type: "string", pattern: "^(a+)+$" }, b: { pattern: "^[a-z]*-[0-9]+$" } },
  };
  const value = { a: `${"a".repeat(60)}!`, b: "x" };
  expect(findProblems(hostile, value, null)).toMatchObject([{ path: ["b"] }]);
});

test("reasons become a tree along their paths", () => {
  expect(errorTree([{ path: ["a", "0"], reason: "No." }])).toEqual({ a: { 0: { __errors: ["No."] } } });
});
