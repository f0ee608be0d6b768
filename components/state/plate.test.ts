import { describe, expect, it } from "vitest";

import { plateLayout, rampColor, rowName, wellName } from "./plate";

describe("a plate", () => {
  it("names rows past Z as plates of 1,536 wells do", () => {
    expect([0, 15, 25, 26, 31].map(rowName)).toEqual(["A", "P", "Z", "AA", "AF"]);
    expect(wellName(4, 6)).toBe("E07");
  });
  it("leaves a quarter of the diameter between wells", () => {
    expect(plateLayout(16, 24, 12, false)).toMatchObject({ pitch: 15, width: 360, height: 240 });
  });
  it("clamps measured values to the ramp", () => {
    expect(rampColor(-1)).toBe(rampColor(0));
    expect(rampColor(2)).toBe(rampColor(1));
    expect(rampColor(1)).toBe("color-mix(in oklab, var(--seq-6) 100%, var(--seq-5))");
  });
});
