import { expect, test } from "vitest";
import type { GroupTask, TaskGroupView } from "@/server/contracts/task";
import { catalogueRows, categories, matchesSearch } from "./catalogue";

const task = (id: number, name: string, version: string, changes: Partial<GroupTask> = {}): GroupTask => ({
  id,
  name,
  type: "parallel",
  version,
  pkg_name: "pkg",
  task_group_id: 1,
  is_active: true,
  category: null,
  modality: null,
  authors: null,
  tags: [],
  input_types: {},
  output_types: {},
  docs_info: null,
  docs_link: null,
  args_schema_non_parallel: null,
  args_schema_parallel: null,
  args_schema_version: null,
  meta_non_parallel: {},
  meta_parallel: {},
  used_by: 2,
  ...changes,
});
const group = (version: string, active: boolean, tasks: GroupTask[]): TaskGroupView => ({
  id: 1,
  pkg_name: "pkg",
  version,
  origin: "wheel-file",
  python_version: null,
  active,
  owner_email: "o@example.org",
  timestamp_created: "2026-11-20T00:00:00Z",
  tasks,
  used_by: 0,
});
const rows = catalogueRows([
  group("2.0", false, [task(3, "Segment", "2.0")]),
  group("1.1", true, [task(2, "Segment", "1.1", { category: "Segmentation", tags: ["Nuclei"] })]),
  group("1.0", true, [task(1, "Segment", "1.0"), task(4, "Old", "1.0", { input_types: { is_3D: true } })]),
]);

test("a task is listed once, in its newest active version, with all versions and their use", () => {
  expect(rows.map((row) => [row.task.id, row.versions.map((one) => one.task_id), row.used_by])).toEqual([
    [2, [3, 2, 1], 6],
    [4, [4], 2],
  ]);
});

test("every word of a search must be found, in any field", () => {
  expect(rows.filter((row) => matchesSearch(row, "nuclei segm")).map((row) => row.task.id)).toEqual([2]);
  expect(rows.filter((row) => matchesSearch(row, "IS_3d")).map((row) => row.task.id)).toEqual([4]);
  expect(rows.filter((row) => matchesSearch(row, ""))).toHaveLength(2);
});

test("categories are counted, tasks without one come last", () => {
  expect(categories(rows)).toEqual([
    { name: "Segmentation", count: 1 },
    { name: "Other", count: 1 },
  ]);
});
