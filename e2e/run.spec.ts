import type { Page } from "@playwright/test";
import { expect, expectAccessible, test, unique } from "./fixtures";
import type { Session } from "./session";
import { rawImagesFolder } from "./support/raw-images";

/** A workflow of five tasks with a Python process for each image. */
const JOB_TIMEOUT_MS = 180_000;
/** A page that is opened for the first time; a development server compiles it then. */
const FIRST_VISIT = { timeout: 45_000 };

const PACKAGE = "fractal-example-tasks";
const TASKS = ["Convert TIFF Folder", "Project Z", "Segment Nuclei", "Measure Features", "Summarise Plate"];

/** The whole workflow in a project of its own, ready to run. */
async function makeWorkflow(api: Session["api"], projectId: number, names = TASKS) {
  const { dataset_id } = await api.dataset.create.mutate({ project_id: projectId, name: "Plate" });
  const folder = await rawImagesFolder(api);
  const { workflow_id } = await api.workflow.import.mutate({
    project_id: projectId,
    workflow: {
      name: "Nuclei",
      task_list: names.map((name) => ({
        task: { pkg_name: PACKAGE, name },
        ...(name === "Convert TIFF Folder" ? { args_non_parallel: { images_folder: folder } } : {}),
      })),
    },
  });
  return { dataset_id, workflow_id };
}

const answer = (page: Page) => page.getByText(/^of [\d,]+ units? (ended|done|failed)/);
const jobState = (page: Page, state: string) =>
  expect(page.getByRole("heading", { level: 1, name: /^Job \d+$/ }).locator("xpath=..")).toContainText(
    state,
    {
      timeout: JOB_TIMEOUT_MS,
    },
  );

test("by hand: from an empty project to images with types, watching every step", async ({ page, api }) => {
  test.setTimeout(JOB_TIMEOUT_MS + 120_000);
  const name = `By hand ${unique()}`;
  const folder = await rawImagesFolder(api);

  await test.step("a project, a dataset and an empty workflow", async () => {
    await page.goto("/projects");
    await page.getByRole("button", { name: "New project" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Create project" }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible(FIRST_VISIT);
    await page.getByRole("button", { name: "New dataset" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Plate");
    await page.getByRole("button", { name: "Create dataset" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Plate" })).toBeVisible(FIRST_VISIT);
    await page.getByRole("navigation", { name: "Breadcrumbs" }).getByRole("link", { name }).click();
    await page.getByRole("button", { name: "New workflow" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Nuclei");
    await page.getByRole("button", { name: "Create workflow" }).click();
    await expect(page.getByText("No tasks yet")).toBeVisible(FIRST_VISIT);
  });

  await test.step("tasks are added in the order of ticking", async () => {
    await page.getByRole("button", { name: "Add task" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Add tasks" });
    await dialog.getByRole("searchbox", { name: "Search tasks" }).fill("segmentation");
    // Other packages may have tasks of the same name.
    const own = dialog.getByRole("region", { name: PACKAGE });
    await expect(own.getByRole("checkbox")).toHaveCount(1);
    await dialog.getByRole("searchbox", { name: "Search tasks" }).fill("");
    for (const task of TASKS) await own.getByRole("checkbox", { name: new RegExp(`^${task}`) }).check();
    await dialog.getByRole("button", { name: "Add 5 tasks" }).click();
    const list = page.getByRole("region", { name: "Tasks of the workflow" });
    await expect(list.getByRole("link")).toHaveCount(5);
    await expect(list.getByRole("link").first()).toContainText("1 to fill in");
    await expect(list.getByText("segmented: true").first()).toBeVisible();
  });

  await test.step("what is missing is said before anything runs", async () => {
    await page.getByRole("button", { name: /^Run 5 tasks/ }).click();
    const dialog = page.getByRole("dialog", { name: /^Run "Nuclei"/ });
    await expect(dialog.getByText(/^Task 1 .+'Images folder' \(first call\): Is required\./)).toBeVisible();
    await expect(dialog.getByRole("button", { name: /^Run 5 tasks/ })).toHaveAttribute(
      "aria-disabled",
      "true",
    );
    await dialog.getByRole("button", { name: "Open task" }).click();
    await expect(dialog).toBeHidden();
  });

  await test.step("arguments: judged while typed, changed from default, saved by key", async () => {
    const first = page.getByRole("region", { name: "Task 1" });
    await first.getByRole("textbox", { name: "Images folder" }).fill(folder);
    await first.getByRole("textbox", { name: "Z spacing" }).fill("0");
    await expect(first.getByRole("textbox", { name: "Z spacing" })).toHaveAccessibleDescription(
      /Must be more than 0\./,
    );
    await first.getByRole("textbox", { name: "Z spacing" }).fill("2");
    await expect(first.getByText("2 unsaved changes")).toBeVisible();
    await first.getByRole("button", { name: "Back to the default: Z spacing" }).click();
    await expect(first.getByText("1 unsaved change")).toBeVisible();
    await page.keyboard.press("Control+s");
    await expect(page.getByText("Saved Convert TIFF Folder")).toBeVisible();
    await expect(first.getByText(/unsaved change/)).toBeHidden();

    await page.getByRole("link", { name: /Segment Nuclei/ }).click();
    const third = page.getByRole("region", { name: "Task 3" });
    await third.getByRole("textbox", { name: "Least area" }).fill("25");
    await expect(third.getByText("Least area (pixels) 30, now 25")).toBeVisible();
    await expectAccessible(page);
  });

  await test.step("leaving asks, saves, and then goes where one wanted", async () => {
    await page.getByRole("button", { name: /^Run 5 tasks/ }).click();
    await page
      .getByRole("dialog", { name: "Save your changes first?" })
      .getByRole("button", { name: "Save and go on" })
      .click();
    const dialog = page.getByRole("dialog", { name: /^Run "Nuclei"/ });
    await expect(dialog.getByText("all passed")).toBeVisible();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: /^Run 5 tasks/ }).click();
    await expect(page.getByRole("heading", { level: 1, name: /^Job \d+$/ })).toBeVisible(FIRST_VISIT);
  });

  await test.step("counters move and a unit's log can be read while the job runs, without a reload", async () => {
    await page.evaluate(() => document.documentElement.setAttribute("data-same-page", ""));
    const steps = page.getByRole("navigation", { name: "Tasks of the job" });
    const seen = new Set<string>();
    await expect
      .poll(
        async () => {
          seen.add(await steps.innerText());
          return seen.size;
        },
        { timeout: JOB_TIMEOUT_MS, intervals: [200] },
      )
      .toBeGreaterThan(3);
    await steps.getByRole("link").first().click();
    await page
      .getByRole("table", { name: /^Units of Convert/ })
      .getByRole("link")
      .first()
      .click();
    const panel = page.getByRole("complementary", { name: "Details" });
    await expect(panel.getByText(/START/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Stop", exact: true }), "the job still runs").toBeVisible();
    await jobState(page, "Done");
    await expect(page.locator("[data-same-page]")).toHaveCount(1);
  });

  await test.step("afterwards the log, the arguments and the numbers are there", async () => {
    await expect(answer(page)).toContainText("units done in 5 tasks");
    const panel = page.getByRole("complementary", { name: "Details" });
    await expect(panel.getByText(/END/)).toBeVisible();
    await expect(panel.getByText(/lines, ended/)).toBeVisible();
    await panel.getByRole("link", { name: "Arguments" }).click();
    await expect(panel.getByLabel("Arguments as JSON")).toContainText("images_folder");
    await page.reload();
    await expect(panel.getByLabel("Arguments as JSON")).toContainText("images_folder");
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await expectAccessible(page);
    await page.getByRole("link", { name: "Log", exact: true }).click();
    await expect(panel.getByRole("heading", { name: /^Log of job/ })).toBeVisible();
  });

  await test.step("the images that were made have attributes and types", async () => {
    await page.getByRole("link", { name: "Plate", exact: true }).click();
    const table = page.getByRole("table", { name: "Images" });
    await expect(table.getByRole("columnheader", { name: "well" })).toBeVisible(FIRST_VISIT);
    await expect(table.getByRole("row", { name: /plate\.zarr/ }).first()).toContainText("is_3D");
    const projected = table.getByRole("row", { name: /plate_mip\.zarr/ }).first();
    await expect(projected).toContainText("A01");
    await expect(projected).toContainText("segmented");
  });
});

test("a wrong argument is named as the cause, and one click leads to where it is changed", async ({
  page,
  api,
  project,
}) => {
  test.setTimeout(JOB_TIMEOUT_MS + 60_000);
  const { workflow_id, dataset_id } = await makeWorkflow(api, project.id, TASKS.slice(0, 3));
  await page.goto(`/workflows/${workflow_id}?dataset=${dataset_id}`);
  await page.getByRole("link", { name: /Segment Nuclei/ }).click();
  await page.getByRole("textbox", { name: /^Channel/ }).fill("Wrong channel");
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByText("Saved Segment Nuclei")).toBeVisible();
  await page.getByRole("button", { name: /^Run 3 tasks/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Run 3 tasks/ })
    .click();
  await jobState(page, "Failed");

  const causes = page.getByRole("region", { name: "Causes of failure" });
  await expect(causes.getByRole("article")).toHaveCount(1);
  await expect(causes.getByRole("heading", { name: "Task error" })).toBeVisible();
  await expect(causes).toContainText("There is no channel 'Wrong channel'");
  await expectAccessible(page);
  await causes.getByRole("link", { name: "Log" }).click();
  const panel = page.getByRole("complementary", { name: "Details" });
  await expect(panel.getByText(/, exit code 1$/)).toBeVisible();
  await expect(panel.getByRole("radio", { name: /Errors [1-9]/ })).toBeVisible();
  await causes.getByRole("link", { name: "Show units" }).click();
  await expect(page.getByRole("button", { name: /^Failed/ })).toHaveAttribute("aria-pressed", "true");

  await causes.getByRole("link", { name: "Change arguments" }).click();
  await expect(page.getByRole("textbox", { name: /^Channel/ })).toHaveValue("Wrong channel");
  await page.goto("/jobs?state=failed");
  await expect(page.getByRole("table", { name: "Jobs" })).toContainText("Task error, task 3");
});

test("a running job is stopped after saying what that means, and keeps what is done", async ({
  page,
  api,
  project,
}) => {
  test.setTimeout(JOB_TIMEOUT_MS + 60_000);
  const { workflow_id, dataset_id } = await makeWorkflow(api, project.id);
  const { job_id } = await api.job.submit.mutate({ workflow_id, dataset_id });
  await page.goto(`/jobs/${job_id}`);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const confirm = page.getByRole("alertdialog", { name: `Stop job ${job_id}?` });
  await expect(confirm).toContainText("Tasks that have not begun will not run.");
  await confirm.getByRole("button", { name: /^Stop/ }).click();
  await jobState(page, "Stopped");
  await expect(page.getByText(/^Stopped by /)).toBeVisible();
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeHidden();
});

test("two people who edit one task see both versions, and nobody's values are lost", async ({
  page,
  api,
  project,
}) => {
  const { workflow_id, dataset_id } = await makeWorkflow(api, project.id, ["Segment Nuclei"]);
  await page.goto(`/workflows/${workflow_id}?dataset=${dataset_id}`);
  await page.getByRole("textbox", { name: "Least area" }).fill("7");
  const { tasks } = await api.workflow.get.query({ workflow_id });
  const [task] = tasks;
  if (!task) throw new Error("made above");
  await api.workflow.updateTask.mutate({
    workflow_task_id: task.id,
    version: task.version,
    args_parallel: { min_area: 99 },
  });
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByText("Not saved: somebody else changed this task.")).toBeVisible();
  await page.getByRole("button", { name: "Compare both" }).click();
  const dialog = page.getByRole("dialog", { name: /^Two versions of/ });
  await expect(dialog.getByRole("row", { name: /Least area/ })).toContainText("99");
  await dialog.getByRole("button", { name: "Save mine" }).click();
  await expect(page.getByText("Your values are saved")).toBeVisible();
  const after = await api.workflow.get.query({ workflow_id });
  expect(after.tasks[0]?.args_parallel).toEqual({ min_area: 7 });
});

test("tasks are moved by key, renamed and removed", async ({ page, api, project }) => {
  const { workflow_id } = await makeWorkflow(api, project.id, ["Measure Features", "Segment Nuclei"]);
  await page.goto(`/workflows/${workflow_id}`);
  const list = page.getByRole("region", { name: "Tasks of the workflow" });
  await list.getByRole("link", { name: /Segment Nuclei/ }).focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect(list.getByRole("link").first()).toContainText("Segment Nuclei");
  // Shown at once and stored after that.
  const stored = async () => (await api.workflow.get.query({ workflow_id })).tasks[0]?.task.name;
  await expect.poll(stored).toBe("Segment Nuclei");
  await page.reload();
  await expect(list.getByRole("link").first()).toContainText("Segment Nuclei");

  await list.getByRole("link", { name: /Segment Nuclei/ }).click();
  await page.getByRole("link", { name: "About" }).click();
  await page.getByLabel("Name in this workflow").fill("Nuclei only");
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(list.getByRole("link").first()).toContainText("Nuclei only");

  await page.getByRole("button", { name: "Remove task" }).click();
  const confirm = page.getByRole("alertdialog", { name: "Remove Nuclei only?" });
  await confirm.getByRole("button", { name: "Remove task" }).click();
  await expect(list.getByRole("link")).toHaveCount(1);
});

test("the catalogue finds tasks by what they do, and a task says what can be set", async ({ page }) => {
  await page.goto("/tasks");
  const search = page.getByRole("searchbox", { name: "Search tasks" });
  // The key works as soon as the browser has taken over.
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(search).toBeFocused({ timeout: 500 });
  }).toPass();
  await page.keyboard.type("segmented");
  const table = page.getByRole("table", { name: "Tasks" });
  await expect(table.getByRole("link", { name: "Project Z" })).toBeHidden();
  await expect(page).toHaveURL(/q=segmented/);
  await expectAccessible(page);
  await table.getByRole("link", { name: "Segment Nuclei" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Segment Nuclei" })).toBeVisible();
  await expect(page.getByRole("row", { name: /Threshold scale/ })).toContainText("number");
  await expectAccessible(page);
});

test("jobs, workflows and tasks that are not there lead to a page that says so", async ({ page }) => {
  for (const address of ["/jobs/99999999", "/workflows/99999999", "/tasks/99999999", "/jobs/none"]) {
    await page.goto(address);
    await expect(page.getByRole("main")).toContainText("There is nothing at this address");
  }
});
