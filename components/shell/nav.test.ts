import { describe, expect, it } from "vitest";

import { sectionOf } from "./nav";
import { parseThemeChoice, themeAttributes } from "./theme";

describe("sectionOf", () => {
  it.each([
    ["/", "home"],
    ["/projects/3", "projects"],
    ["/projects/3/jobs/4127", "jobs"],
    ["/projects/3/datasets/7/images", "datasets"],
    ["/projects/3/workflows/2", "projects"],
    ["/workflows/2", "projects"],
    ["/admin/users", "admin"],
    ["/profile", null],
  ])("%s belongs to %s", (path, section) => {
    expect(sectionOf(path)).toBe(section);
  });
});

describe("theme", () => {
  it("follows the system unless a known choice is stored", () => {
    expect(parseThemeChoice(undefined)).toBe("system");
    expect(parseThemeChoice("<script>")).toBe("system");
    expect(themeAttributes(parseThemeChoice("dark"))["data-theme"]).toBe("dark");
  });
});
