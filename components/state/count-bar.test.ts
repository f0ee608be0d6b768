import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { barParts, countSentence, waitingCount } from "./count-bar";

describe("a bar of counts", () => {
  it("draws done, failed, running in that order", () => {
    expect(barParts({ running: 120, done: 700, failed: 40, total: 1000 })).toEqual([
      { part: "done", percent: 70 },
      { part: "failed", percent: 4 },
      { part: "running", percent: 12 },
    ]);
  });
  it("says the parts and the total", () => {
    expect(countSentence({ done: 38_397, failed: 15, running: 640, total: 100_000 })).toBe(
      "38,397 done, 15 failed, 640 running, 60,948 waiting of 100,000 units",
    );
    expect(countSentence({ total: 0 }, "images")).toBe("None of 0 images");
  });
  it("adds up: parts and waiting make the total", () => {
    const count = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(count, count, count, count, (done, failed, running, rest) => {
        const counts = { done, failed, running, total: done + failed + running + rest };
        expect(waitingCount(counts)).toBe(rest);
        const drawn = barParts(counts).reduce((sum, part) => sum + part.percent, 0);
        expect(drawn).toBeLessThanOrEqual(100 + 1e-9);
      }),
    );
  });
  it("is never wider than its box when counts run ahead of their total", () => {
    const drawn = barParts({ done: 90, failed: 20, running: 5, total: 100 });
    expect(drawn.reduce((sum, part) => sum + part.percent, 0)).toBeCloseTo(100);
  });
});
