/** Colours, contrast and geometry: what is drawn, from what is stored. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { composite, drawLabels } from "./composite";
import { domainOf, histogram, percentiles, sample } from "./contrast";
import { hexOf, parseColor, parseMultiscale } from "./ngff";
import { partOf, valueAt } from "./plane";
import type { Plane } from "./plane";
import { chooseLevel, fit, scaleBar, toImage, visiblePieces, visibleTiles, zoomAt } from "./viewport";

const planeOf = (rows: readonly (readonly number[])[]): Plane => ({
  data: Uint16Array.from(rows.flat()),
  offset: 0,
  rowStride: rows[0]?.length ?? 0,
  columnStride: 1,
  width: rows[0]?.length ?? 0,
  height: rows.length,
});
const pixelAt = (rgba: Uint8ClampedArray, at: number) => [...rgba.subarray(4 * at, 4 * at + 4)];

test("channels are added like lights, from low (black) to high (full colour)", () => {
  const range = { low: 100, high: 300 };
  const blue = { plane: planeOf([[0, 100, 200, 300, 999]]), color: [0, 0, 200] as const, range };
  const green = { plane: planeOf([[300, 0, 300, 300, 0]]), color: [0, 255, 0] as const, range };
  const both = composite([blue, green], 5, 1);
  expect([0, 1, 2, 3, 4].map((at) => pixelAt(both, at))).toEqual([
    [0, 255, 0, 255],
    [0, 0, 0, 255],
    [0, 255, 100, 255],
    [0, 255, 200, 255],
    [0, 0, 200, 255],
  ]);
  expect(pixelAt(composite([], 1, 1), 0)).toEqual([0, 0, 0, 255]);
});

test("two lights of one colour end at white, not beyond", () => {
  const layer = { plane: planeOf([[9]]), color: [200, 200, 200] as const, range: { low: 0, high: 9 } };
  expect(pixelAt(composite([layer, layer], 1, 1), 0)).toEqual([255, 255, 255, 255]);
});

test("outlines run along objects, also between two that touch; a fill covers them", () => {
  const plane = planeOf([
    [0, 1, 1, 1, 2],
    [0, 1, 1, 1, 2],
    [0, 1, 1, 1, 2],
    [0, 0, 0, 0, 2],
  ]);
  const drawn = (mode: "outline" | "fill") => {
    const rgba = drawLabels(plane, mode);
    return Array.from({ length: 20 }, (_, at) => (rgba[4 * at + 3] ? "#" : "."))
      .join("")
      .match(/.{5}/g);
  };
  expect(drawn("outline")).toEqual([".#.##", ".#.##", ".####", "....#"]);
  expect(drawn("fill")).toEqual([".####", ".####", ".####", "....#"]);
});

test("automatic contrast leaves out the ends, and never divides by nothing", () => {
  const rows = Array.from({ length: 100 }, (_, y) => Array.from({ length: 100 }, (_, x) => 100 * y + x));
  const { low, high } = percentiles(sample(planeOf(rows)));
  expect(low).toBe(100);
  expect(high).toBe(9979);
  expect(percentiles(sample(planeOf([[7, 7, 7]])))).toEqual({ low: 7, high: 8 });
  expect(percentiles(new Float64Array())).toEqual({ low: 0, high: 1 });
  const sorted = Float64Array.from([1, 2, 3]);
  expect(domainOf(sorted, { low: 0, high: 9 })).toEqual({ low: 0, high: 9 });
  expect(histogram(sorted, { low: 1, high: 3 }).reduce((sum, count) => sum + count)).toBe(3);
});

const levels = [1, 2, 4].map((factor) => ({
  width: 2048 / factor,
  height: 1024 / factor,
  tileWidth: 256,
  tileHeight: 256,
  factor: { x: factor, y: factor },
}));

test("the level that fits the zoom, and only its tiles that can be seen", () => {
  expect([4, 1, 0.6, 0.5, 0.3, 0.25, 0.01].map((zoom) => chooseLevel(levels, zoom))).toEqual([
    0, 0, 0, 1, 1, 2, 2,
  ]);
  const screen = { width: 400, height: 300 };
  const image = { width: 2048, height: 1024 };
  const whole = fit(image, screen);
  expect(visibleTiles(levels[2]!, whole, screen)).toHaveLength(2);
  // One to one around the middle: 400 × 300 pixels touch 2 × 2 tiles of 256.
  expect(visibleTiles(levels[0]!, { x: 1024, y: 512, zoom: 1 }, screen)).toHaveLength(4);
  expect(visibleTiles(levels[0]!, { x: -5000, y: 512, zoom: 1 }, screen)).toEqual([]);
});

test("of a chunk larger than the screen only the parts that can be seen are painted, each of them small", () => {
  const level = { width: 4000, height: 3000, tileWidth: 4096, tileHeight: 4096, factor: { x: 2, y: 2 } };
  const screen = { width: 400, height: 300 };
  const pieces = (view: { x: number; y: number; zoom: number }) =>
    visiblePieces(level, { row: 0, column: 0 }, view, screen).map(({ x, y, width, height }) => [
      x,
      y,
      width,
      height,
    ]);
  const whole = pieces(fit({ width: 8000, height: 6000 }, screen));
  expect(whole).toHaveLength(12);
  expect(whole.reduce((sum, [, , width = 0, height = 0]) => sum + width * height, 0)).toBe(4000 * 3000);
  expect(whole.at(-1)).toEqual([3072, 2048, 928, 952]);
  // Around the corner of four of them, in pixels of level 0.
  expect(pieces({ x: 4096, y: 2048, zoom: 1 })).toEqual([
    [1024, 0, 1024, 1024],
    [2048, 0, 1024, 1024],
    [1024, 1024, 1024, 1024],
    [2048, 1024, 1024, 1024],
  ]);
  expect(pieces({ x: 5000, y: 3000, zoom: 1 })).toEqual([[2048, 1024, 1024, 1024]]);
});

test("a part of a plane shows the same values", () => {
  const plane = planeOf([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const part = partOf(plane, { x: 1, y: 1, width: 2, height: 1 });
  expect([part.width, part.height, valueAt(part, 0, 0), valueAt(part, 0, 1)]).toEqual([2, 1, 5, 6]);
});

test("zooming keeps what is under the cursor", () => {
  const screen = { width: 400, height: 300 };
  const coordinate = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(coordinate, coordinate, fc.double({ min: 0.1, max: 8, noNaN: true }), (x, y, by) => {
      const before = { x: 100, y: 50, zoom: 2 };
      const after = zoomAt(before, screen, { x, y }, by);
      expect(toImage(after, screen, { x, y }).x).toBeCloseTo(toImage(before, screen, { x, y }).x, 6);
      expect(toImage(after, screen, { x, y }).y).toBeCloseTo(toImage(before, screen, { x, y }).y, 6);
    }),
  );
});

test("a scale bar has a round length and fits", () => {
  expect(scaleBar(0.325, 150)).toEqual({ length: 20, pixels: 20 / 0.325 });
  fc.assert(
    fc.property(fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (perPixel) => {
      const { length, pixels } = scaleBar(perPixel, 150);
      expect(pixels).toBeLessThanOrEqual(150.0001);
      expect(pixels).toBeGreaterThan(150 / 2.6);
      expect([1, 2, 5]).toContain(Math.round(length / 10 ** Math.floor(Math.log10(length * 1.0001))));
    }),
  );
});

test("metadata: units, both places of the attributes, and what is malformed counts as not given", () => {
  const document = {
    multiscales: [
      {
        axes: [
          { name: "c", type: "channel" },
          { name: "y", unit: "nanometer" },
          { name: "x", unit: "nanometer" },
        ],
        datasets: [{ path: "s0", coordinateTransformations: [{ type: "scale", scale: [1, 325, 325] }] }],
        coordinateTransformations: [{ type: "scale", scale: [1, 2, 2] }],
      },
    ],
    omero: {
      channels: [{ label: "DAPI", color: "#0000FF", window: { start: 5, end: 5 } }, { color: "blue" }],
    },
  };
  const expected = {
    axes: ["c", "y", "x"],
    levels: [{ path: "s0", scale: [1, 650, 650] }],
    micrometers: 1e-3,
    channels: [
      { label: "DAPI", color: [0, 0, 255], window: null, active: true },
      { label: null, color: null, window: null, active: true },
    ],
  };
  expect(parseMultiscale(document)).toEqual(expected);
  expect(parseMultiscale({ ome: document })).toEqual(expected);
  expect(hexOf(parseColor("4f86FF") ?? [0, 0, 0])).toBe("#4f86ff");
});
