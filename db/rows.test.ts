import { expect, test } from "vitest";
import { maybeOne, one } from "@/db/rows";

test("one row is that row, also when it is falsy", () => {
  expect(one(["a"])).toBe("a");
  expect(one([0])).toBe(0);
  expect(maybeOne([0])).toBe(0);
});

test("none: null where that is allowed, an error where it is not", () => {
  expect(maybeOne([])).toBeNull();
  expect(() => one([])).toThrow("expected exactly one row, got 0");
});

test("several are never quietly the first", () => {
  expect(() => one([1, 2])).toThrow("got 2");
  expect(() => maybeOne([1, 2])).toThrow("got 2");
});
