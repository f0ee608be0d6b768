import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import {
  requireCompute,
  requireDataset,
  requireJob,
  requireProject,
  requireSuperuser,
  requireUnit,
  requireUser,
  requireWorkflowTask,
} from "@/server/services/access";
import { systemContext } from "@/server/services/context";
import {
  addMember,
  makeColleague,
  makeJob,
  makeRun,
  makeStudy,
  makeUnits,
  makeUser,
} from "@/server/services/testing";
import type { Study } from "@/server/services/testing";
import { sql } from "drizzle-orm";

let t: TestDb;
let study: Study;
beforeAll(async () => {
  t = await createTestDb();
  study = await makeStudy(t.db);
});
afterAll(() => t.drop());

test("a stranger learns of nothing in the project", async () => {
  const stranger = await makeColleague(study.owner);
  const job = await makeJob(t.db, study, { state: "done" });
  const run = await makeRun(t.db, study, job.id);
  const [unit] = await makeUnits(t.db, run.id, [{ state: "done" }]);
  const answers = await Promise.allSettled([
    requireProject(stranger, study.project.id, "read"),
    requireDataset(stranger, study.dataset.id, "read"),
    requireWorkflowTask(stranger, study.step.id, "read"),
    requireJob(stranger, job.id, "read"),
    requireUnit(stranger, unit?.id ?? 0, "execute"),
  ]);
  for (const answer of answers) expect(answer).toMatchObject({ reason: { tag: "NotFound" } });
  const entities = ["Project", "Dataset", "Workflow task", "Job", "Unit"];
  expect(answers).toMatchObject(entities.map((entity) => ({ reason: { entity } })));
});

test("an invitation that was not accepted gives no right", async () => {
  const invited = await makeColleague(study.owner);
  await addMember(t.db, study.project.id, invited, "rwx", false);
  await expect(requireProject(invited, study.project.id, "read")).rejects.toMatchObject({ tag: "NotFound" });
});

test("a member without the right is told which one is missing and who can give it", async () => {
  const reader = await makeColleague(study.owner);
  const writer = await makeColleague(study.owner);
  await addMember(t.db, study.project.id, reader, "r");
  await addMember(t.db, study.project.id, writer, "rw");
  expect((await requireProject(reader, study.project.id, "read")).can).toEqual({
    write: false,
    execute: false,
  });
  expect((await requireProject(writer, study.project.id, "write")).can).toEqual({
    write: true,
    execute: false,
  });
  const email = study.owner.user.email;
  await expect(requireProject(reader, study.project.id, "write")).rejects.toThrow(
    `This needs write access (rw) to the project '${study.project.name}'. Its owner ${email} can give it to you.`,
  );
  await expect(requireDataset(writer, study.dataset.id, "execute")).rejects.toMatchObject({
    tag: "Forbidden",
  });
});

test("a guest only reads, whatever the project allows", async () => {
  const guest = await makeColleague(study.owner, { is_guest: true });
  await addMember(t.db, study.project.id, guest, "rwx");
  expect((await requireProject(guest, study.project.id, "read")).can).toEqual({
    write: false,
    execute: false,
  });
  await expect(requireProject(guest, study.project.id, "write")).rejects.toThrow(
    "Guest accounts can only read.",
  );
});

test("an account that is not verified reads nothing but itself", async () => {
  const fresh = await makeColleague(study.owner, { is_verified: false });
  await addMember(t.db, study.project.id, fresh, "rwx");
  expect(requireUser(fresh).id).toBe(fresh.user.id);
  await expect(requireProject(fresh, study.project.id, "read")).rejects.toThrow(/not verified/);
});

test("without a profile people read and write but cannot run", async () => {
  const member = await makeUser(t.db, { profile_id: null });
  await addMember(t.db, study.project.id, member, "rwx");
  expect((await requireProject(member, study.project.id, "write")).can).toEqual({
    write: true,
    execute: false,
  });
  await expect(requireProject(member, study.project.id, "execute")).rejects.toThrow(/no compute profile/);
  await expect(requireCompute(member)).rejects.toThrow(/no compute profile/);
});

test("a deleted dataset does not exist, not even for its owner", async () => {
  const gone = await makeStudy(t.db);
  await t.db.execute(sql`UPDATE dataset SET deleted_at = now() WHERE id = ${gone.dataset.id}`);
  await expect(requireDataset(gone.owner, gone.dataset.id, "read")).rejects.toMatchObject({
    tag: "NotFound",
  });
});

test("the job of a deleted project stays readable for the person who submitted it, and for nobody else", async () => {
  const gone = await makeStudy(t.db);
  const colleague = await makeColleague(gone.owner);
  const job = await makeJob(t.db, gone, { state: "done" });
  await t.db.execute(sql`DELETE FROM project WHERE id = ${gone.project.id}`);
  expect((await requireJob(gone.owner, job.id, "read")).project).toBeNull();
  await expect(requireJob(colleague, job.id, "read")).rejects.toMatchObject({ tag: "NotFound" });
  await expect(requireJob(gone.owner, job.id, "execute")).rejects.toMatchObject({ tag: "Forbidden" });
});

test("administration is for superusers and the command line", async () => {
  expect(() => requireSuperuser(study.owner)).toThrow(/administrators/);
  expect(() => requireSuperuser(systemContext(t.db))).not.toThrow();
  const admin = await makeUser(t.db, { is_superuser: true });
  expect(() => requireSuperuser(admin)).not.toThrow();
  await expect(requireProject(admin, study.project.id, "read")).rejects.toMatchObject({ tag: "NotFound" });
});
