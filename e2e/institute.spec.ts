import type { Server } from "node:http";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test, unique } from "./fixtures";
import { institute, startInstitute } from "./support/institute";

const id = unique();
const member = `member-${id}@example.org`;
let server: Server | undefined;

test.describe.configure({ mode: "serial" });
test.skip(process.env["E2E_BASE_URL"] !== undefined, "needs a server that knows the test institute");
test.use({ signedIn: false });

test.beforeAll(async ({ session }) => {
  const account = { password: `password ${id}`, project_dirs: ["/tmp"] };
  await session.api.user.create.mutate({ email: member, ...account });
  server = await startInstitute({
    // Names of this run: a subject stays linked to its first account.
    [`member-${id}`]: { email: member.toUpperCase(), email_verified: true },
    [`stranger-${id}`]: { email: `stranger-${id}@example.org`, email_verified: true },
    [`impostor-${id}`]: { email: member, email_verified: false },
  });
});
test.afterAll(() => {
  server?.closeAllConnections();
  server?.close();
});

test.beforeEach(async ({ page }) => {
  // The provider's own pages ask for a font from elsewhere.
  await page.route(
    ({ hostname }) => hostname !== "localhost",
    (route) => route.fulfill({ body: "" }),
  );
});

/** The provider's own pages: log in, then consent. */
async function logInAs(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Continue with ${institute.name}` }).click();
  await page.waitForURL(`${institute.issuer}/**`);
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

test("a member comes back signed in, to the page that was asked for", async ({ page }) => {
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await expectAccessible(page);
  await logInAs(page, `member-${id}`);
  // The account has no compute profile: the page says so, to the right person.
  await expect(page.getByRole("heading", { name: "Your account is not ready yet" })).toBeVisible();
  await expect(page.getByText(member)).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/jobs");
});

test("who has no account here is told so, and whom to ask", async ({ page }) => {
  await page.goto("/login");
  await logInAs(page, `stranger-${id}`);
  await expect(page.getByText("You have no account here yet.")).toBeVisible();
  await expect(page.getByLabel("E-mail")).toBeVisible();
  await expectAccessible(page);
});

test("an address that the institute has not verified opens nobody's account", async ({ page }) => {
  await page.goto("/login");
  await logInAs(page, `impostor-${id}`);
  await expect(page.getByText("Your e-mail address is not verified.")).toBeVisible();
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
});

test("cancelled there, the way back and the password remain", async ({ page }) => {
  await page.goto("/login");
  await page.getByRole("button", { name: `Continue with ${institute.name}` }).click();
  await page.waitForURL(`${institute.issuer}/**`);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByText("The log-in at your institute did not work.")).toBeVisible();
});
