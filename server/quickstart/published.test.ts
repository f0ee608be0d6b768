import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test, vi } from "vitest";
import { openImages, problemsOf } from "./verify-published";
import type { OpenedImage } from "./verify-published";

describe("a projection is judged by what ngio finds in it", () => {
  const good: OpenedImage = {
    zarr_url: "/p/A/01/0",
    axes: "czyx",
    shape: [2, 1, 64, 64],
    brightest: 900,
    maximum_of_planes: 30,
    labels: { nuclei: { shape: [1, 64, 64], objects: 7, covered: 0.2 } },
    tables: { features: { rows: 7, columns: ["area"], is_finite: true, fits_label: "nuclei" } },
  };
  const judge = (changes: Partial<OpenedImage>) =>
    problemsOf({ ...good, ...changes }, { label: "nuclei", table: "features", isMaximum: true });
  const label = (changes: object) => ({ labels: { nuclei: { ...good.labels["nuclei"]!, ...changes } } });
  const rows = (changes: object) => ({ tables: { features: { ...good.tables["features"]!, ...changes } } });

  test("all is well, also without a z axis", () => {
    expect(judge({})).toEqual([]);
    expect(judge({ axes: "cyx", shape: [2, 64, 64], ...label({ shape: [64, 64] }) })).toEqual([]);
  });

  test.each([
    ["several planes", { shape: [2, 3, 64, 64] }, /has 3 planes after the projection/],
    ["other pixels", { maximum_of_planes: null }, /is not the maximum of its stack/],
    ["no light", { brightest: 0 }, /is black/],
    ["no label image", { labels: {} }, /has no label image nuclei/],
    ["labels of another size", label({ shape: [1, 32, 32] }), /has the shape 1 × 32 × 32/],
    ["no objects", label({ objects: 0 }), /is empty/],
    ["no table", { tables: {} }, /has no table features/],
    ["rows of other objects", rows({ fits_label: null }), /The 7 rows of features are not the objects/],
    ["rows without numbers", rows({ is_finite: false }), /lacks numbers/],
    ["rows without columns", rows({ columns: [] }), /lacks numbers/],
  ])("%s", (_what, changes, sentence) => {
    expect(judge(changes).join(" ")).toMatch(sentence);
  });
});

test("code of the package gets neither the index nor the proxy of the server, whose addresses may hold passwords", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "fractal-published-"));
  const python = path.join(folder, "python");
  writeFileSync(python, '#!/bin/sh\nenv > "$0.env"\necho "[]"\n', { mode: 0o755 });
  vi.stubEnv("PIP_INDEX_URL", "https://me:secret@index.example/simple");
  vi.stubEnv("https_proxy", "http://me:secret@proxy.example");
  try {
    expect(await openImages(python, [])).toEqual([]);
    expect(readFileSync(`${python}.env`, "utf8")).not.toContain("secret");
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});
