import { expect, expectAccessible, login, test, unique, waitingForReact } from "./fixtures";

test.describe("signed out", () => {
  test.use({ signedIn: false });

  test("a wrong password is explained at the form, a right one leads to the page that was asked for", async ({
    page,
  }) => {
    await page.goto("/datasets");
    await expect(page).toHaveURL(/\/login\?next=%2Fdatasets$/);
    await page.getByLabel("E-mail").fill(`nobody-${unique()}@example.org`);
    await page.getByLabel("Password", { exact: true }).fill("not-my-password");
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "E-mail or password is wrong." })).toBeVisible();

    await login(page);
    await expect(page.getByRole("heading", { level: 1, name: "Datasets" })).toBeVisible();
    await expect(page).toHaveURL(/\/datasets$/);
  });

  test("empty fields are asked for before anything is sent", async ({ page }) => {
    await page.goto("/login");
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(
      "Type the e-mail address of your account.",
    );
    await expect(page.getByLabel("E-mail")).toBeFocused();
  });

  test("too many attempts are said with the time to wait, a silent server with what is kept", async ({
    page,
  }) => {
    await page.goto("/login");
    const error = encodeURIComponent("Too many attempts. Try again in 840 s.");
    await page.route("**/api/auth/callback/credentials", (route) =>
      route.fulfill({ status: 401, json: { url: `http://localhost/login?error=${error}` } }),
    );
    await login(page);
    await expect(page.getByRole("alert").filter({ hasText: "Try again in 14 min." })).toBeVisible();

    // A proxy in front of a server that is gone answers with a page of its own.
    await page.route("**/api/auth/csrf", (route) => route.fulfill({ body: "<h1>Bad gateway</h1>" }));
    await page.getByRole("button", { name: "Log in" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "The server does not answer." })).toBeVisible();
    await expect(page.getByLabel("E-mail")).not.toHaveValue("");
  });

  test("a session that ended is said, and another site is no way back", async ({ page }) => {
    await page.goto("/login?notice=session-ended&next=https://evil.example/");
    await expect(page.getByText("You were logged out: a session lasts 8 hours.")).toBeVisible();
    await expectAccessible(page);
    await login(page);
    await expect(page.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  });
});

test("signing out ends the session", async ({ page, browser, baseURL }) => {
  // A session of its own: the others must go on.
  const context = await browser.newContext({ baseURL: baseURL ?? "" });
  const own = waitingForReact(await context.newPage());
  await own.goto("/login");
  await login(own);
  await expect(own.getByRole("heading", { level: 1, name: "Home" })).toBeVisible();
  // The log-in loads the page anew; only our own goto waits until it can be clicked.
  await own.goto("/");
  await own.getByRole("button", { name: /^Account / }).click();
  await own.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(own.getByText("You are signed out.")).toBeVisible();
  await own.goto("/projects");
  await expect(own).toHaveURL(/\/login/);
  await context.close();
  await page.close();
});

test("a project is made in a dialog that says the rules of its name", async ({ page, project }) => {
  await page.goto("/projects");
  await page.getByRole("button", { name: "New project" }).click();
  const dialog = page.getByRole("dialog", { name: "New project" });
  const name = dialog.getByLabel("Name");
  await name.fill("Plate / 1");
  await dialog.getByRole("button", { name: "Create project" }).click();
  await expect(name).toHaveAccessibleDescription(
    /Use letters, digits, spaces, dots, dashes and underscores only\./,
  );

  await name.fill(project.name);
  await dialog.getByRole("button", { name: "Create project" }).click();
  await expect(name).toHaveAccessibleDescription(/This name is taken\./);

  const fresh = `Fresh ${unique()}`;
  await name.fill(fresh);
  await name.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: fresh })).toBeVisible();
  await expect(page).toHaveURL(/\/projects\/\d+$/);
  await expect(page.getByText("No datasets yet")).toBeVisible();
});

test("the list of projects is filtered from the keyboard, and the filter is in the address", async ({
  page,
  project,
}) => {
  await page.goto("/projects");
  await expect(page.getByRole("table", { name: "Projects" })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type(project.name);
  const table = page.getByRole("table", { name: "Projects" });
  await expect(table.getByRole("row")).toHaveCount(2);
  await expect(page).toHaveURL(/\?q=Test/);
  await page.reload();
  await expect(table.getByRole("row")).toHaveCount(2);
  await page.getByRole("searchbox", { name: "Filter projects" }).fill("no project is called so");
  await expect(page.getByText(/^0 of [\d,]+ projects? match/)).toBeVisible();
});

test("a project gets a new name, a dataset with a folder that was shown before, and a workflow", async ({
  page,
  project,
}) => {
  await page.goto(`/projects/${project.id}`);
  await page.getByRole("button", { name: "Edit" }).click();
  const edit = page.getByRole("dialog", { name: "Edit project" });
  await edit.getByLabel("Name").fill(`${project.name} b`);
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `${project.name} b` })).toBeVisible();

  await page.getByRole("button", { name: "New dataset" }).click();
  const dialog = page.getByRole("dialog", { name: "New dataset" });
  await dialog.getByLabel("Name").fill("First plate");
  await expect(dialog.getByText(/…_first_plate/)).toBeVisible();
  await dialog.getByLabel("Subfolder").fill(`screens/${unique()}`);
  await expect(dialog.getByText(/\/screens\//)).toBeVisible();
  await dialog.getByRole("button", { name: "Create dataset" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "First plate" })).toBeVisible();
  await expect(page.getByText("No images yet")).toBeVisible();

  await page
    .getByRole("navigation", { name: "Breadcrumbs" })
    .getByRole("link", { name: `${project.name} b` })
    .click();
  await page.getByRole("button", { name: "New workflow" }).click();
  const workflow = page.getByRole("dialog", { name: "New workflow" });
  await workflow.getByLabel("Name").fill("Nuclei");
  await workflow.getByRole("button", { name: "Create workflow" }).click();
  await expect(page).toHaveURL(/\/workflows\/\d+/);
});

test("a workflow file that needs a task which is not installed names that task", async ({
  page,
  project,
}) => {
  await page.goto(`/projects/${project.id}`);
  await page.getByRole("button", { name: "From file" }).click();
  const dialog = page.getByRole("dialog", { name: "Workflow from file" });
  const file = dialog.getByLabel("Workflow file");
  await file.fill("{ no json");
  await dialog.getByRole("button", { name: "Import workflow" }).click();
  await expect(dialog.getByRole("alert")).toContainText("This is not JSON");

  const task = { task: { pkg_name: "not-a-package", version: "9.9", name: "Not a task" } };
  await file.fill(JSON.stringify({ name: "Imported", task_list: [task] }));
  await dialog.getByRole("button", { name: "Import workflow" }).click();
  await expect(dialog.getByRole("alert")).toContainText(
    "Task 1 “Not a task”: The package not-a-package 9.9 is not installed",
  );

  await file.fill(JSON.stringify({ name: "Imported", task_list: [] }));
  await dialog.getByRole("button", { name: "Import workflow" }).click();
  await expect(page).toHaveURL(/\/workflows\/\d+/);
});

test("an image is added, edited and removed; the dialogs say what stays", async ({ page, dataset }) => {
  await page.goto(`/datasets/${dataset.id}`);
  const table = page.getByRole("table", { name: "Images" });
  await expect(table.getByRole("row")).toHaveCount(7);

  await page.getByRole("button", { name: "Add image" }).click();
  const add = page.getByRole("dialog", { name: "Add image" });
  await add.getByLabel("Path").fill("/somewhere/else");
  await add.getByRole("button", { name: "Add image" }).click();
  await expect(add.getByLabel("Path")).toHaveAccessibleDescription(/Must be below the folder of the dataset/);
  await add.getByLabel("Path").fill(`${dataset.zarr_dir}/P3.zarr/A/01/0`);
  await add.getByRole("button", { name: "Add attribute" }).click();
  await add.getByRole("button", { name: "Add image" }).click();
  await expect(add.getByText("Type a name. Type a value.")).toBeVisible();
  await add.getByLabel("Name of attribute 1").fill("plate");
  await add.getByLabel("Value of plate").fill("P3");
  await add.getByRole("button", { name: "Add type" }).click();
  await add.getByLabel("Name of type 1").fill("good");
  await add.getByRole("button", { name: "Add image" }).click();

  const row = table.getByRole("row", { name: /P3\.zarr/ });
  await expect(row).toContainText("good");
  const panel = page.getByRole("complementary", { name: "Details" });
  await expect(panel.getByRole("heading", { name: "P3.zarr/A/01/0" })).toBeVisible();

  await panel.getByRole("button", { name: "Edit image" }).click();
  const edit = page.getByRole("dialog", { name: "Edit image" });
  await edit.getByRole("button", { name: "Add attribute" }).click();
  await edit.getByLabel("Name of attribute 2").fill("score");
  await edit.getByRole("combobox", { name: "Kind of score" }).click();
  await page.getByRole("option", { name: "Number" }).click();
  await edit.getByLabel("Value of score").fill("0.5");
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(panel.getByText("score")).toBeVisible();
  await expect(panel.getByText("0.5")).toBeVisible();

  await panel.getByRole("button", { name: "Remove from list" }).click();
  const confirm = page.getByRole("alertdialog", { name: "Remove this image from the list?" });
  await expect(confirm).toContainText("The files on disk stay");
  await confirm.getByRole("button", { name: "Remove 1" }).click();
  await expect(table.getByRole("row")).toHaveCount(7);
});

test("several images are chosen and removed together", async ({ page, dataset }) => {
  await page.goto(`/datasets/${dataset.id}`);
  const table = page.getByRole("table", { name: "Images" });
  await table.getByRole("checkbox", { name: "Select row 1" }).check();
  await table.getByRole("checkbox", { name: "Select row 3" }).click({ modifiers: ["Shift"] });
  await expect(page.getByText("3 selected")).toBeVisible();
  await page.getByRole("button", { name: "Remove from list" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove 3" }).click();
  await expect(table.getByRole("row")).toHaveCount(4);
});

test("filters are in the address and survive a reload", async ({ page, dataset }) => {
  await page.goto(`/datasets/${dataset.id}`);
  const table = page.getByRole("table", { name: "Images" });
  await page.getByRole("group", { name: "plate" }).getByRole("checkbox", { name: "P2" }).check();
  await expect(table.getByRole("row")).toHaveCount(4);
  await expect(page.getByText("of 6 images")).toBeVisible();

  await page.reload();
  await expect(
    page.getByRole("group", { name: "plate" }).getByRole("checkbox", { name: "P2" }),
  ).toBeChecked();
  await expect(table.getByRole("row")).toHaveCount(4);

  await page.getByRole("button", { name: "Remove filter plate: P2" }).click();
  await expect(table.getByRole("row")).toHaveCount(7);
  await page.getByRole("group", { name: "is_3D" }).getByRole("checkbox", { name: "true" }).check();
  await page.getByRole("searchbox", { name: "Path or well" }).fill("P2.zarr");
  await expect(page.getByText("0 of 6 images match these filters")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(table.getByRole("row")).toHaveCount(7);
});

test("a well of the plate map filters the table, by keyboard too", async ({ page, dataset }) => {
  await page.goto(`/datasets/${dataset.id}`);
  // The plate with something measured is drawn first.
  const map = page.getByRole("application", { name: "Plate P2, wells" });
  await map.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Remove filter well: A02" })).toBeVisible();
  await expect(page.getByRole("table", { name: "Images" }).getByRole("row")).toHaveCount(2);
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Remove filter well: A02" })).toBeHidden();
});

test("one image is looked at beside the list, by keyboard and by address", async ({ page, dataset }) => {
  await page.goto(`/datasets/${dataset.id}?image=P2.zarr/A/02/0`);
  const panel = page.getByRole("complementary", { name: "Details" });
  await expect(panel.getByText("Raw data: written by a converter, or added by hand.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();

  await page.getByRole("link", { name: "P1.zarr/A/01/0" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(panel.getByRole("heading", { name: "P1.zarr/A/02/0" })).toBeVisible();
  await expect(page).toHaveURL(/image=P1\.zarr\/A\/02\/0/);
  await page.goBack();
  await expect(panel).toBeHidden();
});

test("an image that somebody else adds appears without a reload", async ({ page, dataset, api }) => {
  await page.goto(`/datasets/${dataset.id}`);
  const table = page.getByRole("table", { name: "Images" });
  await expect(table.getByRole("row")).toHaveCount(7);
  await api.image.add.mutate({ dataset_id: dataset.id, zarr_url: `${dataset.zarr_dir}/late.zarr` });
  await expect(table.getByRole("row", { name: /late\.zarr/ })).toBeVisible({ timeout: 30_000 });
});

test("a dataset is renamed, and deleted with a word about its files", async ({ page, dataset, project }) => {
  await page.goto(`/datasets/${dataset.id}?tab=settings`);
  await page.getByLabel("Name").fill("Renamed plates");
  await page.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Renamed plates" })).toBeVisible();

  await page.getByRole("button", { name: "Delete dataset" }).click();
  const confirm = page.getByRole("alertdialog", { name: "Delete “Renamed plates”?" });
  await expect(confirm).toContainText("stay on disk");
  await expect(confirm.getByRole("button", { name: "Cancel" })).toBeFocused();
  await confirm.getByRole("button", { name: "Delete dataset" }).click();
  await expect(page).toHaveURL(new RegExp(`/projects/${project.id}$`));
  await expect(page.getByText("No datasets yet")).toBeVisible();
});

test("what does not exist is a 404 inside the shell", async ({ page }) => {
  for (const address of ["/projects/999999", "/datasets/999999", "/datasets/1e3", "/no/such/page"]) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBe(404);
    await expect(
      page.getByRole("heading", { level: 1, name: "There is nothing at this address" }),
    ).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  }
  await expectAccessible(page);
});

test("the theme is kept", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /^Account / }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  const root = page.locator("html");
  await expect(root).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(root).toHaveAttribute("data-theme", "dark");
});

test("every page is accessible in both themes and fits a phone", async ({ page, project, dataset }) => {
  test.setTimeout(600_000);
  const pages: [string, string][] = [
    ["/", "Home"],
    ["/projects", "Projects"],
    [`/projects/${project.id}`, project.name],
    ["/datasets", "Datasets"],
    [`/datasets/${dataset.id}?image=P2.zarr/A/02/0`, dataset.name],
    [`/datasets/${dataset.id}?tab=jobs`, dataset.name],
    [`/datasets/${dataset.id}?tab=settings`, dataset.name],
  ];
  for (const [address, title] of pages) {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expectAccessible(page);
  }
  await page.goto(`/projects/${project.id}`);
  for (const name of ["New dataset", "New workflow", "From file", "Edit"]) {
    await page.getByRole("button", { name }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(page.getByRole("button", { name })).toBeFocused();
  }
});
