import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesTag, parseRange } from "./byte-range";

test.each([
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=2-5", { start: 2, end: 5 }],
  ["bytes=2-", { start: 2, end: 9 }],
  ["bytes=2-1000", { start: 2, end: 9 }],
  ["bytes=-3", { start: 7, end: 9 }],
  ["bytes=-1000", { start: 0, end: 9 }],
  ["Bytes=9-9", { start: 9, end: 9 }],
  ["bytes=10-", "unsatisfiable"],
  ["bytes=10-20", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  [undefined, "whole"],
  ["", "whole"],
  ["bytes=-", "whole"],
  ["bytes=5-2", "whole"],
  ["bytes=0-1,4-5", "whole"],
  ["items=0-1", "whole"],
  ["bytes=a-b", "whole"],
] as const)("%s of ten bytes", (header, expected) => {
  expect(parseRange(header, 10)).toEqual(expected);
});

test("of an empty file nothing can be asked for", () => {
  for (const header of ["bytes=0-", "bytes=-1", "bytes=0-0"])
    expect(parseRange(header, 0)).toBe("unsatisfiable");
});

test("a range lies in the file, whatever was asked for", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.option(fc.nat(2000)), fc.option(fc.nat(2000)), (size, first, last) => {
      const range = parseRange(`bytes=${first ?? ""}-${last ?? ""}`, size);
      if (typeof range === "string") return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.start).toBeLessThanOrEqual(range.end);
      expect(range.end).toBeLessThan(size);
    }),
  );
});

test("tags are compared whole, weak ones too", () => {
  expect(matchesTag('"a-1"', '"a-1"')).toBe(true);
  expect(matchesTag('"x", W/"a-1"', '"a-1"')).toBe(true);
  expect(matchesTag("*", '"a-1"')).toBe(true);
  expect(matchesTag('"a-10"', '"a-1"')).toBe(false);
  expect(matchesTag(undefined, '"a-1"')).toBe(false);
});
