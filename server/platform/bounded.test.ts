import { expect, test } from "vitest";
import { bounded, TookTooLong } from "@/server/platform/bounded";

test("work that ends in time answers, and its errors are its own", () => {
  expect(bounded(1_000, () => 7)).toBe(7);
  expect(() => bounded(1_000, () => JSON.parse("{") as unknown)).toThrow(SyntaxError);
});

test("a regular expression that would run for ever is interrupted, and the next work is done", () => {
  const hostile = new RegExp("^(a+)+$", "u");
  expect(() => bounded(50, () => hostile.test(`${"a".repeat(50)}!`))).toThrow(TookTooLong);
  expect(bounded(1_000, () => hostile.test("aaa"))).toBe(true);
});

test("bounded work may itself be bounded", () => {
  expect(bounded(1_000, () => bounded(500, () => 1) + bounded(500, () => 2))).toBe(3);
});
