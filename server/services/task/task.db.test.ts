import { afterAll, beforeAll, expect, test } from "vitest";
import { and, eq } from "drizzle-orm";
import { leases, taskGroups } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { getActivity, listActivities } from "@/server/services/task/activities";
import { collectWheel } from "@/server/services/task/collect-wheel";
import { getTask } from "@/server/services/task/get";
import { listTaskGroups } from "@/server/services/task/list-groups";
import { makeColleague, makeStudy, makeTaskGroup, makeUser } from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const WHEEL = "/wheels/My_Tasks-1.2.0-py3-none-any.whl";

test("a collection is written down for the runner, and its group is not active yet", async () => {
  const user = await makeUser(t.db);
  const { activity_id, task_group_id } = await collectWheel(user, { wheel_path: WHEEL });
  const [group] = await t.db.select().from(taskGroups).where(eq(taskGroups.id, task_group_id));
  expect(group).toMatchObject({
    pkg_name: "my-tasks",
    version: "1.2.0",
    python_version: "3.12",
    active: false,
    origin: "wheel-file",
    path: `/srv/tasks/${user.user.id}/my-tasks/1.2.0`,
    archive_path: WHEEL,
  });
  const lease = and(eq(leases.kind, "activity"), eq(leases.id, activity_id));
  expect(await t.db.select().from(leases).where(lease)).toMatchObject([
    { owner: null, expires_at: "-infinity" },
  ]);
  expect(await getActivity(user, { activity_id })).toMatchObject({ status: "pending", action: "collect" });
  expect(await listTaskGroups(user)).toMatchObject([{ id: task_group_id, active: false, tasks: [] }]);
});

test("the same version is not collected twice", async () => {
  const user = await makeUser(t.db);
  await collectWheel(user, { wheel_path: WHEEL });
  await expect(collectWheel(user, { wheel_path: WHEEL })).rejects.toThrow(/already have my-tasks 1.2.0/);
  expect(await listActivities(user)).toHaveLength(1);
});

test.each([
  ["/wheels/not-a-wheel.whl", {}, "wheel_path"],
  ["/wheels/../my_tasks-1.2.0-py3-none-any.whl", {}, "wheel_path"],
  [WHEEL, { python_version: "3.9" as const }, "python_version"],
])("%s %j is refused at its field", async (wheel_path, part, field) => {
  const user = await makeUser(t.db);
  await expect(collectWheel(user, { wheel_path, ...part })).rejects.toMatchObject({
    fields: { [field]: expect.any(String) as unknown },
  });
});

test("guests and people without a profile collect nothing", async () => {
  const guest = await makeUser(t.db, { is_guest: true });
  const noProfile = await makeUser(t.db, { profile_id: null });
  for (const user of [guest, noProfile])
    await expect(collectWheel(user, { wheel_path: WHEEL })).rejects.toMatchObject({ tag: "Forbidden" });
});

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
  const { activity_id } = await collectWheel(user, { wheel_path: WHEEL });
  const colleague = await makeColleague(user);
  expect(await listActivities(colleague)).toEqual([]);
  await expect(getActivity(colleague, { activity_id })).rejects.toMatchObject({ tag: "NotFound" });
});
