import { expect, test } from "vitest";
import { AddWorkflowTaskInput, MANAGED_ARGUMENTS, WorkflowFile } from "./workflow";

test.each(MANAGED_ARGUMENTS)(
  "10.1 the argument %s is the runner's: people and files cannot set it",
  (name) => {
    for (const part of ["args_parallel", "args_non_parallel"]) {
      const values = { [part]: { [name]: "/x" } };
      const refusal = { success: false };
      expect(AddWorkflowTaskInput.safeParse({ workflow_id: 1, task_id: 1, ...values })).toMatchObject(
        refusal,
      );
      const task_list = [{ task: { pkg_name: "p", name: "t" }, ...values }];
      expect(WorkflowFile.safeParse({ name: "w", task_list })).toMatchObject(refusal);
    }
    expect(
      AddWorkflowTaskInput.parse({ workflow_id: 1, task_id: 1, args_parallel: { [`my_${name}`]: 1 } }),
    ).toBeTruthy();
  },
);
