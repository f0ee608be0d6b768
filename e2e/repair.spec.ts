/** A job that failed is understood from its page, repaired, and goes on; nothing is computed twice. */
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";
import type { Session } from "./session";
import { rawImagesFolder } from "./support/raw-images";
import { realImagesFolder } from "./support/real-images";

const JOB_TIMEOUT_MS = 180_000;

type TaskEntry = Parameters<
  Session["api"]["workflow"]["import"]["mutate"]
>[0]["workflow"]["task_list"][number];

/** Runs the tasks on a new dataset, to the failure. */
async function runToFailure(api: Session["api"], project_id: number, name: string, task_list: TaskEntry[]) {
  const { dataset_id } = await api.dataset.create.mutate({ project_id, name: "Plate" });
  const { workflow_id } = await api.workflow.import.mutate({ project_id, workflow: { name, task_list } });
  const { job_id } = await api.job.submit.mutate({ workflow_id, dataset_id });
  await expect
    .poll(async () => (await api.job.get.query({ job_id })).state, { timeout: JOB_TIMEOUT_MS })
    .toBe("failed");
  return job_id;
}

const entryOf =
  (pkg_name: string) =>
  (name: string, args: Partial<TaskEntry> = {}): TaskEntry => ({ task: { pkg_name, name }, ...args });
const example = entryOf("fractal-example-tasks");
const published = entryOf("fractal-tasks-core");

/** Convert, project, segment with a channel that no image has, measure. */
const runWithWrongChannel = async (api: Session["api"], project_id: number) =>
  runToFailure(api, project_id, "Nuclei", [
    example("Convert TIFF Folder", { args_non_parallel: { images_folder: await rawImagesFolder(api) } }),
    example("Project Z"),
    example("Segment Nuclei", { args_parallel: { channel: "no such channel" } }),
    example("Measure Features"),
  ]);

/** The same with tasks as they are published, on a real stack. */
const runPublishedWithWrongChannel = async (api: Session["api"], project_id: number) =>
  runToFailure(api, project_id, "Published nuclei", [
    example("Convert TIFF Folder", {
      args_non_parallel: { images_folder: await realImagesFolder(api), channel_names: ["Nuclei"] },
    }),
    published("Project Image (HCS Plate)"),
    published("Threshold Segmentation", {
      args_parallel: { channel: { mode: "label", identifier: "DAPI" }, output_label_name: "nuclei" },
    }),
    published("Measure Features", { args_parallel: { input_label_name: "nuclei" } }),
  ]);

const jobIs = (page: Page, state: string) =>
  expect(page.getByRole("heading", { level: 1, name: /^Job \d+$/ }).locator("xpath=..")).toContainText(
    state,
    {
      timeout: JOB_TIMEOUT_MS,
    },
  );
/** The card of the first cause: a task error with its evidence, whose log is open beside it. */
async function openCause(page: Page, job_id: number, evidence: string) {
  await page.goto(`/jobs/${job_id}`);
  const card = page.getByRole("article").first();
  await expect(card.getByRole("heading", { name: "Task error" })).toBeVisible();
  await expect(card).toContainText(evidence);
  await expectAccessible(page);
  await card.getByRole("link", { name: "Log" }).click();
  await expect(page.getByText(/, exit code 1$/)).toBeVisible();
  return card;
}

/** Of the published task: the only image that it segments has failed; in numbers, and with its traceback. */
async function openPublishedCause(page: Page, job_id: number) {
  const card = await openCause(page, job_id, "DAPI");
  await expect(card.getByText("1 unit", { exact: true })).toBeVisible();
  await expect(card).toContainText(/task \d, Threshold Segmentation/);
  await expect(card).toContainText("Read the log, change the arguments or the data, then choose Continue.");
  await expect(
    page.getByRole("navigation", { name: "Tasks of the job" }).getByRole("link", { name: /Threshold/ }),
  ).toContainText("1 of 1 unit failed");
  await expect(page.getByText(/Traceback \(most recent call last\)/).first()).toBeVisible();
  return card;
}

async function saveArguments(page: Page) {
  await page.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByRole("button", { name: /^Save/ })).toBeHidden();
}

/** Asks for the failed units of the first cause again, and waits for the new job. @returns Its id. */
async function rerun(page: Page, job_id: number, failed: number, behind: string): Promise<number> {
  const units = failed === 1 ? "1 unit" : `${failed} units`;
  await page
    .getByRole("article")
    .first()
    .getByRole("button", { name: `Rerun ${failed}` })
    .click();
  const dialog = page.getByRole("dialog", { name: /^Run again with the same arguments/ });
  await expect(dialog).toContainText(`${units} ${failed === 1 ? "runs" : "run"} again in a new job`);
  await expect(dialog).toContainText(behind);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: `Run ${units}` }).click();
  await expect(page.getByText(`reruns units of job ${job_id}`)).toBeVisible();
  return idOf(page);
}

async function openContinue(page: Page, job_id: number) {
  await page.goto(`/jobs/${job_id}`);
  await page.getByRole("button", { name: "Continue" }).click();
  return page.getByRole("dialog", { name: "Continue with what is missing" });
}

const idOf = (page: Page) => Number(new URL(page.url()).pathname.split("/").at(-1));

test("wrong argument: cause, evidence and log on the page; change it, continue, and all is done once", async ({
  page,
  api,
  project,
}) => {
  test.setTimeout(2 * JOB_TIMEOUT_MS + 60_000);
  const job_id = await runWithWrongChannel(api, project.id);
  const before = await api.job.get.query({ job_id });
  const card = await openCause(page, job_id, "no such channel");
  // On the card, above the log, and in the log itself.
  await expect(page.getByText(/There is no channel 'no such channel'/)).toHaveCount(3);

  await card.getByRole("link", { name: "Change arguments" }).click();
  const channel = page.getByLabel("Channel", { exact: false }).first();
  await channel.fill("C01");
  await saveArguments(page);

  const dialog = await openContinue(page, job_id);
  await expect(dialog.getByText(/failed last time|done with other arguments/).first()).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Show images: failed last time" }).first().click();
  await expect(
    dialog.getByRole("list", { name: "Images: failed last time" }).getByRole("listitem"),
  ).toHaveCount(before.tasks[2]?.run?.units.failed ?? 0);
  await dialog.getByRole("button", { name: /^Run \d+ units$/ }).click();

  await expect(page.getByText(`continues job ${job_id}`)).toBeVisible();
  await jobIs(page, "Done");
  const after = await api.job.get.query({ job_id: idOf(page) });
  expect(after.tasks.map(({ name }) => name)).toEqual(["Segment Nuclei", "Measure Features"]);
  // Nothing of what was done before ran again.
  expect(after.units.failed).toBe(0);
  expect(after.units.total).toBe(2 * (before.tasks[2]?.run?.units.failed ?? 0));
  await page.goto(`/jobs/${job_id}`);
  await expect(page.getByRole("link", { name: `Continued by job ${after.id}` })).toBeVisible();
});

test("a published task that failed is understood and repaired from its page alone", async ({
  page,
  api,
  project,
}) => {
  test.setTimeout(3 * JOB_TIMEOUT_MS + 60_000);
  const job_id = await runPublishedWithWrongChannel(api, project.id);
  await openPublishedCause(page, job_id);

  // The same arguments: the same cause, named as before.
  const again = await rerun(page, job_id, 1, "Measure Features");
  await jobIs(page, "Failed");
  expect((await api.job.get.query({ job_id: again })).tasks).toMatchObject([
    { name: "Threshold Segmentation", run: { is_retry: true, units: { total: 1, failed: 1 } } },
    { name: "Measure Features", run: null },
  ]);
  const card = await openPublishedCause(page, again);

  await card.getByRole("link", { name: "Change arguments" }).click();
  await page.getByRole("textbox", { name: /^Identifier/ }).fill("Nuclei");
  await saveArguments(page);

  const dialog = await openContinue(page, again);
  await dialog.getByRole("button", { name: /^Run \d+ units?$/ }).click();
  await expect(page.getByText(`continues job ${again}`)).toBeVisible();
  await jobIs(page, "Done");
  const after = await api.job.get.query({ job_id: idOf(page) });
  expect(after.tasks.map(({ name }) => name)).toEqual(["Threshold Segmentation", "Measure Features"]);
  expect(after.units).toMatchObject({ failed: 0, total: 2 });
});

test("rerun repeats exactly the units of a cause, with their old arguments, and says so before", async ({
  page,
  api,
  project,
}) => {
  test.setTimeout(2 * JOB_TIMEOUT_MS + 60_000);
  const job_id = await runWithWrongChannel(api, project.id);
  const failed = (await api.job.get.query({ job_id })).tasks[2]?.run?.units.failed ?? 0;
  await page.goto(`/jobs/${job_id}`);
  const again = await rerun(page, job_id, failed, "Measure Features");
  // The arguments are as wrong as before.
  await jobIs(page, "Failed");
  const after = await api.job.get.query({ job_id: again });
  expect(after.tasks[0]).toMatchObject({
    name: "Segment Nuclei",
    run: { is_retry: true, units: { failed } },
  });
});
