import { expect, test } from "vitest";
import { datasetFolder } from "./folder";

const INPUT = {
  projectDir: "/data/me/",
  subfolder: "",
  projectId: 3,
  projectName: "Pilot screen",
  name: "First plate",
};

test("the folder of a new dataset is named after project and dataset unless one is typed", () => {
  expect(datasetFolder(INPUT)).toBe("/data/me/fractal/3_pilot_screen/…_first_plate");
  expect(datasetFolder({ ...INPUT, subfolder: " screens/a/ " })).toBe("/data/me/screens/a");
});
