/** The admin area by hand: resources and profiles of all three types as form and JSON, and who may not. */
import type { Page } from "@playwright/test";
import {
  PROFILE_SAMPLES,
  RESOURCE_SAMPLES,
  SSH_RESOURCE,
  SUDO_PROFILE,
  SUDO_RESOURCE,
} from "../server/contracts/resource-samples.testing";
import { enterAs, expect, expectAccessible, test, unique } from "./fixtures";

/** The label says too whether a value is required or changed. */
const field = (page: Page, label: string) =>
  page.getByLabel(new RegExp(`^${label}( required)?(, changed)?$`));
const jsonOf = async (page: Page, label: string) =>
  JSON.parse(await page.getByRole("textbox", { name: label }).inputValue()) as unknown;

for (const sample of RESOURCE_SAMPLES)
  test(`a ${sample.type} resource is created from its JSON, shown equal, and deleted`, async ({
    page,
    api,
  }) => {
    const document = { ...sample, name: `${sample.name} ${unique()}` };
    await page.goto("/admin/resources");
    await page.getByRole("link", { name: "New resource" }).first().click();
    const json = page.getByRole("textbox", { name: "Resource as JSON" });
    await json.fill(JSON.stringify(document));
    await expect(field(page, "Name")).toHaveValue(document.name);
    await page.getByRole("button", { name: "Create resource" }).click();

    await expect(page.getByRole("heading", { level: 1, name: document.name })).toBeVisible();
    expect(await jsonOf(page, "Resource as JSON")).toEqual(document);
    const id = Number(new URL(page.url()).pathname.split("/").at(-1));
    expect((await api.resource.get.query({ resource_id: id })).document).toEqual(document);
    await expectAccessible(page);

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete resource" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Resources" })).toBeVisible();
    await expect(page.getByRole("link", { name: document.name })).toHaveCount(0);
  });

for (const sample of PROFILE_SAMPLES)
  test(`a ${sample.resource_type} profile is created in the form, edited, and deleted`, async ({
    page,
    api,
  }) => {
    const resource = RESOURCE_SAMPLES.find(({ type }) => type === sample.resource_type);
    if (!resource) throw new Error("there is a sample of every type");
    const name = `${sample.name.replace("/", " ")} ${unique()}`;
    const { resource_id } = await api.resource.create.mutate({ ...resource, name: `for ${name}` });
    await page.goto(`/admin/profiles?resource=${resource_id}`);
    await expect(page.getByText(`No profiles on for ${name} yet`)).toBeVisible();
    await page.getByRole("link", { name: "New profile" }).first().click();
    await field(page, "Name").fill(name);
    if (sample.resource_type !== "local") await field(page, "Account").fill(sample.username);
    if (sample.resource_type === "slurm_ssh") {
      await field(page, "Private key").fill(sample.ssh_key_path);
      await field(page, "Jobs").fill(sample.jobs_remote_dir);
      await field(page, "Tasks").fill(sample.tasks_remote_dir);
    }
    await page.getByRole("button", { name: "Create profile" }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    expect(await jsonOf(page, "Profile as JSON")).toEqual({ ...sample, name });
    await expectAccessible(page);

    await field(page, "Name").fill(`${name} 2`);
    await page.getByRole("button", { name: "Review 1 change" }).click();
    const review = page.getByRole("dialog", { name: /^Save 1 change/ });
    await expect(review.getByRole("row", { name: /^name/ })).toContainText(`"${name} 2"`);
    await expect(review.getByText("nobody uses")).toBeVisible();
    await review.getByRole("button", { name: "Save 1 change" }).click();
    await expect(page.getByRole("heading", { level: 1, name: `${name} 2` })).toBeVisible();

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete profile" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Profiles" })).toBeVisible();
    await api.resource.delete.mutate({ resource_id });
  });

test("form and JSON stay in step, and only what changed is marked and saved", async ({ page, api }) => {
  const document = { ...SUDO_RESOURCE, name: `cluster ${unique()}` };
  const { resource_id } = await api.resource.create.mutate(document);
  await page.goto(`/admin/resources/${resource_id}`);
  const json = page.getByRole("textbox", { name: "Resource as JSON" });
  const review = page.getByRole("button", { name: /^Review/ });
  await expect(review).toHaveAccessibleDescription("Nothing is changed yet.");

  // Form → JSON: the number is a number, everything else stays as it was sent.
  await page.getByRole("textbox", { name: "Never more than, memory per job" }).fill("64G");
  expect(await jsonOf(page, "Resource as JSON")).toMatchObject({
    jobs_runner_config: {
      batching_config: { max_mem_per_job: "64G" },
      default_slurm_config: { mem: "100M" },
    },
  });
  await expect(page.getByText("1 change marked")).toBeVisible();
  await expect(page.getByText(/1,536 units of 1 CPU/)).toBeVisible();

  // JSON → form.
  await json.fill((await json.inputValue()).replace('"partition-name"', '"main"'));
  await expect(page.getByLabel("Partition").first()).toHaveValue("main");
  await expect(page.getByText("2 changes marked")).toBeVisible();

  // Broken JSON: the form keeps the last state without the error, and says where the error is.
  const good = await json.inputValue();
  await json.fill(good.replace('"cpus_per_task": 1,', '"cpus_per_task": 1'));
  await expect(page.getByRole("region", { name: "Form" })).toContainText(
    /The JSON has an error in line \d+\./,
  );
  await expect(page.getByRole("list", { name: "Problems of the JSON" })).toContainText(
    "This is not JSON yet",
  );
  await expect(page.getByLabel("Partition").first()).toHaveValue("main");
  await expect(review).toHaveAccessibleDescription(/The JSON has an error in line/);

  // An unknown key is refused at its place, before anything is sent.
  await json.fill(good.replace('"cpus_per_task": 1,', '"cpus_per_task": 1,\n"nice": 3,'));
  await expect(page.getByRole("list", { name: "Problems of the JSON" })).toContainText(
    "jobs_runner_config.default_slurm_config.nice: Is not a known key.",
  );
  await expect(review).toHaveAccessibleDescription(/1 value to correct/);
  await json.fill(good);

  // A value that contradicts another one is said at its field.
  const jobs = page.getByRole("textbox", { name: "Never more than, SLURM jobs" });
  await jobs.fill("1");
  await expect(jobs).toHaveAccessibleDescription("Must be at least target_num_jobs, which is 2.");
  await jobs.fill("4");

  await review.click();
  const dialog = page.getByRole("dialog", { name: /^Save 2 changes/ });
  const row = dialog.getByRole("row", { name: /max_mem_per_job/ });
  await expect(row).toContainText("500");
  await expect(row).toContainText('"64G"');
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Save 2 changes" }).click();
  await expect(dialog).toBeHidden();
  const saved = (await api.resource.get.query({ resource_id })).document;
  const { jobs_runner_config: runner } = document;
  expect(saved).toEqual({
    ...document,
    jobs_runner_config: {
      ...runner,
      default_slurm_config: { ...runner.default_slurm_config, partition: "main" },
      batching_config: { ...runner.batching_config, max_mem_per_job: "64G" },
    },
  });
  await api.resource.delete.mutate({ resource_id });
});

test("who saves second is told so, compares, and loses nothing of both", async ({ page, api }) => {
  const document = { ...SSH_RESOURCE, name: `raced ${unique()}` };
  const { resource_id } = await api.resource.create.mutate(document);
  await page.goto(`/admin/resources/${resource_id}`);
  await field(page, "Host").fill("login2.example.org");
  await api.resource.update.mutate({
    resource_id,
    version: 0,
    document: { ...document, jobs_poll_interval: 30 },
  });
  await page.getByRole("button", { name: "Review 1 change" }).click();
  const dialog = page.getByRole("dialog", { name: /^Save 1 change/ });
  await dialog.getByRole("button", { name: "Save 1 change" }).click();
  await expect(dialog.getByRole("alert")).toContainText(/Not saved: .+ changed 'raced .+' meanwhile/);
  await dialog.getByRole("button", { name: "Compare with what is stored" }).click();
  await expect(dialog.getByRole("alert")).toBeHidden();
  await dialog.getByRole("button", { name: "Save 1 change" }).click();
  await expect(dialog).toBeHidden();
  expect((await api.resource.get.query({ resource_id })).document).toEqual({
    ...document,
    host: "login2.example.org",
    jobs_poll_interval: 30,
  });
  await api.resource.delete.mutate({ resource_id });
});

test("a local resource is made in the form; what is missing is said at its field", async ({ page, api }) => {
  const name = `by hand ${unique()}`;
  await page.goto("/admin/resources/new");
  await expect(page.getByText("Is required.")).toHaveCount(0);
  await page.getByRole("button", { name: "Create resource" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Not created" })).toContainText("jobs_local_dir");
  await expect(field(page, "Name")).toHaveAccessibleDescription(/Must not be empty/);
  await field(page, "Name").fill(name);
  await field(page, "Jobs").fill("srv/jobs");
  await expect(field(page, "Jobs")).toHaveAccessibleDescription(/it starts with \//);
  await field(page, "Jobs").fill("/srv/jobs");
  await field(page, "Tasks").fill("/srv/tasks");
  await field(page, "Interpreter of 3.12").fill("/usr/bin/python3");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Create resource" }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();

  // The switch for everybody asks first and says whom it hits.
  await page.getByRole("button", { name: "Stop new jobs" }).click();
  const dialog = page.getByRole("alertdialog", { name: `Stop new jobs on ${name}?` });
  await expect(dialog).toContainText("0 people cannot submit until you allow it again.");
  await dialog.getByRole("button", { name: "Stop new jobs" }).click();
  await expect(page.getByText("Takes no new jobs").first()).toBeVisible();
  const id = Number(new URL(page.url()).pathname.split("/").at(-1));
  expect(await api.resource.get.query({ resource_id: id })).toMatchObject({
    document: { prevent_new_submissions: true },
  });
  await api.resource.delete.mutate({ resource_id: id });
});

test("a name that is taken is said at the name, and what was typed stays", async ({ page, api }) => {
  const name = `taken ${unique()}`;
  const { resource_id } = await api.resource.create.mutate({ ...SUDO_RESOURCE, name });
  await page.goto("/admin/resources/new");
  await page
    .getByRole("textbox", { name: "Resource as JSON" })
    .fill(JSON.stringify({ ...SUDO_RESOURCE, name }));
  await page.getByRole("button", { name: "Create resource" }).click();
  await expect(field(page, "Name")).toHaveAccessibleDescription(/This name is taken/);
  expect(await jsonOf(page, "Resource as JSON")).toEqual({ ...SUDO_RESOURCE, name });
  await api.resource.delete.mutate({ resource_id });
});

test("what is in use is not deleted, and the users are named", async ({ page, api }) => {
  const name = `used ${unique()}`;
  const { resource_id } = await api.resource.create.mutate({ ...SUDO_RESOURCE, name });
  const document = { ...SUDO_PROFILE, name: `profile of ${name}` };
  const { profile_id } = await api.profile.create.mutate({ resource_id, document });
  const email = `${unique()}@example.org`;
  const account = { email, password: "long enough", project_dirs: ["/data"], profile_id };
  const { user_id } = await api.user.create.mutate(account);

  await page.goto(`/admin/resources/${resource_id}`);
  await expect(page.getByText(`1 person uses ${name}, and no job runs on it now.`)).toBeVisible();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete resource" }).click();
  await expect(page.getByRole("alertdialog")).toContainText(`it is used by the profile ${document.name}.`);

  await page.goto(`/admin/profiles/${profile_id}`);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete profile" }).click();
  await expect(page.getByRole("alertdialog")).toContainText(`it is used by the account ${email}.`);

  await api.user.update.mutate({ user_id, profile_id: null });
  await page.goto("/admin");
  await expect(page.getByRole("listitem").filter({ hasText: email })).toContainText("no profile");
  await expectAccessible(page);
  await api.profile.delete.mutate({ profile_id });
  await api.resource.delete.mutate({ resource_id });
});

test("unsaved changes are not lost on the way out", async ({ page, api }) => {
  const { resource_id } = await api.resource.create.mutate({ ...SUDO_RESOURCE, name: `left ${unique()}` });
  await page.goto(`/admin/resources/${resource_id}`);
  await page.getByLabel("Poll interval").fill("20");
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  const guard = page.getByRole("dialog", { name: "Save your changes first?" });
  await guard.getByRole("button", { name: "Save and go on" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  expect((await api.resource.get.query({ resource_id })).document.jobs_poll_interval).toBe(20);
  await api.resource.delete.mutate({ resource_id });
});

test.describe("somebody who is no administrator", () => {
  test.use({ signedIn: false });

  test("finds no way into the admin area, and is told why", async ({ page, api, context }) => {
    const account = { email: `${unique()}@example.org`, password: "long enough" };
    const [profile] = await api.profile.list.query({});
    await api.user.create.mutate({ ...account, project_dirs: ["/data"], profile_id: profile?.id ?? null });
    const session = await enterAs(context, account);
    for (const address of ["/admin", "/admin/resources", "/admin/resources/1", "/admin/profiles/new"]) {
      expect((await page.goto(address))?.status(), address).toBe(403);
      await expect(
        page.getByRole("heading", { level: 1, name: "Only administrators can open this page" }),
      ).toBeVisible();
    }
    await expect(page.getByText(account.email).first()).toBeVisible();
    await expect(page.getByRole("link", { name: "Admin" })).toHaveCount(0);
    await expectAccessible(page);
    await expect(session.api.resource.list.query()).rejects.toMatchObject({ data: { httpStatus: 403 } });
    await expect(session.api.resource.create.mutate(SUDO_RESOURCE)).rejects.toMatchObject({
      data: { httpStatus: 403 },
    });
  });
});
