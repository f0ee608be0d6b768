import path from "node:path";
import { execa } from "execa";
import { baseAddress, enterAs, expect, expectAccessible, test, unique } from "./fixtures";
import { logIn } from "./session";
import { rawImagesFolder } from "./support/raw-images";

const SCRIPT_TIMEOUT_MS = 240_000;
const SCRIPT = path.resolve(import.meta.dirname, "../examples/scripts/run-workflow.ts");

test("a token is made, runs a script from project to images, and is refused once it is revoked", async ({
  page,
  api,
}) => {
  test.setTimeout(SCRIPT_TIMEOUT_MS + 60_000);
  const name = `script ${unique()}`;
  await page.goto("/profile");
  await page.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog", { name: "New API token" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("checkbox", { name: /^Write/ }).check();
  await dialog.getByRole("checkbox", { name: /^Run/ }).check();
  await dialog.getByRole("button", { name: "Create token" }).click();
  const token = await page
    .getByRole("dialog", { name: /Copy the token now/ })
    .getByRole("textbox", { name: "Token" })
    .inputValue();
  expect(token).toMatch(/^fractal_/);
  await page.getByRole("button", { name: "Done" }).click();
  // It is shown once: the page keeps the beginning only.
  await expect(page.getByText(`${token.slice(0, 16)}…`)).toBeVisible();
  expect(await page.content()).not.toContain(token);

  const run = () =>
    execa("npx", ["tsx", SCRIPT, "--images", images, "--project", name], {
      env: { FRACTAL_URL: baseAddress(), FRACTAL_TOKEN: token },
      reject: false,
      timeout: SCRIPT_TIMEOUT_MS,
    });
  const images = await rawImagesFolder(api);
  const done = await run();
  expect(done.stderr).toBe("");
  expect(done.exitCode).toBe(0);
  expect(done.stdout).toMatch(/done, task \d of 5: (\d+) done, 0 failed of \1 units/);
  expect(done.stdout).toMatch(/\d+ images$/);

  await page.reload();
  await expect(page.getByRole("row", { name: new RegExp(name) })).not.toContainText("never");
  await page.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Revoke token" }).click();
  await expect(page.getByRole("button", { name: `Revoke ${name}` })).toBeHidden();
  const refused = await run();
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("This API token is not known here: it was revoked, or never made.");
});

test("the form says what is missing, a second token of a name is refused, and the page is for everybody", async ({
  page,
}) => {
  const name = `twice ${unique()}`;
  await page.goto("/profile");
  await expectAccessible(page);
  for (const attempt of [1, 2]) {
    await page.getByRole("button", { name: "New token" }).click();
    const dialog = page.getByRole("dialog", { name: "New API token" });
    if (attempt === 1) {
      await dialog.getByRole("button", { name: "Create token" }).click();
      await expect(dialog.getByText("Must not be empty.")).toBeVisible();
    }
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Create token" }).click();
    if (attempt === 1) await page.getByRole("button", { name: "Done" }).click();
    else await expect(dialog.getByText(`You have a token called '${name}' already.`)).toBeVisible();
  }
});

test("a wrong current password changes nothing", async ({ page }) => {
  await page.goto("/profile");
  await page.getByLabel("Current password").fill("not this one");
  await page.getByLabel("New password", { exact: true }).fill("a new password");
  await page.getByLabel("New password again").fill("a new passwort");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("The two passwords differ.")).toBeVisible();
  await page.getByLabel("New password again").fill("a new password");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("This is not your current password.")).toBeVisible();
});

test.describe("somebody with a lab", () => {
  test.use({ signedIn: false });

  test("sees groups and SLURM accounts, and ends every session by signing out everywhere", async ({
    page,
    api,
    context,
  }) => {
    const account = { email: `lab-${unique()}@example.org`, password: "long enough" };
    const me = await api.user.me.query();
    const { user_id } = await api.user.create.mutate({
      ...account,
      project_dirs: ["/data"],
      slurm_accounts: ["lab_a", "lab_b"],
      profile_id: me.profile?.id ?? null,
    });
    const group = `Lab ${unique()}`;
    const { group_id } = await api.group.create.mutate({ name: group });
    await api.group.setMembers.mutate({ group_id, user_ids: [user_id] });
    const here = await enterAs(context, account);
    const elsewhere = await logIn(baseAddress(), account);
    await page.goto("/profile");
    for (const text of [group, "lab_a", "lab_b"])
      await expect(page.getByText(text, { exact: true })).toBeVisible();
    await expectAccessible(page);
    expect((await elsewhere?.api.user.me.query())?.email).toBe(account.email);

    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await expect(page.getByText("You are signed out.")).toBeVisible();
    for (const session of [here, elsewhere])
      await expect(session?.api.user.me.query()).rejects.toThrow(/not signed in/);
    await page.goto("/profile");
    await expect(page).toHaveURL(/\/login/);
    await api.group.delete.mutate({ group_id });
  });
});
