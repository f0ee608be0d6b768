import { expect, test } from "vitest";
import { mergeTypeFilters } from "../images/filter";
import { parseMemoryMb } from "../../contracts/memory";
import { callResources, changesState, localSlots, taskFolderName } from "./calls";

test("memory values are megabytes; fractions, K and lower case are refused", () => {
  expect(["100", "100M", "2G", "1T", 300].map(parseMemoryMb)).toEqual([100, 100, 2000, 1_000_000, 300]);
  expect(["1K", "1.5G", "1g", 0, -1, 1.5, null, "", "G"].map(parseMemoryMb)).toEqual(Array(9).fill(null));
});

test("the workflow task's meta is stronger than the task's; a wrong value is named", () => {
  expect(callResources({ cpus_per_task: 4, mem: "1G" }, { mem: 500 })).toMatchObject({
    ok: true,
    resources: { cpus: 4, memMb: 500, unitLimitSeconds: null },
  });
  for (const meta of [
    { cpus_per_task: 0 },
    { cpus_per_task: 3e9 },
    { mem: "lots" },
    { mem: "9999999T" },
    { parallel_tasks_per_job: -1 },
    { unit_limit_s: "1h" },
    { rerun_interrupted: 1 },
  ])
    expect(callResources({}, meta)).toMatchObject({
      ok: false,
      why: expect.stringContaining(Object.keys(meta)[0] ?? "") as string,
    });
});

test("slots are what CPUs, memory, the limit and the number of units admit, and never none", () => {
  const call = {
    cpus: 2,
    memMb: 4000,
    parallelTasksPerJob: undefined,
    unitLimitSeconds: null,
    rerunInterrupted: undefined,
  };
  expect(localSlots(call, null, 100, 16, 64_000)).toBe(8);
  expect(localSlots(call, null, 100, 16, 10_000)).toBe(2);
  expect(localSlots(call, 3, 100, 16, 64_000)).toBe(3);
  expect(localSlots({ ...call, parallelTasksPerJob: 1 }, 3, 100, 16, 64_000)).toBe(1);
  expect(localSlots(call, null, 5, 16, 64_000)).toBe(5);
  expect(localSlots(call, null, 100, 1, 1_000)).toBe(1);
});

test("only a flag that changes its value makes a task a change of state", () => {
  expect(changesState({ ic: false }, { ic: true })).toBe(true);
  expect(changesState({ is_3D: true }, { segmented: true })).toBe(false);
});

test("a task folder is named as published", () => {
  expect(taskFolderName(2, "Project Image (HCS Plate)")).toBe("2_project_image__hcs_plate_");
});

test("a type may be called like something that every object has", () => {
  expect(changesState({ constructor: true }, {})).toBe(false);
  expect(mergeTypeFilters({}, { toString: true })).toEqual({ ok: true, filters: { toString: true } });
});
