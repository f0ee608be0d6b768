import { expect, expectAccessible, test, unique } from "./fixtures";
import { realImagesFolder } from "./support/real-images";

/** Published tasks start in seconds, and four of them follow each other. */
const JOB_TIMEOUT_MS = 180_000;
const FIRST_VISIT = { timeout: 45_000 };

const PACKAGE = "fractal-tasks-core";
const TASKS = ["Project Image (HCS Plate)", "Threshold Segmentation", "Measure Features"];

test("a workflow of published tasks, composed and run by hand", async ({ page, api, project }) => {
  test.setTimeout(JOB_TIMEOUT_MS + 120_000);
  const folder = await realImagesFolder(api);
  const { dataset_id } = await api.dataset.create.mutate({ project_id: project.id, name: "Real nuclei" });

  await test.step("an empty workflow", async () => {
    await page.goto(`/projects/${project.id}`);
    await page.getByRole("button", { name: "New workflow" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill(`Published ${unique()}`);
    await page.getByRole("button", { name: "Create workflow" }).click();
    await expect(page.getByText("No tasks yet")).toBeVisible(FIRST_VISIT);
  });

  const list = page.getByRole("region", { name: "Tasks of the workflow" });
  await test.step("tasks of two packages are added, each of the right one", async () => {
    await page.getByRole("button", { name: "Add task" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Add tasks" });
    const converter = dialog.getByRole("region", { name: "fractal-example-tasks" });
    await converter.getByRole("checkbox", { name: /^Convert TIFF Folder/ }).check();
    await dialog.getByRole("searchbox", { name: "Search tasks" }).fill(PACKAGE);
    await expect(converter).toBeHidden();
    const published = dialog.getByRole("region", { name: PACKAGE });
    await expect(published.getByRole("checkbox")).toHaveCount(9);
    for (const task of TASKS) await published.getByRole("checkbox", { name: task }).check();
    await dialog.getByRole("button", { name: "Add 4 tasks" }).click();
    await expect(list.getByRole("link")).toHaveCount(4);
  });

  await test.step("the forms of their arguments", async () => {
    const first = page.getByRole("region", { name: "Task 1" });
    await first.getByRole("textbox", { name: "Images folder" }).fill(folder);
    await page.keyboard.press("Control+s");
    await expect(page.getByText("Saved Convert TIFF Folder")).toBeVisible();

    // Nothing to fill in: the published defaults hold.
    await list.getByRole("link", { name: /Project Image/ }).click();
    const second = page.getByRole("region", { name: "Task 2" });
    await expect(second.getByText("Maximum intensity projection").first()).toBeVisible();

    await list.getByRole("link", { name: /Threshold Segmentation/ }).click();
    const third = page.getByRole("region", { name: "Task 3" });
    await third.getByRole("radio", { name: "index" }).check();
    await third.getByRole("textbox", { name: /^Identifier/ }).fill("0");
    await third.getByRole("textbox", { name: "Output Label Name" }).fill("nuclei");
    await page.keyboard.press("Control+s");
    await expect(page.getByText("Saved Threshold Segmentation")).toBeVisible();

    await list.getByRole("link", { name: /Measure Features/ }).click();
    const fourth = page.getByRole("region", { name: "Task 4" });
    await fourth.getByRole("textbox", { name: "Input Label Name" }).fill("nuclei");
    await page.keyboard.press("Control+s");
    await expect(page.getByText("Saved Measure Features")).toBeVisible();
    await expectAccessible(page);
  });

  await test.step("run on the dataset, watched to the end", async () => {
    await page.goto(`${new URL(page.url()).pathname}?dataset=${dataset_id}`);
    await page.getByRole("button", { name: /^Run 4 tasks/ }).click();
    const dialog = page.getByRole("dialog", { name: /^Run "Published/ });
    await expect(dialog.getByText("all passed")).toBeVisible();
    await dialog.getByRole("button", { name: /^Run 4 tasks/ }).click();
    const heading = page.getByRole("heading", { level: 1, name: /^Job \d+$/ });
    await expect(heading).toBeVisible(FIRST_VISIT);
    await expect(heading.locator("xpath=..")).toContainText("Done", { timeout: JOB_TIMEOUT_MS });
    await expect(page.getByText(/^of [\d,]+ units? (ended|done|failed)/)).toContainText("6 units done");
  });

  await test.step("the image list has the stack and its projection, with their types", async () => {
    await page.getByRole("link", { name: "Real nuclei", exact: true }).click();
    const table = page.getByRole("table", { name: "Images" });
    await expect(table.getByRole("columnheader", { name: "well" })).toBeVisible(FIRST_VISIT);
    await expect(table.getByRole("row", { name: /\.zarr/ })).toHaveCount(2);
    const stack = table.getByRole("row", { name: /plate\.zarr/ });
    const projection = table.getByRole("row", { name: /plate_mip\.zarr/ });
    await expect(stack).toContainText("is_3D");
    await expect(projection).toContainText("A01");
    await expect(projection).not.toContainText("is_3D");
    await expect(page.getByText("2 images, 2 plates")).toBeVisible();
  });

  const { items } = await api.image.list.query({ dataset_id, limit: 10 });
  const [stack, projection] = items;
  expect(stack?.types).toEqual({ is_3D: true });
  expect(projection).toMatchObject({ origin: stack?.zarr_url, types: { is_3D: false } });
});
