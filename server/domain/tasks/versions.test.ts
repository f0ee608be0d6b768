import { expect, test } from "vitest";
import { compareVersions, isPreRelease, isSameVersion } from "@/server/domain/tasks/versions";

test("versions are ordered as PEP 440 orders them", () => {
  const ordered = [
    "local",
    "0.9",
    "0.10.0.dev1",
    "0.10.0a1.dev2",
    "0.10.0a1",
    "0.10.0a2",
    "0.10.0b1",
    "0.10.0rc2",
    "0.10.0rc2.post1.dev1",
    "0.10.0rc2.post1",
    "0.10.0",
    "0.10.0+abc",
    "0.10.0+abc.2",
    "0.10.0+5",
    "0.10.0.post1.dev3",
    "0.10.0.post1",
    "0.10.1.dev1",
    "1.2",
    "1.10",
    "1!0.1",
  ];
  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
});

test.each([
  ["1.0", "1.0.0"],
  ["v1.0", "1.0"],
  ["1.0-RC.1", "1.0rc1"],
  ["1.0alpha", "1.0a0"],
  ["1.0c1", "1.0rc1"],
  ["1.0-1", "1.0.post1"],
  ["1.0.rev2", "1.0post2"],
  ["0!1.0", "1.0"],
  ["1.0+ubuntu-1", "1.0+Ubuntu.1"],
])("%s and %s are one version", (a, b) => {
  expect(isSameVersion(a, b)).toBe(true);
});

test("a post-release is stable, development releases and candidates are not", () => {
  expect(["1.0", "1.0.post1", "1.0+local", "1.0a1", "1.0.post1.dev1"].map(isPreRelease)).toEqual([
    false,
    false,
    false,
    true,
    true,
  ]);
});
