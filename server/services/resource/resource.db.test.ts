import { afterAll, beforeAll, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { projects, resources } from "@/db/schema";
import { RESOURCE_SAMPLES, SUDO_RESOURCE } from "@/server/contracts/resource-samples.testing";
import type { ResourceDocument } from "@/server/contracts/resource";
import { systemContext } from "@/server/services/context";
import { createProfile } from "@/server/services/profile/create";
import { createResource } from "@/server/services/resource/create";
import { deleteResource } from "@/server/services/resource/delete";
import { getResource } from "@/server/services/resource/get";
import { getResourceStatus } from "@/server/services/resource/get-status";
import { listPythons } from "@/server/services/resource/list-pythons";
import { listResources } from "@/server/services/resource/list";
import { readHealth } from "@/server/services/resource/read-health";
import { updateResource } from "@/server/services/resource/update";
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

const named = (name: string, part: object = {}): ResourceDocument => ({
  ...RESOURCE_DOCUMENT,
  name,
  ...part,
});
const admin = () => makeUser(t.db, { is_superuser: true });

test.each(RESOURCE_SAMPLES)(
  "the $type document is shown again as it was sent, keys in their order",
  async (document) => {
    const ctx = await admin();
    const { resource_id } = await createResource(ctx, document);
    const view = await getResource(ctx, { resource_id });
    expect(view.document).toEqual(document);
    expect(JSON.stringify(view.document)).toBe(JSON.stringify(document));
    expect(view).toMatchObject({ name: document.name, type: document.type, version: 0, changed_by: null });

    const changed = { ...document, prevent_new_submissions: true };
    await updateResource(ctx, { resource_id, version: 0, document: changed });
    const after = await getResource(ctx, { resource_id });
    expect(JSON.stringify(after.document)).toBe(JSON.stringify(changed));
    expect(after).toMatchObject({ version: 1, changed_by: ctx.user.email, prevent_new_submissions: true });
    expect(after.timestamp_changed).not.toBeNull();
    expect(await listResources(ctx)).toContainEqual(
      expect.objectContaining({ id: resource_id, name: document.name }),
    );
  },
);

test("no default is written into a document; columns hold what queries need", async () => {
  const document = named("kept", { jobs_local_dir: "/srv//jobs/", jobs_runner_config: {} });
  const { resource_id } = await createResource(systemContext(t.db), document);
  const [row] = await t.db.select().from(resources).where(eq(resources.id, resource_id));
  expect(row?.document).toEqual(document);
  expect(row).toMatchObject({
    jobs_local_dir: "/srv/jobs",
    jobs_poll_interval: 5,
    prevent_new_submissions: false,
  });
});

test("a wrong document is refused with every path and reason, a taken name at the name", async () => {
  const system = systemContext(t.db);
  const wrong = named("strict", { jobs_runner_config: { paralel: 2 }, jobs_local_dir: "jobs" });
  await expect(createResource(system, wrong)).rejects.toMatchObject({
    tag: "InvalidInput",
    fields: {
      "jobs_runner_config.paralel": "Is not a known key.",
      jobs_local_dir: "Must be an absolute path: it starts with /.",
    },
  });
  await createResource(system, named("strict"));
  const { resource_id } = await createResource(system, named("other"));
  const taken = { tag: "InvalidInput", fields: { name: "This name is taken." } };
  await expect(createResource(system, named("strict"))).rejects.toMatchObject(taken);
  const update = { resource_id, version: 0, document: named("strict") };
  await expect(updateResource(system, update)).rejects.toMatchObject(taken);
  await expect(updateResource(system, { ...update, document: wrong })).rejects.toMatchObject({
    tag: "InvalidInput",
  });
  expect((await getResource(system, { resource_id })).document).toEqual(named("other"));
});

test("only administrators read and write resources", async () => {
  const user = await makeUser(t.db);
  const { resource_id } = await createResource(systemContext(t.db), named("closed"));
  const forbidden = { tag: "Forbidden" };
  await expect(listResources(user)).rejects.toMatchObject(forbidden);
  await expect(getResource(user, { resource_id })).rejects.toMatchObject(forbidden);
  await expect(createResource(user, named("n"))).rejects.toMatchObject(forbidden);
  await expect(updateResource(user, { resource_id, version: 0, document: named("n") })).rejects.toMatchObject(
    forbidden,
  );
  await expect(deleteResource(user, { resource_id })).rejects.toMatchObject(forbidden);
});

test("of two administrators who edit the same version, the second is told who was faster and changes nothing", async () => {
  const [ada, ben] = [await admin(), await admin()];
  const { resource_id } = await createResource(ada, named("raced"));
  const save = (ctx: typeof ada, jobs_local_dir: string) =>
    updateResource(ctx, { resource_id, version: 0, document: named("raced", { jobs_local_dir }) });
  const answers = await Promise.allSettled([save(ada, "/srv/ada"), save(ben, "/srv/ben")]);
  const refused = answers.filter((answer) => answer.status === "rejected");
  expect(refused).toHaveLength(1);
  const winner = answers[0].status === "fulfilled" ? ada : ben;
  expect(refused[0]?.reason).toMatchObject({ tag: "Conflict" });
  expect(String(refused[0]?.reason)).toContain(`Not saved: ${winner.user.email} changed 'raced' meanwhile`);
  expect(await getResource(ada, { resource_id })).toMatchObject({
    version: 1,
    changed_by: winner.user.email,
    document: { jobs_local_dir: winner === ada ? "/srv/ada" : "/srv/ben" },
  });
});

test("the type stays: profiles were made for it", async () => {
  const system = systemContext(t.db);
  const { resource_id } = await createResource(system, named("typed"));
  const document = { ...SUDO_RESOURCE, name: "typed" };
  await expect(updateResource(system, { resource_id, version: 0, document })).rejects.toMatchObject({
    fields: { type: "Must stay local: create another resource instead." },
  });
});

test("a resource in use is not deleted, and its users are named; afterwards it is", async () => {
  const system = systemContext(t.db);
  const { resource_id } = await createResource(system, named("needed"));
  const profile = { resource_type: "local" as const, name: "for needed" };
  const { profile_id } = await createProfile(system, { resource_id, document: profile });
  const owner = await makeUser(t.db, { profile_id });
  const study = await makeStudy(t.db);
  await t.db.insert(projects).values({ name: "Needs it", resource_id });
  await expect(deleteResource(system, { resource_id })).rejects.toThrow(
    "The resource 'needed' cannot be deleted: it is used by the profile for needed and the project Needs it.",
  );
  expect(await getResource(system, { resource_id })).toMatchObject({
    use: { profiles: 1, users: 1, projects: 1, active_jobs: 0 },
    profiles: [{ id: profile_id, name: "for needed" }],
  });
  await makeJob(t.db, study);
  await expect(deleteResource(system, { resource_id: study.project.resource_id })).rejects.toThrow(
    / and 1 job\.$/,
  );

  const free = await createResource(system, named("free"));
  await deleteResource(system, free);
  await expect(getResource(system, free)).rejects.toMatchObject({ tag: "NotFound" });
  await expect(deleteResource(system, free)).rejects.toMatchObject({ tag: "NotFound" });
  expect(owner.user.profile_id).toBe(profile_id);
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

test("the Python versions of a resource are listed in their order, for its own users only", async () => {
  const { resource_id } = await createResource(
    systemContext(t.db),
    named("pythons", {
      tasks_python_config: {
        default_version: "3.12",
        versions: { "3.12": "/opt/3.12", "3.9": "/opt/3.9", "3.11": "/opt/3.11" },
      },
    }),
  );
  const profile = { resource_type: "local", name: "pythons" } as const;
  const { profile_id } = await createProfile(systemContext(t.db), { resource_id, document: profile });
  expect(await listPythons(await makeUser(t.db, { profile_id }))).toEqual({
    default_version: "3.12",
    versions: ["3.9", "3.11", "3.12"],
  });
  const noProfile = await makeUser(t.db, { profile_id: null });
  await expect(listPythons(noProfile)).rejects.toMatchObject({ tag: "Forbidden" });
});
