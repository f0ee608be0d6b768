import { afterAll, beforeAll, expect, test } from "vitest";
import { and, eq, sql } from "drizzle-orm";
import { leases, taskGroupActivities, taskGroups } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import type { CollectInput } from "@/server/contracts/task";
import { getActivity, listActivities } from "@/server/services/task/activities";
import { collectPackage } from "@/server/services/task/collect";
import { findPackage } from "@/server/services/task/find-package";
import { getTask } from "@/server/services/task/get";
import { listTaskGroups } from "@/server/services/task/list-groups";
import { makeColleague, makeStudy, makeTaskGroup, makeUser } from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const pypi = (package_version: string, part: object = {}) =>
  ({ origin: "pypi", package: "My.Tasks", package_version, ...part }) as const;

test("a collection is written down for the runner, and its group is not active yet", async () => {
  const user = await makeUser(t.db);
  const input = pypi("1.2.0", {
    package_extras: "gpu, napari",
    pinned_package_versions_pre: { numpy: "2.0" },
    pinned_package_versions_post: { zarr: "3.1" },
  });
  const { activity_id, task_group_id } = await collectPackage(user, input);
  const [group] = await t.db.select().from(taskGroups).where(eq(taskGroups.id, task_group_id));
  expect(group).toMatchObject({
    pkg_name: "my-tasks",
    version: "1.2.0",
    python_version: "3.12",
    active: false,
    origin: "pypi",
    path: `/srv/tasks/${user.user.id}/my-tasks/1.2.0`,
    archive_path: null,
    pip_extras: "gpu,napari",
    pinned_package_versions_pre: { numpy: "2.0" },
    pinned_package_versions_post: { zarr: "3.1" },
  });
  const lease = and(eq(leases.kind, "activity"), eq(leases.id, activity_id));
  expect(await t.db.select().from(leases).where(lease)).toMatchObject([
    { owner: null, expires_at: "-infinity" },
  ]);
  const activity = await getActivity(user, { activity_id });
  expect(activity).toMatchObject({ status: "pending", action: "collect", failure: null });
  expect(activity.steps.map(({ title, state }) => [title, state])).toEqual([
    ["Create the Python 3.12 environment", "pending"],
    ["Choose the packages", "pending"],
    ["Install the packages", "pending"],
    ["Install 1 package afterwards", "pending"],
    ["Read the manifest", "pending"],
    ["Check the commands", "pending"],
  ]);
  expect(await listTaskGroups(user)).toMatchObject([{ id: task_group_id, active: false, tasks: [] }]);
});

test("versions lie side by side; one version is not collected twice, however it is spelled", async () => {
  const user = await makeUser(t.db);
  const { task_group_id } = await collectPackage(user, pypi("1.2.0"));
  await collectPackage(user, pypi("1.3.0"));
  await expect(collectPackage(user, pypi("1.2"))).rejects.toMatchObject({
    tag: "Conflict",
    message: "The collection of my-tasks 1.2.0 is already under way.",
  });
  await endCollection(task_group_id);
  await expect(collectPackage(user, pypi("v1.2.0"))).rejects.toThrow(
    /^You already have my-tasks 1\.2\.0 on this resource, collected on \d{4}-\d\d-\d\d for Python 3\.12\.$/,
  );
  // As somebody will find it who has deactivated it.
  await t.db.update(taskGroups).set({ active: false }).where(eq(taskGroups.id, task_group_id));
  await expect(collectPackage(user, pypi("1.2.0"))).rejects.toThrow(
    /^You already have my-tasks 1\.2\.0 on this resource, .*, but it is not active\. Collect another version\.$/,
  );
  expect(await listActivities(user)).toHaveLength(2);
  // Of another person it is another group.
  await collectPackage(await makeColleague(user), pypi("1.2.0"));
});

test("of many spellings of one version that are sent at the same time one is collected", async () => {
  const user = await makeUser(t.db);
  const spellings = ["1.0", "1.0.0", "v1.0", "1", "1.0.0.0", "0!1.0"];
  const answers = await Promise.allSettled(spellings.map((version) => collectPackage(user, pypi(version))));
  const refused = answers
    .filter((answer) => answer.status === "rejected")
    .map(({ reason }) => String(reason));
  expect(refused).toHaveLength(spellings.length - 1);
  for (const why of refused) expect(why).toMatch(/The collection of my-tasks \S+ is already under way\.$/);
  expect(await listTaskGroups(user)).toHaveLength(1);
});

async function endCollection(task_group_id: number): Promise<void> {
  await t.db
    .update(taskGroupActivities)
    .set({ status: "OK", timestamp_ended: sql`clock_timestamp()` })
    .where(eq(taskGroupActivities.task_group_id, task_group_id));
  await t.db.update(taskGroups).set({ active: true }).where(eq(taskGroups.id, task_group_id));
}

test.each([
  [pypi("1.2.0", { python_version: "3.9" }), "python_version", /does not offer Python 3\.9; it has 3\.12/],
  [
    { origin: "wheel-file" as const, upload_id: "00000000-0000-4000-8000-000000000000" },
    "upload_id",
    /does not exist any more/,
  ],
])("%j is refused at its field", async (input, field, why) => {
  const user = await makeUser(t.db);
  await expect(collectPackage(user, input as CollectInput)).rejects.toMatchObject({
    fields: { [field]: expect.stringMatching(why) as unknown },
  });
});

test("guests and people without a profile collect nothing", async () => {
  const guest = await makeUser(t.db, { is_guest: true });
  const noProfile = await makeUser(t.db, { profile_id: null });
  for (const user of [guest, noProfile])
    await expect(collectPackage(user, pypi("1.2.0"))).rejects.toMatchObject({ tag: "Forbidden" });
});

test("without a version a runner is asked; when none answers, nothing is written", async () => {
  const user = await makeUser(t.db);
  const { package_version: _, ...input } = pypi("1.2.0");
  const answers = answerCalls(user, (args) => {
    expect(args).toMatchObject({ package: "My.Tasks", python_version: "3.12" });
    return { ok: true, version: "2.0", versions: ["2.0", "1.2.0"] };
  });
  const { task_group_id } = await collectPackage(user, input);
  await answers;
  expect(await listTaskGroups(user)).toMatchObject([{ id: task_group_id, version: "2.0" }]);

  const found = answerCalls(user, () => ({ ok: true, version: "2.0", versions: ["2.0"] }));
  expect(await findPackage(user, { package: "my-tasks" })).toEqual({
    pkg_name: "my-tasks",
    version: "2.0",
    versions: ["2.0"],
    python_version: "3.12",
    task_group_id,
  });
  await found;
});

test.each([
  ["no_package", { tag: "InvalidInput", fields: { package: "Why." } }],
  ["no_version", { tag: "InvalidInput", fields: { package_version: "Why." } }],
  ["python", { tag: "InvalidInput", fields: { python_version: "Why." } }],
  ["unreachable", { tag: "Precondition", message: "Why." }],
])("what a runner finds is said at its field: %s", async (kind, error) => {
  const user = await makeUser(t.db);
  const answers = answerCalls(user, () => ({ ok: false, kind, reason: "Why." }));
  await expect(findPackage(user, { package: "my-tasks" })).rejects.toMatchObject(error);
  await answers;
});

/** The next call of this user, answered as a runner would. */
async function answerCalls(
  { user }: { user: { id: number } },
  answer: (args: unknown) => unknown,
): Promise<void> {
  for (;;) {
    const rows = await t.db.execute<{ id: number; args: unknown }>(
      sql`SELECT id, args FROM runner_call WHERE user_id = ${user.id} AND answer IS NULL`,
    );
    const call = rows[0];
    if (call) {
      const value = JSON.stringify({ ok: true, value: answer(call.args) });
      await t.db.execute(sql`UPDATE runner_call SET answer = ${value}::text::jsonb WHERE id = ${call.id}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("packages are seen on their resource only, newest version first, with where they are used", async () => {
  const { owner, group, task } = await makeStudy(t.db);
  await makeTaskGroup(owner, { pkg_name: group.pkg_name, version: "1.10.0" });
  await makeTaskGroup(owner, { pkg_name: group.pkg_name, version: "1.9.0" });
  const listed = await listTaskGroups(await makeColleague(owner));
  expect(listed.map((one) => [one.version, one.used_by])).toEqual([
    ["1.10.0", 0],
    ["1.9.0", 0],
    ["1.0.0", 1],
  ]);
  expect(listed[2]).toMatchObject({ owner_email: owner.user.email, tasks: [{ id: task.id }] });
  expect(await getTask(owner, { task_id: task.id })).toMatchObject({ version: "1.0.0" });
  const elsewhere = await makeUser(t.db);
  expect(await listTaskGroups(elsewhere)).toEqual([]);
  await expect(getTask(elsewhere, { task_id: task.id })).rejects.toMatchObject({ tag: "NotFound" });
});

test("activities belong to the person who started them", async () => {
  const user = await makeUser(t.db);
  const { activity_id } = await collectPackage(user, pypi("1.2.0"));
  const colleague = await makeColleague(user);
  expect(await listActivities(colleague)).toEqual([]);
  await expect(getActivity(colleague, { activity_id })).rejects.toMatchObject({ tag: "NotFound" });
});
