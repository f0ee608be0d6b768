/**
 * A picture of every page at 1440 and 390 px, light and dark, in `e2e/artifacts/screenshots`, for people to judge.
 * What a machine can judge of them is asserted: the page is there, whole, and does not scroll sideways.
 */
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

const FOLDER = path.resolve(import.meta.dirname, "artifacts/screenshots");
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const SETTLED_MS = 10_000;
const THEMES = ["light", "dark"] as const;

type Shot = { name: string; address: string; heading: RegExp };

async function take(page: Page, { name, address, heading }: Shot): Promise<void> {
  for (const size of WIDTHS)
    for (const theme of THEMES) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.goto(address);
      await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
      // Tables and plates come with their first answer. What is under way is asked for again and again.
      await page.waitForLoadState("networkidle", { timeout: SETTLED_MS }).catch(() => undefined);
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(sideways, `${name} at ${size.width} px`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: path.join(FOLDER, `${name}-${size.width}-${theme}.png`) });
    }
}

test.describe("signed out", () => {
  test.use({ signedIn: false });
  test("the log-in page", async ({ page }) => {
    await take(page, { name: "login", address: "/login", heading: /Log in/ });
  });
});

test("the pages with content", async ({ page, api }) => {
  test.setTimeout(480_000);
  const jobs = await api.job.list.query({});
  const job = jobs.find((one) => one.project_id !== null && one.units.total > 10);
  if (!job) throw new Error("There is no job to take a picture of: the quickstart makes one.");
  const { tasks } = await api.job.get.query({ job_id: job.id });
  const run = tasks.find((one) => one.task_type === "parallel")?.run;
  const units = await api.unit.list.query({ run_id: run?.id ?? 0 });
  const task = (await api.task.groups.query())[0]?.tasks[0];
  const [collection] = await api.task.activities.query();
  const shots: Shot[] = [
    { name: "home", address: "/", heading: /Home/ },
    { name: "projects", address: "/projects", heading: /Projects/ },
    { name: "project", address: `/projects/${job.project_id}`, heading: new RegExp(job.project_name) },
    { name: "datasets", address: "/datasets", heading: /Datasets/ },
    { name: "dataset", address: `/datasets/${job.dataset_id}`, heading: /./ },
    {
      name: "dataset-image",
      address: `/datasets/${job.dataset_id}?image=plate_mip.zarr/B/02/0`,
      heading: /./,
    },
    {
      name: "image",
      address: `/datasets/${job.dataset_id}/image?image=plate_mip.zarr/B/02/0`,
      heading: /plate_mip/,
    },
    { name: "dataset-jobs", address: `/datasets/${job.dataset_id}?tab=jobs`, heading: /./ },
    { name: "dataset-settings", address: `/datasets/${job.dataset_id}?tab=settings`, heading: /./ },
    { name: "workflow", address: `/workflows/${job.workflow_id}?dataset=${job.dataset_id}`, heading: /./ },
    { name: "jobs", address: "/jobs", heading: /Jobs/ },
    { name: "job", address: `/jobs/${job.id}`, heading: new RegExp(`Job ${job.id}`) },
    {
      name: "job-unit",
      address: `/jobs/${job.id}?run=${run?.id}&unit=${units.items[0]?.id}`,
      heading: new RegExp(`Job ${job.id}`),
    },
    { name: "tasks", address: "/tasks", heading: /Tasks/ },
    { name: "tasks-collection", address: `/tasks?collection=${collection?.id}`, heading: /Tasks/ },
    { name: "tasks-wheel", address: "/tasks?source=wheel", heading: /Tasks/ },
    { name: "tasks-packages", address: "/tasks?tab=packages", heading: /Tasks/ },
    { name: "tasks-activity", address: `/tasks?tab=activity&activity=${collection?.id}`, heading: /Tasks/ },
    { name: "task", address: `/tasks/${task?.id}`, heading: new RegExp(task?.name ?? "") },
    { name: "admin", address: "/admin", heading: /Admin/ },
    { name: "admin-resources", address: "/admin/resources", heading: /Resources/ },
    { name: "admin-resource-new", address: "/admin/resources/new", heading: /New resource/ },
    { name: "admin-profiles", address: "/admin/profiles", heading: /Profiles/ },
    { name: "admin-users", address: "/admin/users", heading: /Users/ },
    { name: "profile", address: "/profile", heading: /My profile/ },
    { name: "not-found", address: "/nowhere", heading: /nothing at this address/ },
  ];
  for (const shot of shots) await take(page, shot);
});

test("the pages without content", async ({ page, api, project }) => {
  const { dataset_id } = await api.dataset.create.mutate({ project_id: project.id, name: "Empty" });
  const { workflow_id } = await api.workflow.create.mutate({ project_id: project.id, name: "Empty" });
  await take(page, { name: "project-empty", address: `/projects/${project.id}`, heading: /Test/ });
  await take(page, { name: "dataset-empty", address: `/datasets/${dataset_id}`, heading: /Empty/ });
  await take(page, { name: "workflow-empty", address: `/workflows/${workflow_id}`, heading: /Empty/ });
});
