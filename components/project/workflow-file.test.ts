import { expect, test } from "vitest";
import { parseWorkflowFile, taskReasons } from "./workflow-file";

const task = { task: { pkg_name: "p", version: "1", name: "Convert" } };

test("a workflow file is read with its name and the names of its tasks", () => {
  const parsed = parseWorkflowFile(JSON.stringify({ name: "Nuclei", task_list: [task] }));
  expect(parsed).toMatchObject({ ok: true, name: "Nuclei", tasks: ["Convert"] });
});

test("what is wrong with a file is said with the number of the task", () => {
  expect(parseWorkflowFile("{")).toMatchObject({ ok: false });
  const parsed = parseWorkflowFile(
    JSON.stringify({ name: "Nuclei", task_list: [task, { task: { pkg_name: "p" } }] }),
  );
  expect(parsed.ok ? [] : parsed.reasons).toEqual([expect.stringMatching(/^Task 2, task\.name: /)]);
});

test("what the server misses is said with number and name of the task, in the order of the file", () => {
  expect(
    taskReasons(
      { "task_list.1.args_parallel.x": "Must be a number.", "task_list.0": "Not installed.", name: "Taken." },
      ["A", "B"],
    ),
  ).toEqual(["Task 1 “A”: Not installed.", "Task 2 “B”, args_parallel.x: Must be a number."]);
});
