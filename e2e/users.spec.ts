/** People and groups in the admin area: from a new account to one that can work, and out again. */
import { baseAddress, enterAs, expect, expectAccessible, test, unique } from "./fixtures";
import { logIn } from "./session";

test("an account is made, given what it needs, changed and switched off; its owner notices at once", async ({
  page,
  api,
}) => {
  const email = `new-${unique()}@example.org`;
  const password = "a long password";
  const me = await api.user.me.query();
  await page.goto("/admin/users");
  await expectAccessible(page);
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog", { name: "New user" });
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Password").fill("short");
  await dialog.getByLabel("Project folders").fill("relative/folder");
  await dialog.getByRole("button", { name: "Create account" }).click();
  await expect(dialog.getByText("Use at least 8 characters.")).toBeVisible();
  await dialog.getByLabel("Password").fill(password);
  await dialog.getByRole("button", { name: "Create account" }).click();
  // The server's reason, at its field or below.
  await expect(dialog.getByText(/Must be an absolute path/)).toBeVisible();
  await dialog.getByLabel("Project folders").fill("/data/new\n/data/more");
  await dialog.getByRole("button", { name: "Create account" }).click();

  const form = page.getByRole("form", { name: `Account ${email}` });
  await expect(form.getByLabel("Project folders")).toHaveValue("/data/new\n/data/more");
  await expectAccessible(page);
  const session = await logIn(baseAddress(), { email, password });
  expect((await session?.api.user.me.query())?.profile).toBeNull();

  await form.getByRole("combobox", { name: "Profile" }).click();
  await page
    .getByRole("option", { name: new RegExp(`^${me.profile?.name ?? ""}`) })
    .first()
    .click();
  await form.getByRole("checkbox", { name: /^Guest account/ }).check();
  await form.getByRole("button", { name: "Save account" }).click();
  await expect(page.getByText(`Account ${email} saved.`)).toBeVisible();
  expect(await session?.api.user.me.query()).toMatchObject({
    is_guest: true,
    profile: { id: me.profile?.id },
  });

  // An administrator cannot be a guest: refused at the place, and what was typed stays.
  await form.getByRole("checkbox", { name: /^Administrator/ }).check();
  await form.getByRole("button", { name: "Save account" }).click();
  await expect(form.getByText(/An administrator cannot have a guest account/)).toBeVisible();
  await form.getByRole("button", { name: "Discard" }).click();

  await form.getByRole("checkbox", { name: /^Active/ }).uncheck();
  await form.getByRole("button", { name: "Save account" }).click();
  await expect(page.getByRole("row", { name: new RegExp(email) })).toContainText("switched off");
  await expect(session?.api.user.me.query()).rejects.toThrow(/not signed in/);
  expect(await logIn(baseAddress(), { email, password })).toBeNull();
});

test("nobody takes the last administrator away: one's own account says why not", async ({ page, api }) => {
  const me = await api.user.me.query();
  await page.goto(`/admin/users?user=${me.id}`);
  const form = page.getByRole("form", { name: `Account ${me.email}` });
  await form.getByRole("checkbox", { name: /^Administrator/ }).uncheck();
  await form.getByRole("button", { name: "Save account" }).click();
  await expect(
    form.getByText("You cannot take this right from yourself. Another administrator can."),
  ).toBeVisible();
  expect((await api.user.me.query()).is_superuser).toBe(true);
});

test("a group gets members from its own panel, shows them everywhere, and goes without them", async ({
  page,
  api,
}) => {
  const name = `Lab ${unique()}`;
  const email = `member-${unique()}@example.org`;
  const { user_id } = await api.user.create.mutate({ email, project_dirs: ["/data"] });
  await page.goto("/admin/groups");
  await page.getByRole("button", { name: "New group" }).click();
  const dialog = page.getByRole("dialog", { name: "New group" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create group" }).click();
  await page.getByRole("combobox", { name: "Add a member" }).click();
  await page.keyboard.type(email);
  await page.getByRole("option", { name: email }).click();
  await expect(page.getByRole("list", { name: "Members" })).toContainText(email);
  await expectAccessible(page);
  expect((await api.user.get.query({ user_id })).groups).toMatchObject([{ name }]);

  await page.goto(`/admin/users?user=${user_id}`);
  await expect(page.getByRole("checkbox", { name })).toBeChecked();
  await page.goto("/admin/groups");
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Delete group" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete group" }).click();
  // While the question is open, everything behind it is hidden, the row too.
  await expect(page.getByRole("alertdialog")).toBeHidden();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeHidden();
  expect((await api.user.get.query({ user_id })).groups).toEqual([]);
});

test.describe("somebody whose account is not ready", () => {
  test.use({ signedIn: false });

  test("is told what is missing and whom to ask, and goes on once it is given", async ({
    page,
    api,
    context,
  }) => {
    const account = { email: `waiting-${unique()}@example.org`, password: "long enough" };
    const { user_id } = await api.user.create.mutate({
      ...account,
      is_verified: false,
      project_dirs: ["/data"],
    });
    await enterAs(context, account);
    await page.goto("/jobs");
    await expect(page.getByRole("heading", { name: "Your account is not ready yet" })).toBeVisible();
    await expect(page.getByText("Your account has not been verified yet.")).toBeVisible();
    await expect(page.getByText(/Your account has no compute profile/)).toBeVisible();
    await expect(page.getByText(/Ask an administrator of this server/)).toBeVisible();
    await expect(page.getByText(account.email)).toBeVisible();
    await expectAccessible(page);

    await api.user.update.mutate({ user_id, is_verified: true });
    await page.reload();
    await expect(page.getByText("Your account has not been verified yet.")).toHaveCount(0);
    const me = await api.user.me.query();
    await api.user.update.mutate({ user_id, profile_id: me.profile?.id ?? null });
    await page.getByRole("button", { name: "Load again" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Jobs" })).toBeVisible();
  });
});
