import { expect, test } from "vitest";
import {
  attributeErrors,
  attributeRows,
  convertedText,
  toAttributes,
  toTypes,
  typeErrors,
  typeRows,
} from "./attribute-rows";

const ATTRIBUTES = { well: "A01", field: 1, is_good: false, code: "1" };

test("attributes come back from the form with their types", () => {
  const rows = attributeRows(ATTRIBUTES);
  expect(attributeErrors(rows)).toEqual({});
  expect(toAttributes(rows)).toEqual(ATTRIBUTES);
  expect(toTypes(typeRows({ is_3D: true, segmented: false }))).toEqual({ is_3D: true, segmented: false });
});

test("a row without name, with a name twice, or with a wrong value says so", () => {
  const rows = [
    { id: 1, name: " ", kind: "string" as const, text: "x" },
    { id: 2, name: "n", kind: "number" as const, text: "1,5" },
    { id: 3, name: "n ", kind: "string" as const, text: "" },
  ];
  expect(attributeErrors(rows)).toEqual({
    1: { name: "Type a name." },
    2: { value: "Type a number, with a point for decimals." },
    3: { name: "This name is there already.", value: "Type a value." },
  });
  expect(
    typeErrors([
      { id: 1, name: "a", value: true },
      { id: 2, name: "a", value: true },
    ]),
  ).toHaveProperty("2");
});

test("a value is kept when its kind changes, where it makes sense", () => {
  expect(convertedText("12", "number")).toBe("12");
  expect(convertedText("twelve", "number")).toBe("");
  expect(convertedText("Yes", "boolean")).toBe("true");
  expect(convertedText("false", "string")).toBe("false");
});
