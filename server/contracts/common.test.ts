import { expect, test } from "vitest";
import { ZarrUrl, trimmedRecord } from "./common";
import { z } from "zod";

test.each([
  ["  /z/a ", "/z/a"],
  ["/z//a/./b/", "/z/a/b"],
  ["//z/a", "//z/a"],
  ["/z/\u{1f52c}", "/z/\u{1f52c}"],
  ["///z/a", "/z/a"],
  ["/", "/"],
  ["s3://bucket//a/b///", "s3://bucket//a/b"],
])("10.23 the address %j is stored as %j", (raw, stored) => {
  expect(ZarrUrl.parse(raw)).toBe(stored);
});

test.each([
  ["", "Must not be empty."],
  ["   ", "Must not be empty."],
  ["/z/../a", "Must not contain '/../'."],
  ["s3://bucket/..", "Must not contain '/../'."],
  ["z/a", "URLs must begin with '/' or 's3://'."],
  ["https://example.org/a", "URLs must begin with '/' or 's3://'."],
  ["file:///z/a", "URLs must begin with '/' or 's3://'."],
  // The database would store another address, perhaps that of another image.
  ["/z/a\0", "Must not contain NUL or half a character."],
  ["/z/\ud83d", "Must not contain NUL or half a character."],
  [`/z/${"é".repeat(1_000)}`, "Must not be longer than 2000 bytes."],
])("10.23 the address %j is refused: %s", (raw, why) => {
  const parsed = ZarrUrl.safeParse(raw);
  expect(parsed.error?.issues.map((issue) => issue.message)).toContain(why);
});

test("10.23 keys are trimmed; none is empty, and none appears twice", () => {
  const Flags = trimmedRecord(z.boolean());
  expect(Flags.parse({ " a ": true, b: false })).toEqual({ a: true, b: false });
  expect(Flags.safeParse({ " ": true }).success).toBe(false);
  expect(Flags.safeParse({ a: true, "a ": false }).success).toBe(false);
});
