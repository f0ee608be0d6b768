import { afterAll, beforeAll, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { profiles, resources } from "@/db/schema";
import { systemContext } from "@/server/services/context";
import { createResource } from "@/server/services/resource/create";
import { createProfile } from "@/server/services/resource/create-profile";
import { getResourceStatus } from "@/server/services/resource/get-status";
import { readHealth } from "@/server/services/resource/read-health";
import {
  RESOURCE_DOCUMENT,
  makeJob,
  makeRun,
  makeRunner,
  makeStudy,
  makeUser,
} from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

test("documents are stored equal to what was sent, without defaults", async () => {
  const document = {
    ...RESOURCE_DOCUMENT,
    name: "kept",
    jobs_runner_config: { parallel_tasks_per_job: null },
  };
  const { resource_id } = await createResource(systemContext(t.db), document);
  const [row] = await t.db.select().from(resources).where(eq(resources.id, resource_id));
  expect(row?.document).toEqual(document);
  expect(row).toMatchObject({ jobs_local_dir: "/srv/jobs", jobs_poll_interval: 5 });
  const profile = { resource_type: "local" as const, name: "kept" };
  const { profile_id } = await createProfile(systemContext(t.db), { resource_id, profile });
  const [stored] = await t.db.select().from(profiles).where(eq(profiles.id, profile_id));
  expect(stored?.document).toEqual(profile);
});

test("an unknown key is refused with its path, a taken name with a sentence", async () => {
  const document = { ...RESOURCE_DOCUMENT, name: "strict" };
  const wrong = { ...document, jobs_runner_config: { paralel: 2 } };
  await expect(createResource(systemContext(t.db), wrong as never)).rejects.toMatchObject({
    name: "ZodError",
  });
  await createResource(systemContext(t.db), document);
  await expect(createResource(systemContext(t.db), document)).rejects.toMatchObject({ tag: "Conflict" });
});

test("only administrators describe resources", async () => {
  const user = await makeUser(t.db);
  await expect(createResource(user, { ...RESOURCE_DOCUMENT, name: "n" })).rejects.toMatchObject({
    tag: "Forbidden",
  });
});

test("the status counts running units and says when a runner was last seen", async () => {
  const study = await makeStudy(t.db);
  expect(await getResourceStatus(await makeUser(t.db, { profile_id: null }))).toBeNull();
  expect(await getResourceStatus(study.owner)).toMatchObject({
    runner_seen_seconds_ago: null,
    units_running: 0,
  });
  const job = await makeJob(t.db, study);
  await makeRun(t.db, study, job.id, { num_running: 3 });
  await makeRunner(t.db, 7);
  const status = await getResourceStatus(study.owner);
  expect(status).toMatchObject({ units_running: 3, type: "local" });
  expect(status?.runner_seen_seconds_ago).toBeGreaterThanOrEqual(7);
  expect(status?.slots).toBeLessThanOrEqual(2);
  expect(await readHealth(t.db)).toMatchObject({ database: "ok" });
});
