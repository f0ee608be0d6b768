import { expect, test } from "vitest";
import { indented } from "./indent-json";

test("numbers and texts stay as they were written", () => {
  const text = String.raw`{"a":1.0,"b":[1e3,{}],"c":"x:{\\\",[","d":[],"e":12345678901234567890}`;
  const lines = [
    "{",
    '  "a": 1.0,',
    '  "b": [',
    "    1e3,",
    "    {}",
    "  ],",
    String.raw`  "c": "x:{\\\",[",`,
    '  "d": [],',
    '  "e": 12345678901234567890',
    "}",
  ];
  expect(indented(text)).toBe(lines.join("\n"));
});

test("white space between values does not matter, inside texts it does", () => {
  expect(indented('{ "a" : [ ] , "b" : " , " }')).toBe('{\n  "a": [],\n  "b": " , "\n}');
});
