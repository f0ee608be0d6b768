import { expect, test } from "vitest";
import { sanitiseName } from "@/server/domain/workflow/names";

test("names become path parts as Fractal writes them", () => {
  expect(sanitiseName("My Project: (a)-b")).toBe("my_project___a__b");
  expect(sanitiseName("Zellen Zürich.v2")).toBe("zellen_zürich_v2");
});
