/** Packages by script, against the real server: look into the index, upload, collect, follow, see the tasks. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uploads } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { ActivityView, Uploaded } from "@/server/contracts/task";
import { NOTHING, leftOvers, makeCollectWorld, removeWorld } from "@/server/environments/testing";
import { writeWheel } from "@/server/environments/wheel.testing";
import type { CollectWorld } from "@/server/environments/testing";
import { freePort } from "@/server/platform/ports";
import { logIn } from "./session";
import type { Session } from "./session";
import { waitUntil } from "./support/quickstart";

let t: Awaited<ReturnType<typeof createTestDb>>;
let world: CollectWorld;
let wheels: string;
let url: string;
let server: ChildProcess;
let ended: Promise<unknown>;
let session: Session;

beforeAll(async () => {
  t = await createTestDb();
  world = await makeCollectWorld(t);
  wheels = path.join(world.work, "wheels");
  mkdirSync(wheels);
  const port = await freePort();
  url = `http://localhost:${port}`;
  const { PATH, HOME } = process.env;
  server = spawn(process.execPath, ["--import", "tsx", "server/main.ts"], {
    env: {
      ...{ PATH, HOME, NODE_ENV: "production", PORT: String(port), DATABASE_URL: t.url },
      ...{ FRACTAL_DATA_DIR: world.dataDir, FRACTAL_MAX_UPLOAD_MB: "1" },
      // The index of the server's pip: a folder of wheels.
      ...{ PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels },
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  ended = new Promise((resolve) => server.once("exit", resolve));
  let said = "";
  server.stdout?.on("data", (bytes: Buffer) => (said += bytes.toString()));
  await waitUntil(() => said.includes('"msg":"ready"') || server.exitCode !== null);
  const { email } = (world.ctx.actor as { user: { email: string } }).user;
  const found = await logIn(url, { email, password: "a long password" });
  if (!found) throw new Error(`the log-in was refused: ${said}`);
  session = found;
});
afterAll(async () => {
  server.kill("SIGTERM");
  await ended;
  await t.drop();
  await removeWorld(world);
});

const send = (
  name: string,
  body: BodyInit | null,
  headers: Record<string, string> = { cookie: session.cookie },
) => fetch(`${url}/api/upload?name=${encodeURIComponent(name)}`, { method: "POST", body, headers });
const stored = () => readdir(path.join(world.dataDir, "uploads")).catch(() => []);

/** The logs that a reader has seen, each longer than the one before, and the end. */
async function follow(activity_id: number): Promise<{ end: ActivityView; titles: Set<string> }> {
  const titles = new Set<string>();
  for (let log = ""; ;) {
    const activity = await session.api.task.activity.query({ activity_id });
    if (activity.timestamp_ended !== null) return { end: activity, titles };
    expect(activity.log.startsWith(log)).toBe(true);
    log = activity.log;
    for (const { title, state } of activity.steps) if (state === "running") titles.add(title);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("a wheel by script: uploaded, collected, followed, its tasks seen; a second time it is refused", async () => {
  const wheel = await writeWheel(path.join(world.work, "own"), { name: "own_tasks", version: "1.2" });
  const bytes = await readFile(wheel);
  const answer = await send(path.basename(wheel), new Uint8Array(bytes));
  expect(answer.status).toBe(201);
  const uploaded = (await answer.json()) as Uploaded;
  expect(uploaded).toMatchObject({
    file_name: "own_tasks-1.2-py3-none-any.whl",
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  const input = { origin: "wheel-file", upload_id: uploaded.upload_id } as const;
  const { activity_id, task_group_id } = await session.api.task.collect.mutate(input);
  await expect(session.api.task.collect.mutate(input)).rejects.toThrow(/own-tasks 1\.2 is already under way/);

  const { end, titles } = await follow(activity_id);
  expect(end).toMatchObject({ status: "OK", failure: null, pkg_name: "own-tasks", version: "1.2" });
  expect(end.steps.map(({ state }) => state)).toEqual(["done", "done", "done", "done", "done"]);
  expect([...titles]).toContain(`Create the Python ${world.python} environment`);
  expect(end.log).toContain(
    "Successfully installed own_tasks-1.2".replace("own_tasks", "own-tasks").slice(0, 22),
  );
  const groups = await session.api.task.groups.query();
  expect(groups).toMatchObject([
    { id: task_group_id, origin: "wheel-file", version: "1.2", active: true, tasks: [{ name: "T" }] },
  ]);
  await expect(session.api.task.collect.mutate(input)).rejects.toThrow(/does not exist any more/);
  expect(await stored()).toEqual([]);
});

test("by the example script with a token: a wheel and a version of the index, the log as it grows, the reason", async () => {
  const { token } = await session.api.token.create.mutate({
    name: "collects",
    scopes: ["read", "write"],
    expires_in_days: 1,
  });
  const run = (...args: string[]) =>
    execa("npx", ["tsx", "examples/scripts/collect-package.ts", ...args], {
      env: { FRACTAL_URL: url, FRACTAL_TOKEN: token },
      reject: false,
    });
  const wheel = await writeWheel(path.join(world.work, "own"), { name: "sent_tasks" });
  const sent = await run("--wheel", wheel, "--python", world.python);
  expect(sent).toMatchObject({ exitCode: 0, stderr: "" });
  expect(sent.stdout).toMatch(/Create the Python [\s\S]*Found 1 task: T\nT \(parallel\)$/);
  await writeWheel(wheels, { name: "scripted_tasks", version: "1.1" });
  expect(await run("--package", "scripted-tasks")).toMatchObject({ exitCode: 0, stderr: "" });
  const again = await run("--package", "scripted-tasks", "--version", "1.1.0");
  expect([again.exitCode, again.stderr]).toEqual([
    1,
    expect.stringMatching(/^You already have scripted-tasks 1\.1 on this resource/),
  ]);
  const failed = await run("--package", "scripted-tasks", "--version", "3");
  expect([failed.exitCode, failed.stderr]).toEqual([
    1,
    "There is no version 3 of scripted-tasks. The only one is 1.1.",
  ]);
});

test("from the index: found with its versions, the newest stable one collected beside an older one", async () => {
  await writeWheel(wheels, { name: "two_tasks", version: "1.9" });
  await writeWheel(wheels, { name: "two_tasks", version: "1.10" });
  await writeWheel(wheels, { name: "two_tasks", version: "2.0rc1" });
  const found = await session.api.task.findPackage.query({ package: "Two.Tasks" });
  expect(found).toEqual({
    pkg_name: "two-tasks",
    version: "1.10",
    versions: ["2.0rc1", "1.10", "1.9"],
    python_version: world.python,
    task_group_id: null,
  });
  const both = [
    await session.api.task.collect.mutate({ origin: "pypi", package: "two-tasks" }),
    await session.api.task.collect.mutate({ origin: "pypi", package: "two-tasks", package_version: "1.9" }),
  ];
  for (const { activity_id } of both) expect((await follow(activity_id)).end).toMatchObject({ status: "OK" });
  const groups = (await session.api.task.groups.query()).filter(({ pkg_name }) => pkg_name === "two-tasks");
  expect(groups.map(({ version, origin }) => [version, origin])).toEqual([
    ["1.10", "pypi"],
    ["1.9", "pypi"],
  ]);
  const again = await session.api.task.findPackage.query({ package: "two-tasks", package_version: "1.9" });
  expect(again).toMatchObject({ version: "1.9", task_group_id: both[1]?.task_group_id });
  await expect(
    session.api.task.collect.mutate({ origin: "pypi", package: "two-tasks", package_version: "1.9.0" }),
  ).rejects.toThrow(/^You already have two-tasks 1\.9 on this resource/);
});

test.each([
  [{ package: "gone-tasks" }, "package", /^There is no package called gone-tasks in the index\./],
  [
    { package: "three-tasks", package_version: "9" },
    "package_version",
    /^There is no version 9 of three-tasks\. The only one is 1\.0\.$/,
  ],
  [{ package: "newer-tasks" }, "python_version", /^newer[-_]tasks needs Python >=3\.99/],
] as const)("what the index has not is said at its field: %j", async (input, field, why) => {
  await writeWheel(wheels, { name: "three_tasks" });
  await writeWheel(wheels, { name: "newer_tasks", requires_python: ">=3.99" });
  await expect(session.api.task.findPackage.query(input)).rejects.toMatchObject({
    message: expect.stringMatching(why) as unknown,
    data: { fields: { [field]: expect.stringMatching(why) as unknown } },
  });
});

test("a failed collection says why and leaves nothing", async () => {
  await writeWheel(wheels, { name: "lost_tasks", requires: ["lost-lib"] });
  const input = { origin: "pypi", package: "lost-tasks" } as const;
  const { activity_id } = await session.api.task.collect.mutate(input);
  const { end } = await follow(activity_id);
  expect(end).toMatchObject({
    status: "failed",
    task_group_id: null,
    failure: expect.stringMatching(
      /needs lost-lib: there is no package called lost-lib in the index\./,
    ) as unknown,
  });
  expect(end.log.split("\n")[0]).toBe(end.failure);
  const { groups } = await leftOvers(world);
  expect(groups.map(({ pkg_name }) => pkg_name)).not.toContain("lost-tasks");
  expect(
    await leftOvers(world, path.join(world.work, "tasks", String(world.userId), "lost-tasks")),
  ).toMatchObject({
    files: NOTHING.files,
  });
});

test("a failed collection of a wheel leaves neither its file nor its row", async () => {
  const wheel = await writeWheel(path.join(world.work, "own"), {
    name: "lost_tasks",
    requires: ["lost-lib"],
  });
  const answer = await send(path.basename(wheel), new Uint8Array(await readFile(wheel)));
  const { upload_id } = (await answer.json()) as Uploaded;
  expect(await stored()).toEqual([upload_id]);
  const input = { origin: "wheel-file", upload_id } as const;
  const { activity_id } = await session.api.task.collect.mutate(input);
  const { end } = await follow(activity_id);
  expect(end).toMatchObject({
    status: "failed",
    failure: expect.stringMatching(/needs lost-lib/) as unknown,
  });
  expect((await leftOvers(world)).uploads).toEqual([]);
  // The file goes after the row.
  await expect.poll(stored).toEqual([]);
  await expect(session.api.task.collect.mutate(input)).rejects.toThrow(/does not exist any more/);
});

const NAME = "some_tasks-1.0-py3-none-any.whl";
const ZIP = "PK\u0003\u0004";

test.each<[string, () => Promise<Response>, number, RegExp]>([
  ["no session", () => send(NAME, ZIP, {}), 401, /not signed in/],
  [
    "another site",
    () => send(NAME, ZIP, { cookie: session.cookie, origin: "https://evil.example" }),
    403,
    /came from another site/,
  ],
  [
    "another method",
    () => fetch(`${url}/api/upload?name=${NAME}`, { headers: { cookie: session.cookie } }),
    405,
    /Send the file with POST/,
  ],
  ["no name", () => send("", ZIP), 400, /The name of the file is missing/],
  ["a wrong name", () => send("some_tasks.zip", ZIP), 400, /^'some_tasks\.zip' is not the name of a wheel/],
  ["no bytes", () => send(NAME, null), 400, /is empty\.$/],
  ["no zip archive", () => send(NAME, "hello"), 400, /a wheel is a zip archive/],
  ["too many bytes", () => send(NAME, ZIP + "x".repeat(2e6)), 400, /larger than 1 MB, which is the most/],
])("an upload with %s: a clear answer, and nothing is kept", async (_, ask, status, why) => {
  const answer = await ask();
  expect(answer.status).toBe(status);
  expect(((await answer.json()) as { error: string }).error).toMatch(why);
  expect(await stored()).toEqual([]);
});

test("an upload that breaks off leaves nothing", async () => {
  const before = await t.db.select().from(uploads);
  const socket = connect(Number(new URL(url).port), "localhost");
  const head = `POST /api/upload?name=${NAME} HTTP/1.1\r\nHost: x\r\nCookie: ${session.cookie}\r\nContent-Length: 1000\r\n\r\n`;
  socket.write(head + ZIP);
  await waitUntil(async () => (await stored()).length === 1);
  socket.destroy();
  await waitUntil(async () => (await stored()).length === 0);
  expect(await t.db.select().from(uploads)).toEqual(before);
});
