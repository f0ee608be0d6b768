import { expect, test } from "vitest";
import { compareVersions } from "@/server/domain/workflow/versions";

test("versions are ordered as releases are made", () => {
  const ordered = [
    "local",
    "0.9",
    "0.10.0.dev1",
    "0.10.0a1",
    "0.10.0rc2",
    "0.10.0",
    "0.10.0.post1",
    "1.2",
    "1.10",
  ];
  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
  expect(compareVersions("1.0", "1.0.0")).toBe(0);
});
