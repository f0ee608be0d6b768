/** What stays of a job that has ended: its logs, in one archive that can be had whole, also when its dataset is gone. */
import { execFileSync } from "node:child_process";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "./fixtures";
import type { Session } from "./session";
import { rawImagesFolder } from "./support/raw-images";

const JOB_TIMEOUT_MS = 180_000;

/** Fails in its last task, for a channel that no image has. */
async function makeArchived(api: Session["api"], project_id: number) {
  const pkg_name = "fractal-example-tasks";
  const task_list = [
    {
      task: { pkg_name, name: "Convert TIFF Folder" },
      args_non_parallel: { images_folder: await rawImagesFolder(api) },
    },
    { task: { pkg_name, name: "Project Z" } },
    { task: { pkg_name, name: "Segment Nuclei" }, args_parallel: { channel: "no such channel" } },
  ];
  const { dataset_id } = await api.dataset.create.mutate({ project_id, name: "Plate" });
  const { workflow_id } = await api.workflow.import.mutate({
    project_id,
    workflow: { name: "Nuclei", task_list },
  });
  const { job_id } = await api.job.submit.mutate({ workflow_id, dataset_id });
  await expect
    .poll(async () => (await api.job.get.query({ job_id })).archived_at, { timeout: JOB_TIMEOUT_MS })
    .not.toBeNull();
  return { job_id, dataset_id };
}

/** Names in the archive that the page hands out, as another program reads them; all checksums are right. */
async function downloaded(page: Page): Promise<string[]> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).first().click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^proj_v2_\d+_wf_\d+_job_\d+_[\d_]+_archive\.zip$/);
  const program =
    "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(chr(10).join(z.namelist()))";
  return execFileSync("python3", ["-c", program, await download.path()], { encoding: "utf8" })
    .trim()
    .split("\n");
}

test("the archive of a failed job is read and downloaded, and outlives the dataset", async ({
  page,
  api,
  project,
}) => {
  test.setTimeout(JOB_TIMEOUT_MS + 60_000);
  const { job_id, dataset_id } = await makeArchived(api, project.id);

  await page.goto(`/jobs/${job_id}`);
  await page.getByRole("article").first().getByRole("link", { name: "Log" }).click();
  await expect(page.getByText(/, exit code 1$/)).toBeVisible();
  await expect(page.getByText("no such channel").last()).toBeVisible();
  await expect(page.getByText("In it", { exact: true })).toBeVisible();
  await expect(page.getByText(/s\d+\/0$/)).toBeVisible();
  await expectAccessible(page);
  const names = await downloaded(page);
  expect(names).toContain("workflow.log");
  expect(names.filter((name) => name.endsWith("/logs.txt"))).toHaveLength(5);

  await api.dataset.delete.mutate({ dataset_id });
  await page.goto(`/jobs/${job_id}`);
  await expect(page.getByText("tasks whose history was deleted with the dataset")).toBeVisible();
  await expect(page.getByText("The units are not known any more")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Tasks of the job" })).not.toContainText("did not start");
  await expectAccessible(page);
  expect(await downloaded(page)).toEqual(names);
});

test("an archive that somebody took away is told beside the link", async ({ page, api, project }) => {
  test.setTimeout(JOB_TIMEOUT_MS + 60_000);
  const { job_id } = await makeArchived(api, project.id);
  await page.goto(`/jobs/${job_id}`);
  await page.route("**/api/archive/*", (route) =>
    route.fulfill({
      status: 412,
      json: { error: `The archive of this job was moved: /data/${"long_".repeat(20)}.zip` },
    }),
  );
  await page.getByRole("link", { name: "Download" }).first().click();
  await expect(
    page.getByRole("alert").filter({ hasText: "The archive of this job was moved: " }),
  ).toBeVisible();
  await expectAccessible(page);
});
