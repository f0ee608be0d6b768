/** Packages are collected by hand from the real index and from wheels; every reason why not is seen, and nothing left. */
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "@playwright/test";
import { TOO_MUCH, pythonWithFullDisk } from "../server/environments/full-disk.testing";
import { writeWheel } from "../server/environments/wheel.testing";
import type { WheelSpec } from "../server/environments/wheel.testing";
import { freePort } from "../server/platform/ports";
import { baseAddress, expect, expectAccessible, waitingForReact } from "./fixtures";
import { logIn } from "./session";
import type { Session } from "./session";
import { makeCollector, test } from "./support/collector";
import type { Collector } from "./support/collector";
import { startQuickstart } from "./support/quickstart";

const PIP_MS = 180_000;
/** Some ninety packages, on a machine that also runs other tests. */
const PUBLISHED_MS = 900_000;

const collection = (page: Page) => page.getByRole("region", { name: "Collection" });

async function chooseWheel(page: Page, folder: string, spec: WheelSpec): Promise<void> {
  const wheel = await writeWheel(path.join(folder, "wheels"), spec);
  await page.goto("/tasks?source=wheel");
  await page.getByLabel("File of the wheel").setInputFiles(wheel);
  await expect(page.getByRole("group", { name: "Wheel" })).toContainText(path.basename(wheel));
}

/** @returns What the server has called the wheel that was sent. */
async function collectWheel(page: Page): Promise<string> {
  const asked = page.waitForRequest(/task\.collect/);
  await page.getByRole("button", { name: "Collect 1.0" }).click();
  const [, upload_id = ""] = /"upload_id":"([\w-]+)"/.exec((await asked).postData() ?? "") ?? [];
  return upload_id;
}

/** The reason is the first thing on the page and the first line of the log; no row and no folder is left. */
async function expectFailed(
  page: Page,
  { session, files }: Pick<Collector, "session" | "files">,
  why: RegExp,
) {
  await expect(collection(page).getByRole("heading", { name: "Not collected" })).toBeVisible({
    timeout: PIP_MS,
  });
  const [activity] = await session.api.task.activities.query();
  expect(activity?.failure).toMatch(why);
  expect(activity?.log.split("\n")[0]).toBe(activity?.failure);
  await expect(
    collection(page)
      .getByText(activity?.failure ?? "", { exact: false })
      .first(),
  ).toBeVisible();
  await expectNothing(session, files);
  await expect(page.getByRole("link", { name: /^My packages/ })).toHaveText(/0$/);
}

async function expectNothing(session: Session, files: Collector["files"]) {
  expect(await session.api.task.groups.query()).toEqual([]);
  expect(await files()).toEqual([]);
}

test("a published package is collected from the index: pre-check, steps, a log that grows, a reload, its tasks", async ({
  page,
  collector,
}) => {
  test.setTimeout(PUBLISHED_MS + 90_000);
  await page.goto("/tasks");
  await page.getByLabel("Package name").fill("Fractal_Tasks_Core");
  const ready = page.getByText(/Ready to collect\. fractal-tasks-core \d+\.\d+\.\d+ fits Python 3\.\d+\./);
  await expect(ready).toBeVisible({ timeout: 40_000 });
  await page.getByRole("button", { name: /^Collect \d+\.\d+\.\d+$/ }).click();
  const log = page.getByRole("region", { name: "Log of the collection" });
  await expect(log).toContainText("fractal-tasks-core");
  const lines = () =>
    page
      .getByText(/^[\d,]+ lines?\b/)
      .first()
      .innerText();
  const before = await lines();
  await expect.poll(lines, { timeout: PIP_MS, message: "the log grows" }).not.toBe(before);
  await page.reload();
  await expect(collection(page).getByRole("list", { name: "Steps" })).toContainText("Choose the packages");
  await expect(collection(page).getByText(/\d+ tasks are ready\./)).toBeVisible({ timeout: PUBLISHED_MS });
  await expectAccessible(page);
  await page.getByRole("link", { name: "Show them" }).click();
  await expect(page.getByRole("table", { name: "Tasks" })).toContainText("yours");
  await page.getByRole("link", { name: /^My packages/ }).click();
  await expect(page.getByRole("row", { name: /fractal-tasks-core/ })).toContainText("Ready");
  await expectAccessible(page);
  expect((await collector.files()).length).toBeGreaterThan(100);
});

test("wheels of two versions lie side by side, a duplicate is refused, and its activity can be read again", async ({
  page,
  collector,
}) => {
  test.setTimeout(PIP_MS);
  for (const version of ["1.2", "1.10"]) {
    await chooseWheel(page, collector.work, { name: "side_tasks", version });
    await page.getByRole("button", { name: `Collect ${version}` }).click();
    await expect(collection(page).getByText("1 task is ready.")).toBeVisible({ timeout: PIP_MS });
  }
  const table = page.getByRole("table", { name: "Tasks" });
  await table.getByRole("button", { name: "2 versions of T" }).click();
  await expect(page.getByRole("menuitem")).toHaveText([/^1\.10/, /^1\.2/]);
  await page.keyboard.press("Escape");
  await chooseWheel(page, collector.work, { name: "side_tasks", version: "1.2.0" });
  await page.getByRole("button", { name: "Collect 1.2.0" }).click();
  await expect(
    page.getByText(/You already have side-tasks 1\.2 on this resource, collected on/),
  ).toBeVisible();
  const groups = await collector.session.api.task.groups.query();
  expect(groups.map(({ version }) => version)).toEqual(["1.10", "1.2"]);
  await page.getByRole("link", { name: /^Activity/ }).click();
  await page.getByRole("link", { name: /side-tasks 1\.10/ }).click();
  await expect(page.getByRole("list", { name: "Steps" })).toContainText("Check 1 command");
  await expectAccessible(page);
});

test("no such version: said before and after, and what was typed stays in the form", async ({
  page,
  collector,
}) => {
  test.setTimeout(PIP_MS);
  await page.goto("/tasks");
  await page.getByLabel("Package name").fill("fractal-tasks-core");
  await page.getByLabel("Version", { exact: true }).fill("99.0");
  const why = /There is no version 99\.0 of fractal-tasks-core\. The newest are /;
  await expect(page.getByRole("form").getByText(why)).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Try anyway" }).click();
  await expectFailed(page, collector, why);
  await page.getByRole("button", { name: "Change and try again" }).click();
  await expect(page.getByLabel("Package name")).toBeFocused();
  await expect(page.getByLabel("Version", { exact: true })).toHaveValue("99.0");
});

test("packages that exclude each other: both are named", async ({ page, collector }) => {
  test.setTimeout(PIP_MS);
  await chooseWheel(page, collector.work, { name: "strict_tasks", requires: ["packaging>=24"] });
  await page.getByRole("button", { name: "Pin a version" }).click();
  await page.getByLabel("Name of pin 1").fill("packaging");
  await page.getByRole("button", { name: "Collect 1.0" }).click();
  await expect(page.getByText("Must be one version, such as 2.1.0.")).toBeVisible();
  await page.getByLabel("Version of pin 1").fill("20.0");
  await page.getByRole("combobox", { name: "Install pin 1" }).click();
  await page.getByRole("option", { name: /^before/ }).click();
  await page.getByRole("button", { name: "Collect 1.0" }).click();
  await expectFailed(page, collector, /^The packages do not fit together: .*packaging==20\.0.*packaging>=24/);
});

test("a Python that the resource has stopped to offer: at its field, with those that it has", async ({
  page,
  api,
  collector,
}) => {
  const { resource_id } = collector;
  const { document, version } = await api.resource.get.query({ resource_id });
  const { versions } = document.tasks_python_config;
  const other = "3.14" in versions ? "3.13" : "3.14";
  const offered = { ...document.tasks_python_config, versions: { ...versions, [other]: "/opt/python" } };
  await api.resource.update.mutate({
    resource_id,
    version,
    document: { ...document, tasks_python_config: offered },
  });
  await chooseWheel(page, collector.work, { name: "some_tasks" });
  await page.getByRole("combobox", { name: "Python" }).click();
  await page.getByRole("option", { name: other }).click();
  const now = await api.resource.get.query({ resource_id });
  await api.resource.update.mutate({ resource_id, version: now.version, document });
  await page.getByRole("button", { name: "Collect 1.0" }).click();
  await expect(page.getByText(`The resource does not offer Python ${other}; it has `)).toBeVisible();
  await expectNothing(collector.session, collector.files);
});

const task = { name: "T", executable_parallel: "task.py" };
for (const [what, spec, why] of [
  [
    "a bad manifest: where in it",
    { manifest: { manifest_version: "2", task_list: [task, { ...task, name: "U", type: "paralel" }] } },
    /^The manifest is not valid at task_list\[1\]\.type: /,
  ],
  [
    "a missing executable: of which task, which file",
    { manifest: { manifest_version: "2", task_list: [{ ...task, executable_parallel: "sub/gone.py" }] } },
    /^The task 'T' has an executable_parallel that points to a missing file: .*sub\/gone\.py\.$/,
  ],
] satisfies [string, Partial<WheelSpec>, RegExp][])
  test(what, async ({ page, collector }) => {
    test.setTimeout(PIP_MS);
    await chooseWheel(page, collector.work, { name: "some_tasks", ...spec });
    const upload_id = await collectWheel(page);
    await expectFailed(page, collector, why);
    // Nor is its wheel; that its file went too is seen where the database is at hand (collect.engine.test.ts).
    await expect(
      collector.session.api.task.collect.mutate({ origin: "wheel-file", upload_id }),
    ).rejects.toThrow("This upload does not exist any more.");
    await expectAccessible(page);
  });

test("what is no wheel is refused before and while it is sent", async ({ page, collector }) => {
  await page.goto("/tasks?source=wheel");
  const send = (name: string, text: string) =>
    page
      .getByLabel("File of the wheel")
      .setInputFiles({ name, mimeType: "application/zip", buffer: Buffer.from(text) });
  await send("photo.png", "pixels");
  await page.getByRole("button", { name: "Collect" }).click();
  await expect(page.getByText(/'photo\.png' is not the name of a wheel/)).toBeVisible();
  await send("some_tasks-1.0-py3-none-any.whl", "no archive");
  await page.getByRole("button", { name: "Collect 1.0" }).click();
  await expect(
    page.getByText(/is not a wheel: a wheel is a zip archive, and this file is not/),
  ).toBeVisible();
  expect(await collector.session.api.task.activities.query()).toEqual([]);
  await expectNothing(collector.session, collector.files);
});

test("a guest sees why they may not collect", async ({ page, api, context }) => {
  const guest = await makeCollector(api, baseAddress(), { is_guest: true });
  await context.addCookies(guest.session.cookies);
  await page.goto("/tasks");
  await expect(
    page
      .getByRole("form")
      .getByText(/^Guest accounts can only read\./)
      .first(),
  ).toBeVisible();
  await expect(page.getByRole("button", { name: "Collect" })).toHaveAttribute("aria-disabled", "true");
  await expectAccessible(page);
  await guest.remove();
});

test("a full disk", async ({ page, api, context }) => {
  test.setTimeout(PIP_MS);
  const shims = await mkdtemp(path.join(tmpdir(), "fractal-full-disk-"));
  const collector = await makeCollector(api, baseAddress(), {
    pythons: { "3.14": await pythonWithFullDisk(shims) },
  });
  try {
    await context.addCookies(collector.session.cookies);
    const spec = { name: "some_tasks", files: { [`some_tasks/${TOO_MUCH}`]: "one byte is too much" } };
    await chooseWheel(page, collector.work, spec);
    await page.getByRole("combobox", { name: "Python" }).click();
    await page.getByRole("option", { name: "3.14" }).click();
    await page.getByRole("button", { name: "Collect 1.0" }).click();
    await expectFailed(
      page,
      collector,
      /^The disk is full: there is no space left for \S*some-tasks\/1\.0\. Free space on it/,
    );
  } finally {
    await collector.remove();
    await rm(shims, { recursive: true });
  }
});

test("an index that cannot be reached, on a server of its own without one", async ({ browser }) => {
  test.setTimeout(PIP_MS + 120_000);
  const dataDir = path.resolve(import.meta.dirname, "artifacts/data-without-index");
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true });
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const args = ["--offline", "--wells", "A01", "--size", "64"];
  const env = { PORT: String(port), FRACTAL_DATA_DIR: dataDir, PIP_NO_INDEX: "", PIP_RETRIES: "0" };
  const server = startQuickstart(args, env);
  try {
    const read = async () => {
      const password = await readFile(path.join(dataDir, "quickstart-password"), "utf8").catch(() => null);
      const session =
        password && (await logIn(url, { email: "admin@example.org", password: password.trim() }));
      return session && server.stdout().includes("Press Ctrl-C") ? session : null;
    };
    const found: { session: Session | null } = { session: null };
    await expect.poll(async () => (found.session ??= await read()), { timeout: PIP_MS }).not.toBeNull();
    if (!found.session) throw new Error("no session");
    const collector = await makeCollector(found.session.api, url);
    const context = await browser.newContext({ baseURL: url });
    await context.addCookies(collector.session.cookies);
    const page = waitingForReact(await context.newPage());
    await page.goto("/tasks");
    await page.getByLabel("Package name").fill("fractal-tasks-core");
    const why = /The package index 127\.0\.0\.1:9 cannot be used: the connection was refused\./;
    await expect(page.getByRole("form").getByText(why)).toBeVisible({ timeout: 60_000 });
    await page.getByLabel("Version", { exact: true }).fill("2.0.0");
    await page.getByRole("button", { name: "Try anyway" }).click();
    await expectFailed(page, collector, why);
    await context.close();
    await collector.remove();
  } finally {
    server.kill("SIGTERM");
    await server.ended;
    await rm(dataDir, { recursive: true, force: true });
  }
});
