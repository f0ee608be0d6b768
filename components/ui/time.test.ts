import { describe, expect, it } from "vitest";

import { formatAbsolute, formatAgo, formatMoment, formatUtc } from "./time";

/** Local time, as the functions print it. */
const at = (day: number, hour: number, minute = 0, year = 2026) => new Date(year, 10, day, hour, minute);
const now = at(20, 12);

describe("formatMoment", () => {
  it.each([
    [at(20, 8, 31), "today 08:31"],
    [at(19, 17, 2), "yesterday 17:02"],
    [at(21, 9, 10), "tomorrow 09:10"],
    [at(18, 8, 31), "18 Nov 08:31"],
    [at(18, 8, 31, 2025), "18 Nov 2025 08:31"],
  ])("%s", (instant, text) => {
    expect(formatMoment(instant, now)).toBe(text);
  });
});

describe("formatAgo", () => {
  it.each([
    [new Date(now.getTime() - 20_000), "just now"],
    [at(20, 11, 48), "12 min ago"],
    [at(20, 9), "3 h ago"],
    [at(19, 9), "yesterday"],
    [at(7, 9), "7 Nov"],
    [at(20, 12, 6), "in 6 min"],
  ])("%s", (instant, text) => {
    expect(formatAgo(instant, now)).toBe(text);
  });

  it("counts hours over midnight, not days", () => {
    expect(formatAgo(at(19, 23), at(20, 1))).toBe("2 h ago");
  });
});

describe("absolute times", () => {
  it("are complete", () => {
    expect(formatAbsolute(at(20, 8, 31))).toBe("20 Nov 2026, 08:31:00");
    expect(formatUtc(new Date("2026-11-20T08:31:00Z"))).toBe("20 Nov 2026, 08:31 UTC");
  });
});
