import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { createProject } from "@/server/services/project/create";
import { getProject } from "@/server/services/project/get";
import { listProjects } from "@/server/services/project/list";
import { updateProject } from "@/server/services/project/update";
import {
  addMember,
  makeColleague,
  makeDataset,
  makeJob,
  makeRun,
  makeStudy,
  makeUser,
} from "@/server/services/testing";
import { sql } from "drizzle-orm";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

test("a project belongs to its creator and to the resource of their profile", async () => {
  const owner = await makeUser(t.db);
  const { project_id } = await createProject(owner, { name: "Screen 1", description: "first" });
  const view = await getProject(owner, { project_id });
  expect(view).toMatchObject({
    name: "Screen 1",
    description: "first",
    is_owner: true,
    permissions: "rwx",
    can: { write: true, execute: true },
    members: [{ email: owner.user.email, permissions: "rwx", is_owner: true }],
    last_job: null,
  });
  expect(view.timestamp_created).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test("the name of a project is free once per owner", async () => {
  const owner = await makeUser(t.db);
  const other = await makeColleague(owner);
  const { project_id } = await createProject(owner, { name: "Same" });
  await expect(createProject(owner, { name: "Same" })).rejects.toMatchObject({
    fields: { name: "This name is taken." },
  });
  await createProject(other, { name: "Same" });
  await updateProject(owner, { project_id, name: "Same", description: null });
  await createProject(owner, { name: "Second" });
  await expect(updateProject(owner, { project_id, name: "Second" })).rejects.toMatchObject({
    tag: "InvalidInput",
  });
});

test("the list counts what is in a project and tells its last fortnight", async () => {
  const study = await makeStudy(t.db);
  await makeDataset(t.db, study.project.id, { deleted_at: "2026-01-01T00:00:00Z" });
  await t.db.execute(sql`UPDATE image SET removed_at = now() WHERE id = ${study.images[0]?.id}`);
  const failed = await makeJob(t.db, study, {
    state: "failed",
    start_timestamp: new Date(Date.now() - 3 * 86_400_000).toISOString(),
  });
  await makeRun(t.db, study, failed.id, { num_failed: 2 });
  const running = await makeJob(t.db, study, { state: "running" });
  const [summary, ...rest] = await listProjects(study.owner);
  expect(rest).toEqual([]);
  expect(summary).toMatchObject({
    datasets: 1,
    workflows: 1,
    images: 1,
    last_job: { id: running.id, state: "running" },
  });
  expect(summary?.days).toHaveLength(14);
  expect(summary?.days[10]).toBe("failed");
  expect(summary?.days[13]).toBe("running");
  expect(summary?.days.filter((day) => day === "none")).toHaveLength(12);
});

test("readers see the project and cannot change it; strangers do not see it", async () => {
  const { owner, project } = await makeStudy(t.db);
  const reader = await makeColleague(owner);
  await addMember(t.db, project.id, reader, "r");
  expect((await listProjects(reader)).map((one) => one.id)).toEqual([project.id]);
  expect(await listProjects(await makeColleague(owner))).toEqual([]);
  await expect(updateProject(reader, { project_id: project.id, name: "Mine" })).rejects.toMatchObject({
    tag: "Forbidden",
  });
});

test("guests create no projects", async () => {
  const guest = await makeUser(t.db, { is_guest: true });
  await expect(createProject(guest, { name: "No" })).rejects.toMatchObject({ tag: "Forbidden" });
});
