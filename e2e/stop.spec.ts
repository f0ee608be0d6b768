/** A part of a running job is stopped in the browser: one unit, then what is left of its task. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { writeWheel } from "../server/environments/wheel.testing";
import { expect, expectAccessible } from "./fixtures";
import { test } from "./support/collector";

const COLLECT_MS = 180_000;

/** Waits for a file beside the images, so that nothing ends before the test wants it. */
const WAITING_TASK = `
import json, os, sys, time
argv = dict(zip(sys.argv[1::2], sys.argv[2::2]))
args = json.load(open(argv["--args-json"]))
print("waiting for the gate", flush=True)
while not os.path.exists(args["gate"]):
    time.sleep(0.05)
json.dump({"image_list_updates": [{"zarr_url": args["zarr_url"], "attributes": {"waited": True}}]}, open(argv["--out-json"], "w"))
`;

test("a unit that hangs is stopped and the others go on; then the task is stopped, and who did it is said", async ({
  page,
  collector,
}) => {
  test.setTimeout(COLLECT_MS + 90_000);
  const { api } = collector.session;
  const task = { name: "Wait", executable_parallel: "task.py" };
  const wheel = await writeWheel(path.join(collector.work, "wheels"), {
    name: "waiting_tasks",
    manifest: { manifest_version: "2", task_list: [task, { ...task, name: "Wait again" }] },
    files: { "waiting_tasks/task.py": WAITING_TASK },
  });
  await page.goto("/tasks?source=wheel");
  await page.getByLabel("File of the wheel").setInputFiles(wheel);
  await page.getByRole("button", { name: "Collect 1.0" }).click();
  await expect
    .poll(async () => (await api.task.groups.query())[0]?.active, { timeout: COLLECT_MS })
    .toBe(true);

  const { project_id } = await api.project.create.mutate({ name: "Stops" });
  const { dataset_id, zarr_dir } = await api.dataset.create.mutate({ project_id, name: "Plate" });
  for (const name of ["a", "b", "c", "d", "e"])
    await api.image.add.mutate({ dataset_id, zarr_url: `${zarr_dir}/${name}`, attributes: {}, types: {} });
  const gate = (name: string) => path.join(collector.work, name);
  const pkg_name = "waiting-tasks";
  const parallel = { meta_parallel: { parallel_tasks_per_job: 2 } };
  const { workflow_id } = await api.workflow.import.mutate({
    project_id,
    workflow: {
      name: "Waits",
      task_list: [
        { task: { pkg_name, name: "Wait" }, args_parallel: { gate: gate("first") }, ...parallel },
        { task: { pkg_name, name: "Wait again" }, args_parallel: { gate: gate("second") }, ...parallel },
      ],
    },
  });
  const { job_id } = await api.job.submit.mutate({ workflow_id, dataset_id });

  await page.goto(`/jobs/${job_id}`);
  const units = page.getByRole("table", { name: "Units of Wait" });
  await units
    .getByRole("row", { name: /Running/ })
    .first()
    .click();
  const panel = page.getByRole("complementary", { name: "Details" });
  await expect(panel).toContainText("waiting for the gate");
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Stop this unit" }).click();
  const confirm = page.getByRole("alertdialog", { name: /^Stop unit \d+\?$/ });
  await expect(confirm).toContainText("It is running and will be cancelled. The other units go on.");
  await expectAccessible(page);
  await confirm.getByRole("button", { name: "Stop this unit" }).click();
  await expect(panel).toContainText(`Stopped by ${collector.email}`);
  await expect(units.getByRole("row", { name: /Running/ })).toHaveCount(2);

  await page.getByRole("button", { name: "Stop task" }).click();
  const question = page.getByRole("alertdialog", { name: "Stop task 1, Wait?" });
  await expect(question).toContainText("2 units are running and will be cancelled; 2 will not start.");
  await question.getByRole("button", { name: "Stop task" }).click();
  await expect(page.getByText(`Stopped by ${collector.email}.`).first()).toBeVisible();
  await expect(page.getByRole("button", { name: /^Stopped\s*5/ })).toBeVisible();
  await writeFile(gate("first"), "");
  expect((await api.job.get.query({ job_id })).state).toBe("stopped");
  await expect(page.getByRole("button", { name: "Stop task" })).toBeHidden();
});
