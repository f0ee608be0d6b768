import { expect, test } from "vitest";
import type { WorkflowTaskView } from "@/server/contracts/workflow";
import {
  argumentProblems,
  changeList,
  changedValues,
  isDirty,
  problemsAt,
  storedSettings,
  type Draft,
} from "./task-settings";

const schema = {
  type: "object",
  properties: {
    zarr_url: { type: "string" },
    channel: { type: "string", title: "Channel", minLength: 1 },
    scale: { type: "number", title: "Scale", default: 1, exclusiveMinimum: 0 },
  },
  required: ["zarr_url", "channel"],
};
const view: WorkflowTaskView = {
  id: 5,
  order: 2,
  version: 3,
  alias: null,
  task_type: "parallel",
  task: {
    id: 1,
    name: "Segment",
    type: "parallel",
    version: "1",
    pkg_name: "p",
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
    args_schema_parallel: schema,
    args_schema_version: "pydantic_v2",
    meta_non_parallel: {},
    meta_parallel: { mem: 1000 },
  },
  args_non_parallel: null,
  args_parallel: { channel: "DAPI", scale: 1 },
  meta_non_parallel: null,
  meta_parallel: { mem: 1000 },
  type_filters: {},
  flow: { before: {}, after: {} },
};
const draft = (values: Draft["values"], unfinished: Draft["unfinished"] = {}): Draft => ({
  version: 3,
  values,
  unfinished,
  problems: {},
});

test("an edit that ends where it began is no change, and neither is a default said aloud", () => {
  expect(changedValues(view, draft({ args_parallel: { channel: "DAPI" } }))).toEqual({});
  expect(isDirty(view, draft({ args_parallel: { scale: 1, channel: "DAPI" }, alias: null }))).toBe(false);
  expect(isDirty(view, undefined)).toBe(false);
});

test("only changed settings are sent", () => {
  const values = { args_parallel: { channel: "Hoechst" }, meta_parallel: { mem: 1000 } };
  expect(changedValues(view, draft(values))).toEqual({ args_parallel: { channel: "Hoechst" } });
});

test("text that is no JSON yet is unsaved work", () => {
  expect(isDirty(view, draft({}, { args_parallel: "{" }))).toBe(true);
});

test("changes are told with both values", () => {
  const after = { ...storedSettings(view), args_parallel: { channel: "DAPI", scale: 0.85 }, alias: "Nuclei" };
  expect(changeList(view, storedSettings(view), after)).toEqual([
    { name: "scale", title: "Scale", before: "1", after: "0.85" },
    { name: "alias", title: "Name", before: "Segment", after: "Nuclei" },
  ]);
});

test("missing and wrong arguments are told apart", () => {
  const settings = { ...storedSettings(view), args_parallel: { scale: 0 } };
  expect(argumentProblems(view, settings)).toEqual({ missing: 1, wrong: 1 });
  expect(argumentProblems(view, storedSettings(view))).toEqual({ missing: 0, wrong: 0 });
});

test("the server's reasons find their setting", () => {
  const problems = { "args_parallel.a.0": "x", args_parallel: "y", meta_parallel: "z" };
  expect(problemsAt(problems, "args_parallel")).toEqual({ "a.0": "x", "": "y" });
});
