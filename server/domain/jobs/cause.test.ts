import { expect, test } from "vitest";
import { causeOf, exceptionLine } from "./cause";
import type { EndFacts } from "./cause";
import { decideRerun } from "./rerun";
import { storableJson, storableText } from "./storable";

const end = (facts: Partial<EndFacts>): EndFacts => ({
  exit: 0,
  signal: null,
  reason: null,
  detail: null,
  wallSeconds: 2,
  peakMb: 100,
  memMb: 4000,
  logTail: "",
  ...facts,
});

test("a unit that ended well has no cause", () => {
  expect(causeOf(end({}))).toBeNull();
});

test.each([
  [
    { exit: 1, logTail: "INFO; x\nTraceback (most recent call last):\n  File 'a'\nValueError: no channel\n" },
    "task_error",
    "ValueError: no channel",
  ],
  [
    { exit: 1, logTail: "OSError: [Errno 28] No space left on device: '/z/a/0/0.0'\n" },
    "disk_full",
    "OSError: [Errno 28] No space left on device: '/z/a/0/0.0'",
  ],
  [{ exit: null, signal: 9 }, "killed", null],
  [{ exit: null, signal: 15, reason: "mem_limit", peakMb: 4100.4 }, "out_of_memory", null],
  [{ exit: null, reason: "not_executable", detail: "/x: No such file" }, "not_started", "/x: No such file"],
  [{ reason: "bad_output", detail: "not JSON" }, "bad_output", "not JSON"],
] as const)("%j is %s", (facts, kind, evidence) => {
  expect(causeOf(end(facts))).toMatchObject({ kind, evidence });
});

test("the numbers are in the sentence", () => {
  expect(causeOf(end({ exit: null, reason: "mem_limit", peakMb: 4100.4 }))?.text).toContain(
    "4,100 MB of 4,000 MB",
  );
});

test("the exception is found above later chatter; without one the last words stand for it", () => {
  expect(exceptionLine("a.b.MyError: boom\nclean-up done\n")).toBe("a.b.MyError: boom");
  expect(exceptionLine("one\ntwo\n\n")).toBe("two");
  expect(exceptionLine("")).toBeNull();
});

test("what never started runs again, up to a limit; what was interrupted only if it may", () => {
  const base = {
    kind: "unit",
    isStateChange: false,
    interruptions: 0,
    failedLaunches: 0,
    rerunInterrupted: undefined,
  } as const;
  expect(decideRerun({ ...base, outcome: "never_started", failedLaunches: 1 })).toBe("again");
  expect(decideRerun({ ...base, outcome: "never_started", failedLaunches: 3 })).toBe("fail");
  expect(decideRerun({ ...base, outcome: "interrupted", interruptions: 2 })).toBe("again");
  expect(decideRerun({ ...base, outcome: "interrupted", interruptions: 3 })).toBe("fail");
  expect(decideRerun({ ...base, outcome: "interrupted", interruptions: 1, isStateChange: true })).toBe(
    "fail",
  );
  expect(decideRerun({ ...base, outcome: "interrupted", interruptions: 1, kind: "init" })).toBe("fail");
  expect(
    decideRerun({ ...base, outcome: "interrupted", interruptions: 1, kind: "init", rerunInterrupted: true }),
  ).toBe("again");
});

test("NUL and lone surrogates do not reach the database, and a backslash before u0000 stays a backslash", () => {
  expect(storableText("a\0b\ud800c😀")).toBe("ab\ufffdc😀");
  expect(JSON.parse(storableJson({ "k\0": ["\\u0000", "x\0"] }))).toEqual({ k: ["\\u0000", "x"] });
});
