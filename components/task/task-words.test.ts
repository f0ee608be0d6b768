import { expect, test } from "vitest";
import { argumentRows, typesInWords } from "./task-words";

test("types are told by what changes", () => {
  expect(typesInWords({ is_3D: true }, { is_3D: false })).toBe("is_3D: true → false");
  expect(typesInWords({ is_3D: false }, { segmented: true })).toBe("is_3D: false, makes segmented: true");
  expect(typesInWords({}, {})).toBe("any");
});

test("arguments become rows with type, default and need", () => {
  const schema = {
    properties: {
      a: { title: "A", type: "array", items: { type: "string" }, default: [] },
      b: { enum: ["max", "mean"], description: "How." },
      c: { anyOf: [{ $ref: "#/$defs/Model" }, { type: "null" }] },
    },
    required: ["b"],
  };
  expect(argumentRows(schema, ["a", "b", "c"])).toEqual([
    { name: "a", title: "A", type: "list of string", default: "[]", isRequired: false, description: "" },
    { name: "b", title: "b", type: "max | mean", default: null, isRequired: true, description: "How." },
    { name: "c", title: "c", type: "Model | null", default: null, isRequired: false, description: "" },
  ]);
  expect(argumentRows(null, [])).toEqual([]);
});
