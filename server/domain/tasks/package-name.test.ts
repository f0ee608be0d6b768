import { expect, test } from "vitest";
import { normalizePackageName, parseWheelName } from "@/server/domain/tasks/package-name";

test("the name of a wheel says package and version", () => {
  expect(parseWheelName("/w/fractal_example_tasks-0.1.0-py3-none-any.whl")).toEqual({
    pkg_name: "fractal-example-tasks",
    version: "0.1.0",
  });
  expect(parseWheelName("My.Pkg-1.0rc1-2build-cp312-cp312-linux_x86_64.whl")).toEqual({
    pkg_name: "my-pkg",
    version: "1.0rc1",
  });
});

test.each([
  "pkg-1.0.whl",
  "pkg-1.0-py3-none-any.tar.gz",
  "-1.0-py3-none-any.whl",
  "pkg-..-py3-none-any.whl",
  "pkg-1.0-build-py3-none-any.whl",
  "p;g-1.0-py3-none-any.whl",
])("%s is not the name of a wheel", (name) => {
  expect(parseWheelName(`/w/${name}`)).toBeNull();
});

test("all spellings of a package name are one", () => {
  expect(normalizePackageName("A__b.-C")).toBe("a-b-c");
});
