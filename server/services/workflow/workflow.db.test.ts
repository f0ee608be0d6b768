import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { addWorkflowTask } from "@/server/services/workflow/add-task";
import { createWorkflow } from "@/server/services/workflow/create";
import { deleteWorkflow } from "@/server/services/workflow/delete";
import { getWorkflow } from "@/server/services/workflow/get";
import { getWorkflowProgress } from "@/server/services/workflow/get-progress";
import { importWorkflow } from "@/server/services/workflow/import";
import { listWorkflows } from "@/server/services/workflow/list";
import { moveWorkflowTask } from "@/server/services/workflow/move-task";
import { removeWorkflowTask } from "@/server/services/workflow/remove-task";
import { renameWorkflow } from "@/server/services/workflow/rename";
import { updateWorkflowTask } from "@/server/services/workflow/update-task";
import {
  addMember,
  makeColleague,
  makeJob,
  makeRun,
  makeStudy,
  makeTask,
  makeTaskGroup,
  makeUser,
} from "@/server/services/testing";
import type { Study } from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const reasonAt = (path: string) => ({ fields: { [path]: expect.any(String) as unknown } });
const steps = async (study: Study) =>
  (await getWorkflow(study.owner, { workflow_id: study.workflow.id })).tasks;

test("a workflow shows its tasks in order with the types that flow through it", async () => {
  const study = await makeStudy(t.db);
  const { owner, workflow, group } = study;
  const flips = await makeTask(t.db, group.id, { input_types: { ic: false }, output_types: { ic: true } });
  await addWorkflowTask(owner, { workflow_id: workflow.id, task_id: flips.id, alias: "Correct" });
  await addWorkflowTask(owner, {
    workflow_id: workflow.id,
    task_id: study.task.id,
    type_filters: { is_3D: true },
  });
  const view = await getWorkflow(owner, { workflow_id: workflow.id });
  expect(view).toMatchObject({ can: { write: true, execute: true }, active_job_id: null });
  expect(view.tasks.map((step) => [step.order, step.alias, step.flow])).toEqual([
    [0, null, { before: {}, after: {} }],
    [1, "Correct", { before: { ic: false }, after: { ic: true } }],
    [2, null, { before: { ic: true, is_3D: true }, after: { ic: true } }],
  ]);
  expect(view.tasks[0]?.task).toMatchObject({ pkg_name: group.pkg_name, is_active: true });
  expect(view.tasks[0]?.task).not.toHaveProperty("command_parallel");
  expect(await listWorkflows(owner, { project_id: study.project.id })).toMatchObject([{ tasks: 3 }]);
});

test("a new task starts with its package's resources, under what is given", async () => {
  const study = await makeStudy(t.db);
  const task = await makeTask(t.db, study.group.id, { meta_parallel: { cpus_per_task: 2, mem: "4G" } });
  const add = { workflow_id: study.workflow.id, task_id: task.id };
  await addWorkflowTask(study.owner, { ...add, meta_parallel: { mem: 500 } });
  expect((await steps(study)).at(-1)).toMatchObject({
    meta_parallel: { cpus_per_task: 2, mem: 500 },
    meta_non_parallel: null,
    args_parallel: null,
  });
  await expect(
    addWorkflowTask(study.owner, { ...add, meta_parallel: { mem: "lots" } }),
  ).rejects.toMatchObject(reasonAt("meta_parallel"));
});

test("only active tasks of the user's resource can be added", async () => {
  const { owner, workflow } = await makeStudy(t.db);
  const collecting = await makeTaskGroup(owner, { active: false });
  const inactive = await makeTask(t.db, collecting.id);
  await expect(
    addWorkflowTask(owner, { workflow_id: workflow.id, task_id: inactive.id }),
  ).rejects.toMatchObject({
    tag: "Precondition",
  });
  const elsewhere = await makeUser(t.db);
  const foreign = await makeTask(t.db, (await makeTaskGroup(elsewhere)).id);
  await expect(
    addWorkflowTask(owner, { workflow_id: workflow.id, task_id: foreign.id }),
  ).rejects.toMatchObject({
    tag: "NotFound",
  });
});

test("settings that do not fit the task are refused at their field; incomplete arguments are kept", async () => {
  const { owner, workflow, group, task, step } = await makeStudy(t.db);
  const typed = await makeTask(t.db, group.id, { input_types: { is_3D: true } });
  const save = (part: object) =>
    updateWorkflowTask(owner, { workflow_task_id: step.id, version: 0, ...part });
  await expect(save({ args_parallel: { threshold: "high" } })).rejects.toMatchObject(
    reasonAt("args_parallel.threshold"),
  );
  await expect(save({ args_parallel: { channels: ["a", 1] } })).rejects.toMatchObject(
    reasonAt("args_parallel.channels.1"),
  );
  await expect(save({ args_parallel: { treshold: 1 } })).rejects.toMatchObject(
    reasonAt("args_parallel.treshold"),
  );
  await expect(save({ args_non_parallel: { a: 1 } })).rejects.toMatchObject(reasonAt("args_non_parallel"));
  await expect(save({ args_parallel: { zarr_url: "/x" } })).rejects.toMatchObject({ name: "ZodError" });
  await expect(
    addWorkflowTask(owner, { workflow_id: workflow.id, task_id: typed.id, type_filters: { is_3D: false } }),
  ).rejects.toMatchObject(reasonAt("type_filters.is_3D"));
  expect(await save({ args_parallel: { channels: ["a"] } })).toEqual({
    workflow_task_id: step.id,
    version: 1,
  });
  expect(task.args_schema_parallel).not.toBeNull();
});

test("of two people who edit the same task, the second is told instead of overwriting the first", async () => {
  const study = await makeStudy(t.db);
  const save = (version: number, alias: string | null) =>
    updateWorkflowTask(study.owner, { workflow_task_id: study.step.id, version, alias });
  await save(0, "Mine");
  await expect(save(0, "Yours")).rejects.toMatchObject({ tag: "Conflict" });
  await save(1, null);
  expect((await steps(study))[0]).toMatchObject({ alias: null, version: 2, args_parallel: { threshold: 1 } });
});

test("tasks are moved and removed without gaps, and not while a job runs the workflow", async () => {
  const study = await makeStudy(t.db);
  const { owner, workflow, task, step } = study;
  for (const alias of ["b", "c"])
    await addWorkflowTask(owner, { workflow_id: workflow.id, task_id: task.id, alias });
  await moveWorkflowTask(owner, { workflow_task_id: step.id, order: 99 });
  const names = async () => (await steps(study)).map((one) => [one.order, one.alias]);
  expect(await names()).toEqual([
    [0, "b"],
    [1, "c"],
    [2, null],
  ]);
  const first = (await steps(study))[0]?.id ?? 0;
  await removeWorkflowTask(owner, { workflow_task_id: first });
  expect(await names()).toEqual([
    [0, "c"],
    [1, null],
  ]);
  const job = await makeJob(t.db, study, { state: "queued" });
  for (const attempt of [
    () => moveWorkflowTask(owner, { workflow_task_id: step.id, order: 0 }),
    () => removeWorkflowTask(owner, { workflow_task_id: step.id }),
    () => deleteWorkflow(owner, { workflow_id: workflow.id }),
  ])
    await expect(attempt()).rejects.toThrow(`while job ${job.id} runs this workflow`);
  await addWorkflowTask(owner, { workflow_id: workflow.id, task_id: task.id });
});

test("names of workflows are unique in a project", async () => {
  const { owner, project, workflow } = await makeStudy(t.db);
  const { workflow_id } = await createWorkflow(owner, { project_id: project.id, name: "Second" });
  await expect(createWorkflow(owner, { project_id: project.id, name: "Second" })).rejects.toMatchObject(
    reasonAt("name"),
  );
  await expect(renameWorkflow(owner, { workflow_id, name: workflow.name })).rejects.toMatchObject(
    reasonAt("name"),
  );
  await deleteWorkflow(owner, { workflow_id });
});

test("a file is imported with the tasks it names, or nothing is and every missing task is listed", async () => {
  const { owner, project, group, task } = await makeStudy(t.db);
  const newer = await makeTaskGroup(owner, { pkg_name: group.pkg_name, version: "1.10.0" });
  const newest = await makeTask(t.db, newer.id, { name: task.name });
  const entry = (part: object, rest: object = {}) => ({
    task: { pkg_name: group.pkg_name.toUpperCase(), name: task.name, ...part },
    ...rest,
  });
  const { workflow_id } = await importWorkflow(owner, {
    project_id: project.id,
    workflow: {
      name: "Imported",
      task_list: [entry({ version: "1.0.0" }, { args_parallel: { threshold: 3 }, alias: "Old" }), entry({})],
    },
  });
  const { tasks } = await getWorkflow(owner, { workflow_id });
  expect(tasks.map((step) => [step.task.id, step.alias, step.args_parallel])).toEqual([
    [task.id, "Old", { threshold: 3 }],
    [newest.id, null, null],
  ]);
  const broken = { name: "Broken", task_list: [entry({}), entry({ version: "9" }), entry({ name: "nope" })] };
  await expect(importWorkflow(owner, { project_id: project.id, workflow: broken })).rejects.toMatchObject({
    fields: {
      "task_list.1": expect.stringContaining("installed: 1.10.0, 1.0.0") as unknown,
      "task_list.2": expect.stringContaining("no task called 'nope'") as unknown,
    },
  });
  const wrong = { name: "Wrong", task_list: [entry({}, { args_parallel: { threshold: "x" } })] };
  await expect(importWorkflow(owner, { project_id: project.id, workflow: wrong })).rejects.toMatchObject(
    reasonAt("task_list.0.args_parallel.threshold"),
  );
  expect((await listWorkflows(owner)).map((one) => one.name)).not.toContain("Broken");
});

test("a version in a file is the installed one also if it is spelled in another way", async () => {
  const { owner, project } = await makeStudy(t.db);
  const group = await makeTaskGroup(owner, { version: "2.1" });
  const task = await makeTask(t.db, group.id);
  const file = (name: string) => ({
    name: "Spelled",
    task_list: [
      { task: { pkg_name: group.pkg_name, version: "2.1.0", name }, args_parallel: { threshold: 1 } },
    ],
  });
  const { workflow_id } = await importWorkflow(owner, { project_id: project.id, workflow: file(task.name) });
  expect((await getWorkflow(owner, { workflow_id })).tasks.map((step) => step.task.id)).toEqual([task.id]);
  await expect(
    importWorkflow(owner, { project_id: project.id, workflow: file("nope") }),
  ).rejects.toMatchObject({
    fields: { "task_list.0": `The package ${group.pkg_name} 2.1.0 has no task called 'nope'.` },
  });
});

test("progress is that of the latest run of each task on the dataset", async () => {
  const study = await makeStudy(t.db);
  const ask = { workflow_id: study.workflow.id, dataset_id: study.dataset.id };
  expect(await getWorkflowProgress(study.owner, ask)).toEqual({ job: null, tasks: {}, images: 2 });
  const old = await makeJob(t.db, study, { state: "failed" });
  await makeRun(t.db, study, old.id, { num_failed: 2, state: "failed" });
  const job = await makeJob(t.db, study);
  const run = await makeRun(t.db, study, job.id, {
    num_done: 1,
    num_running: 1,
    num_pending: 2,
    num_warnings: 1,
  });
  expect(await getWorkflowProgress(study.owner, ask)).toEqual({
    job: { id: job.id, state: "running", summary: "Task 1 of 1, 1 of 4 units done" },
    tasks: {
      [study.step.id]: {
        run_id: run.id,
        job_id: job.id,
        state: "running",
        total: 4,
        done: 1,
        failed: 0,
        running: 1,
        pending: 2,
        stopped: 0,
        warnings: 1,
      },
    },
    images: 2,
  });
});

test("readers read workflows and change nothing", async () => {
  const { owner, project, workflow, task, step } = await makeStudy(t.db);
  const reader = await makeColleague(owner);
  await addMember(t.db, project.id, reader, "r");
  expect((await getWorkflow(reader, { workflow_id: workflow.id })).can).toEqual({
    write: false,
    execute: false,
  });
  const file = { name: "F", task_list: [] };
  for (const attempt of [
    () => createWorkflow(reader, { project_id: project.id, name: "W" }),
    () => renameWorkflow(reader, { workflow_id: workflow.id, name: "W" }),
    () => deleteWorkflow(reader, { workflow_id: workflow.id }),
    () => addWorkflowTask(reader, { workflow_id: workflow.id, task_id: task.id }),
    () => updateWorkflowTask(reader, { workflow_task_id: step.id, version: 0, alias: "x" }),
    () => moveWorkflowTask(reader, { workflow_task_id: step.id, order: 0 }),
    () => removeWorkflowTask(reader, { workflow_task_id: step.id }),
    () => importWorkflow(reader, { project_id: project.id, workflow: file }),
  ])
    await expect(attempt()).rejects.toMatchObject({ tag: "Forbidden" });
});
