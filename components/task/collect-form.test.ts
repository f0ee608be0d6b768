import { expect, test } from "vitest";
import { collectForm, EMPTY_COLLECT, toCollectInput, wheelProblem } from "./collect-form";
import type { CollectValues } from "./collect-form";

const values = (part: Partial<CollectValues>): CollectValues => ({ ...EMPTY_COLLECT, ...part });
const problems = (source: "pypi" | "wheel", part: Partial<CollectValues>) =>
  collectForm(source)
    .safeParse(values(part))
    .error?.issues.map((issue) => issue.path.join("."));

test("only what is filled in is asked for, and the version that the button names", () => {
  const pins: CollectValues["pins"] = [
    { name: "numpy", version: "2.0", when: "pre" },
    { name: "zarr", version: "3.1", when: "post" },
    { name: "", version: "", when: "post" },
  ];
  expect(toCollectInput(values({ package: "my-tasks" }), { found: null, newest: "1.4.1" })).toEqual({
    origin: "pypi",
    package: "my-tasks",
    package_version: "1.4.1",
  });
  expect(
    toCollectInput(values({ package: "my-tasks", package_version: "1.0", pins }), {
      found: null,
      newest: "1.4.1",
    }),
  ).toEqual({
    origin: "pypi",
    package: "my-tasks",
    package_version: "1.0",
    pinned_package_versions_pre: { numpy: "2.0" },
    pinned_package_versions_post: { zarr: "3.1" },
  });
  expect(
    toCollectInput(values({ package_extras: "gpu", python_version: "3.12" }), { upload_id: "u" }),
  ).toEqual({ origin: "wheel-file", upload_id: "u", package_extras: "gpu", python_version: "3.12" });
});

test("a version is sent in the spelling that the index has, which the button names", () => {
  const typed = values({ package: "my-tasks", package_version: "2.1" });
  expect(toCollectInput(typed, { found: "2.1.0", newest: "3.0.0" })).toMatchObject({
    package_version: "2.1.0",
  });
  expect(toCollectInput(values({ package: "my-tasks" }), { found: null, newest: null })).toEqual({
    origin: "pypi",
    package: "my-tasks",
  });
});

test("half a pin and a second pin of a package are said at their row; an empty row is none", () => {
  const pin = (name: string, version: string) => ({ name, version, when: "post" as const });
  expect(problems("pypi", { package: "a", pins: [pin("", "")] })).toBeUndefined();
  expect(problems("pypi", { package: "a", pins: [pin("numpy", ""), pin("", "1.0")] })).toEqual([
    "pins.0.version",
    "pins.1.name",
  ]);
  expect(problems("pypi", { package: "a", pins: [pin("my.lib", "1"), pin("My_Lib", "2")] })).toEqual([
    "pins.1.name",
  ]);
});

test("each source needs its own field", () => {
  expect(problems("pypi", { package: ">1", package_version: ">=1" })).toEqual(["package", "package_version"]);
  expect(problems("wheel", {})).toEqual(["file"]);
  expect(wheelProblem({ name: "photo.png", size: 5 })).toMatch(/not the name of a wheel/);
  expect(wheelProblem({ name: "a-1.0-py3-none-any.whl", size: 0 })).toBe("a-1.0-py3-none-any.whl is empty.");
  expect(wheelProblem({ name: "a-1.0-py3-none-any.whl", size: 5 })).toBeNull();
});
