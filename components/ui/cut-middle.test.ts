import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { cutMiddle } from "./cut-middle";

const PATH = "/data/screening/pilot/four_pilot_plates/plate_mip.zarr/P003/A/24/0_mip";

describe("cutMiddle", () => {
  it("leaves what fits alone", () => {
    expect(cutMiddle(PATH, 200)).toBe(PATH);
  });
  it("keeps the components that tell images apart", () => {
    expect(cutMiddle(PATH, 34)).toBe("…/plate_mip.zarr/P003/A/24/0_mip");
    expect(cutMiddle(PATH, 40)).toBe("/data/…/plate_mip.zarr/P003/A/24/0_mip");
  });
  it("never shows half a host", () => {
    const url = "https://example.org/a/long/way/to/plate.zarr/B/03";
    expect(cutMiddle(url, 44)).toBe("…/a/long/way/to/plate.zarr/B/03");
    expect(cutMiddle(`https://example.org/${"x".repeat(40)}/to/plate.zarr`, 40)).toBe(
      "https://example.org/…/to/plate.zarr",
    );
  });
  it("cuts between characters where there are no components", () => {
    expect(cutMiddle("abcdefghijklmnop", 9)).toBe("abcd…mnop");
  });
  it("never exceeds the limit and always ends as the text ends", () => {
    const path = fc
      .array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 10 })
      .map((parts) => parts.join("/"));
    fc.assert(
      fc.property(path, fc.integer({ min: 8, max: 80 }), (text, max) => {
        const cut = cutMiddle(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.at(-1)).toBe(text.at(-1));
      }),
    );
  });
});
