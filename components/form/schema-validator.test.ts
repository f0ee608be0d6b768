import { expect, test } from "vitest";
import { dialectOf, findProblems, makeFormValidator } from "./schema-validator";

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
    findProblems(schema, value, "2020-12").map(({ path, reason }) => [path.join("."), reason]),
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
  expect(findProblems(schema, {}, "2020-12")).toEqual([
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

test("draft 7 tuples are judged by the dialect of old packages", () => {
  const old = { properties: { range: { type: "array", items: [{ type: "number" }, { type: "number" }] } } };
  expect(dialectOf("pydantic_v1")).toBe("7");
  expect(dialectOf("pydantic_v2")).toBe("2020-12");
  expect(findProblems(old, { range: [1, "b"] }, "7")).toMatchObject([{ path: ["range", "1"] }]);
  const now = {
    properties: { range: { type: "array", prefixItems: [{ type: "number" }, { type: "number" }] } },
  };
  expect(findProblems(now, { range: [1, "b"] }, "2020-12")).toMatchObject([{ path: ["range", "1"] }]);
});

test("recursive schemas are followed as deep as the value goes", () => {
  const tree = {
    $ref: "#/$defs/Node",
    $defs: {
      Node: { type: "object", properties: { name: { type: "string" }, child: { $ref: "#/$defs/Node" } } },
    },
  };
  expect(findProblems(tree, { child: { child: { name: 1 } } }, "2020-12")).toMatchObject([
    { path: ["child", "child", "name"], reason: "Must be text." },
  ]);
});

test("branches of a choice see the definitions of the whole schema", () => {
  const validator = makeFormValidator(schema, "2020-12");
  expect(validator.isValid({ $ref: "#/$defs/Mode" }, "max" as never, schema as never)).toBe(true);
  expect(validator.isValid({ $ref: "#/$defs/Mode" }, "min" as never, schema as never)).toBe(false);
  expect(validator.validateFormData({ count: 1 }, {}).errorSchema).toEqual({
    count: { __errors: ["Must be 3 or more."] },
  });
});
