import { expect, test } from "vitest";
import { imagePath, imageUrl } from "./path";

test.each([
  ["/d/plate.zarr/A/01/0", "plate.zarr/A/01/0"],
  ["/elsewhere/plate.zarr/A/01/0", "/elsewhere/plate.zarr/A/01/0"],
  ["/data/plate.zarr", "/data/plate.zarr"],
])("%s is shown as %s and found again", (url, path) => {
  expect(imagePath(url, "/d")).toBe(path);
  expect(imageUrl(path, "/d")).toBe(url);
});
