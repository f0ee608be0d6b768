import { expect, test } from "vitest";
import type { UnitRow } from "@/server/contracts/job";
import { platesOf, shortImage, unitName, wellOf } from "./unit-words";

const unit = (id: number, zarr_url: string | null, state: UnitRow["state"] = "done"): UnitRow => ({
  id,
  kind: "unit",
  position: id,
  state,
  zarr_url,
  num_images: 1,
  has_warnings: false,
  cause: null,
  started_at: null,
  wall_seconds: null,
  cpu_seconds: null,
  peak_mb: null,
  attempts: 1,
});

test("an image is named from its plate on", () => {
  expect(shortImage("/data/x/plate_mip.zarr/P/24/0_mip")).toBe("plate_mip.zarr/P/24/0_mip");
  expect(shortImage("/data/some/where/image")).toBe("some/where/image");
});

test("calls over many images say so", () => {
  expect(unitName({ kind: "init", zarr_url: null, num_images: 12 })).toBe("first call, 12 images");
  expect(unitName({ kind: "unit", zarr_url: null, num_images: 1 })).toBe("one call, 1 image");
});

test("a plate path gives the well, any other path gives none", () => {
  expect(wellOf("/d/plate.zarr/B/03/0")).toEqual({ plate: "plate", row: 1, column: 2 });
  expect(wellOf("/d/plate.zarr/AA/48/1")).toEqual({ plate: "plate", row: 26, column: 47 });
  expect(wellOf("/d/image.zarr")).toBeNull();
  expect(wellOf("/d/plate.zarr/B/00/0")).toBeNull();
});

test("a well with several units shows the one that needs attention, on a plate of a usual size", () => {
  const plates = platesOf([
    unit(1, "/d/p.zarr/A/01/0"),
    unit(2, "/d/p.zarr/A/01/1", "failed"),
    unit(3, "/d/p.zarr/B/03/0", "running"),
    unit(4, null),
  ]);
  expect(plates).toEqual([
    {
      name: "p",
      rows: 2,
      columns: 3,
      wells: [
        { row: 0, column: 0, state: "failed", unit_id: 2, text: "2 images" },
        { row: 1, column: 2, state: "running", unit_id: 3 },
      ],
    },
  ]);
});
