import { expect, test } from "vitest";
import type { ImageRow } from "@/server/contracts/image";
import { parseWell, plateData } from "./plate-data";
import { toggled } from "./use-dataset-params";

let id = 0;
const image = (well: string, n: number | null, state: ImageRow["state"] = null): ImageRow => ({
  id: (id += 1),
  zarr_url: `/d/p.zarr/${well}/${id}`,
  origin: null,
  attributes: { well, ...(n === null ? {} : { n }) },
  types: {},
  state,
});

test.each([
  ["A01", { row: 0, column: 0 }],
  ["a/1", { row: 0, column: 0 }],
  ["P24", { row: 15, column: 23 }],
  ["AF48", { row: 31, column: 47 }],
  ["A00", null],
  ["field 3", null],
])("well %j is at %j", (name, place) => {
  expect(parseWell(name)).toEqual(place);
});

test("a map has the size of the smallest usual plate that holds all its wells", () => {
  expect(plateData([image("B03", 1)], { by: "images" })).toMatchObject({ rows: 2, columns: 3 });
  expect(plateData([image("A01", 1), image("H12", 1)], { by: "images" })).toMatchObject({
    rows: 8,
    columns: 12,
  });
});

test("a well shows the median of its images, placed between the lowest and highest well", () => {
  const data = plateData(
    [image("A01", 10), image("A01", 20), image("A02", 40), image("A03", 5), image("B01", null)],
    { by: "attribute", name: "n" },
  );
  expect(data.range).toEqual({ low: 5, high: 40, median: 15 });
  expect(data.wells.map(({ value }) => value)).toEqual([(15 - 5) / 35, 1, 0, undefined]);
  expect(data.wells[3]?.text).toBe("no value");
  expect(data.histogram.reduce((sum, wells) => sum + wells, 0)).toBe(3);
});

test("one failed image makes its well failed", () => {
  const data = plateData([image("A01", 1, "done"), image("A01", 1, "failed"), image("A02", 1)], {
    by: "state",
  });
  expect(data.wells).toMatchObject([{ state: "failed", text: "1 of 2 images" }, { text: "not run" }]);
});

test("a filter is toggled value by value, keeps one type, and disappears with its last value", () => {
  expect(toggled({}, "plate", "P1")).toEqual({ plate: ["P1"] });
  expect(toggled({ plate: ["P1"] }, "plate", "P2")).toEqual({ plate: ["P1", "P2"] });
  expect(toggled({ plate: ["P1"], n: [1] }, "plate", "P1")).toEqual({ n: [1] });
  expect(toggled({ n: [1] }, "n", "1")).toEqual({ n: ["1"] });
});
