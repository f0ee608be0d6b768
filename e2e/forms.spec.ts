/** Argument forms in a real browser, under the page's security policy: hard schemas, and every collected one. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import type { Uploaded } from "@/server/contracts/task";
import { findSchemaProblem } from "@/server/platform/schema-check";
import { baseAddress, expect, expectAccessible, test, unique } from "./fixtures";
import type { Session } from "./session";
import { hardSchemas, type HardSchema } from "./support/hard-schemas";
import { makeWheel } from "./support/wheel";

type Api = Session["api"];
type Args = Record<string, unknown>;

// Dozens of schemas each, one after another; the machine may be busy.
const MANY_MS = 480_000;
const COLLECTION_MS = 120_000;

// A field that is not there is said soon, not at the end of the test.
test.use({ actionTimeout: 15_000 });

const taskName = (hard: HardSchema) => hard.name.replaceAll("-", " ");

/** What the collection lets in; the rest is the business of the unit tests. */
const collectable = hardSchemas.filter(({ schema }) => findSchemaProblem(schema) === null);

/** One package per dialect, since the manifest names one. */
async function collectHard({ api, cookie }: Session, version: string): Promise<Map<string, number>> {
  const name = `hard_${version}_${unique()}`;
  const manifest = {
    manifest_version: "2",
    has_args_schemas: true,
    args_schema_version: version,
    task_list: collectable
      .filter((hard) => hard.version === version)
      .map((hard) => ({
        name: taskName(hard),
        type: "parallel",
        executable_parallel: "task.py",
        args_schema_parallel: hard.schema,
      })),
  };
  const files = { "__init__.py": "", "task.py": "", "__FRACTAL_MANIFEST__.json": JSON.stringify(manifest) };
  const wheel_path = await makeWheel(name, "1.0.0", files);
  const { upload_id } = await upload(cookie, wheel_path);
  const { activity_id } = await api.task.collect.mutate({ origin: "wheel-file", upload_id });
  await expect
    .poll(async () => (await api.task.activity.query({ activity_id })).status, { timeout: COLLECTION_MS })
    .toBe("OK");
  const groups = await api.task.groups.query();
  const group = groups.find(({ pkg_name }) => pkg_name === name.replaceAll("_", "-"));
  return new Map((group?.tasks ?? []).map((task) => [task.name, task.id]));
}

async function upload(cookie: string, file: string): Promise<Uploaded> {
  const address = `${baseAddress()}/api/upload?name=${path.basename(file)}`;
  const answer = await fetch(address, { method: "POST", headers: { cookie }, body: await readFile(file) });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Uploaded;
}

type Stored = { args_parallel?: Args; args_non_parallel?: Args };

async function addTask(api: Api, workflow_id: number, task_id: number, stored: Stored = {}): Promise<number> {
  const { workflow_task_id } = await api.workflow.addTask.mutate({
    workflow_id,
    task_id,
    ...stored,
  } as Parameters<Api["workflow"]["addTask"]["mutate"]>[0]);
  return workflow_task_id;
}

async function argsOf(api: Api, workflow_id: number, id: number) {
  const { tasks } = await api.workflow.get.query({ workflow_id });
  const task = tasks.find((one) => one.id === id);
  return { parallel: task?.args_parallel ?? {}, non_parallel: task?.args_non_parallel ?? {} };
}

/** A label, also where it says that it is required or changed. */
const named = (label: string) =>
  new RegExp(`^${label.replaceAll(/[.()]/g, "\\$&")}(?: required)?(?: ?, changed)?$`);

const newWorkflow = async (api: Api, project_id: number) =>
  (await api.workflow.create.mutate({ project_id, name: `Forms ${unique()}` })).workflow_id;

async function open(page: Page, workflow_id: number, task: number) {
  await page.goto(`/workflows/${workflow_id}?task=${task}`);
  const pane = page.getByRole("region", { name: /^Task \d+$/ });
  await expect(pane.getByRole("link", { name: "Arguments" })).toBeVisible();
  return pane;
}

const versions = [...new Set(collectable.map(({ version }) => version))];

for (const version of versions)
  test(`hard schemas of ${version}: drawn or said why not, kept as stored, one edit stored as typed`, async ({
    page,
    api,
    session,
    project,
  }) => {
    test.setTimeout(MANY_MS);
    const ids = await collectHard(session, version);
    for (const hard of collectable.filter((one) => one.version === version))
      await test.step(hard.name, async () => {
        const task_id = ids.get(taskName(hard)) ?? 0;
        const workflow_id = await newWorkflow(api, project.id);
        const stored = hard.edit?.from ?? hard.valid[0] ?? {};
        const id = await addTask(api, workflow_id, task_id, { args_parallel: stored });
        const pane = await open(page, workflow_id, id);
        const fallback = pane.getByText(/They are edited as JSON instead/);
        if (hard.drawn === true) await expect(fallback).toHaveCount(0);
        else await expect(fallback).toContainText(hard.drawn);
        // Looking changes nothing: there is nothing to save, and what was stored is there.
        await expect(pane.getByRole("button", { name: /^Save/ })).toHaveCount(0);
        expect((await argsOf(api, workflow_id, id)).parallel).toEqual(stored);
        if (hard.edit === undefined) return;
        const [label = "", nth = "0"] = hard.edit.label.split(" >> ");
        // What is nothing but defaults is folded away.
        const folded = pane.locator("details:not([open]) > summary");
        while ((await folded.count()) > 0) await folded.first().click();
        const input = pane.getByRole("textbox", { name: named(label) }).nth(Number(nth));
        await input.fill(hard.edit.type);
        await page.keyboard.press("Control+s");
        await expect(page.getByText(/^Saved /).last()).toBeVisible();
        await expect(pane.getByRole("button", { name: /^Save/ })).toHaveCount(0);
        expect((await argsOf(api, workflow_id, id)).parallel).toEqual(hard.edit.stored);
      });
  });

test("every task of every collected package has a form that leaves its values as they are", async ({
  page,
  api,
  project,
}) => {
  test.setTimeout(MANY_MS);
  const groups = await api.task.groups.query();
  // The packages of the tests above are judged there: some of their forms are JSON on purpose.
  const tasks = groups
    .filter(({ active, pkg_name }) => active && !pkg_name.startsWith("hard-"))
    .flatMap((group) => group.tasks);
  expect(tasks.length).toBeGreaterThan(0);
  const workflow_id = await newWorkflow(api, project.id);
  for (const task of tasks)
    await test.step(`${task.pkg_name} ${task.version}: ${task.name}`, async () => {
      const id = await addTask(api, workflow_id, task.id);
      const before = await argsOf(api, workflow_id, id);
      const pane = await open(page, workflow_id, id);
      await expect(
        pane.getByRole("group").or(pane.getByText("This task has no arguments.")).first(),
      ).toBeVisible();
      await expect(pane.getByText(/They are edited as JSON instead/)).toHaveCount(0);
      await expect(pane.getByRole("button", { name: /^Save/ })).toHaveCount(0);
      expect(await argsOf(api, workflow_id, id)).toEqual(before);
    });
});

test("wrong arguments are refused at their field when saved, and before a run", async ({
  page,
  api,
  session,
  project,
  dataset,
}) => {
  test.setTimeout(MANY_MS);
  const ids = await collectHard(session, "pydantic_v2");
  const workflow_id = await newWorkflow(api, project.id);
  const id = await addTask(api, workflow_id, ids.get("list of objects") ?? 0, {
    args_parallel: { acquisitions: [{ path: "/a", channels: [{ color: "FF0000" }] }] },
  });
  const pane = await open(page, workflow_id, id);
  await test.step("while typing, in words", async () => {
    await pane.getByLabel(named("Color")).fill("red");
    await expect(pane.getByLabel(named("Color"))).toHaveAccessibleDescription(/Must match/);
    await page.keyboard.press("Control+s");
    await expect(pane.getByText("Acquisitions › entry 1 › Channels › entry 1 › Color").first()).toBeVisible();
    await expectAccessible(page);
    await pane.getByRole("button", { name: "Discard" }).click();
  });
  await test.step("what is missing stops the run, by the words of the form", async () => {
    const preview = await api.job.preview.query({ dataset_id: dataset.id, workflow_id });
    expect(preview.problems.join(" ")).toContain(
      "argument 'Acquisitions › entry 1 › Channels › entry 1 › Label': Is required.",
    );
  });
});

test("a choice of thousands is found by typing", async ({ page, api, session, project }) => {
  test.setTimeout(MANY_MS);
  const ids = await collectHard(session, "pydantic_v2");
  const workflow_id = await newWorkflow(api, project.id);
  const id = await addTask(api, workflow_id, ids.get("huge enum") ?? 0);
  const pane = await open(page, workflow_id, id);
  await pane.getByLabel(named("Gene")).fill("4321");
  await page.getByRole("option", { name: "GENE4321" }).click();
  await page.keyboard.press("Control+s");
  await expect(page.getByText(/^Saved /)).toBeVisible();
  expect((await argsOf(api, workflow_id, id)).parallel).toEqual({ gene: "GENE4321" });
});
