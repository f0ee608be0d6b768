import { expect, test } from "vitest";
import { nextPage } from "./next-page";

test.each([
  ["/jobs/4127?unit=3", "/jobs/4127?unit=3"],
  [undefined, "/"],
  ["https://evil.example", "/"],
  ["//evil.example/jobs", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/login?next=/jobs", "/"],
])("after log-in, %j leads to %s", (next, page) => {
  expect(nextPage(next)).toBe(page);
});
