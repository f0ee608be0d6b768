import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import {
  LOCAL_PROFILE,
  LOCAL_RESOURCE,
  PROFILE_SAMPLES,
  RESOURCE_SAMPLES,
  SUDO_PROFILE,
} from "@/server/contracts/resource-samples.testing";
import type { ProfileDocument } from "@/server/contracts/profile";
import { systemContext } from "@/server/services/context";
import { createProfile } from "@/server/services/profile/create";
import { deleteProfile } from "@/server/services/profile/delete";
import { getProfile } from "@/server/services/profile/get";
import { listProfiles } from "@/server/services/profile/list";
import { updateProfile } from "@/server/services/profile/update";
import { createResource } from "@/server/services/resource/create";
import { makeJob, makeStudy, makeUser } from "@/server/services/testing";
import { listWaitingUsers } from "@/server/services/user/list-waiting";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

let serial = 0;
const localResource = () =>
  createResource(systemContext(t.db), { ...LOCAL_RESOURCE, name: `resource for a profile ${++serial}` });

test.each(PROFILE_SAMPLES)("the $resource_type profile is shown again as it was sent", async (document) => {
  const ctx = await makeUser(t.db, { is_superuser: true });
  const sample = RESOURCE_SAMPLES.find(({ type }) => type === document.resource_type);
  if (!sample) throw new Error("there is a resource of every type");
  const { resource_id } = await createResource(ctx, sample);
  const { profile_id } = await createProfile(ctx, { resource_id, document });
  const view = await getProfile(ctx, { profile_id });
  expect(view.document).toEqual(document);
  expect(JSON.stringify(view.document)).toBe(JSON.stringify(document));
  expect(view).toMatchObject({
    name: document.name,
    resource_id,
    username: document.username ?? null,
    users: 0,
  });

  const renamed = { ...document, name: `${document.name} 2` };
  await updateProfile(ctx, { profile_id, version: 0, document: renamed });
  expect((await getProfile(ctx, { profile_id })).document).toEqual(renamed);
  expect(await listProfiles(ctx, { resource_id })).toMatchObject([
    { id: profile_id, name: renamed.name, users: 0 },
  ]);
  await deleteProfile(ctx, { profile_id });
  await expect(getProfile(ctx, { profile_id })).rejects.toMatchObject({ tag: "NotFound" });
});

test("a profile of another type than its resource is refused, when it is made and when it is changed", async () => {
  const system = systemContext(t.db);
  const { resource_id } = await localResource();
  const refused = {
    tag: "InvalidInput",
    fields: { resource_type: expect.stringContaining("Must be local") as string },
  };
  await expect(createProfile(system, { resource_id, document: SUDO_PROFILE })).rejects.toMatchObject(refused);
  const document = { ...LOCAL_PROFILE, name: "paired" };
  const { profile_id } = await createProfile(system, { resource_id, document });
  await expect(
    updateProfile(system, { profile_id, version: 0, document: SUDO_PROFILE }),
  ).rejects.toMatchObject(refused);
  await expect(createProfile(system, { resource_id: 999_999, document })).rejects.toMatchObject({
    tag: "NotFound",
  });
});

test("a wrong document is refused at its place, a taken name too", async () => {
  const system = systemContext(t.db);
  const { resource_id } = await localResource();
  const document = { ...LOCAL_PROFILE, name: "taken" };
  const wrong = { ...document, user: "x" } as ProfileDocument;
  await expect(createProfile(system, { resource_id, document: wrong })).rejects.toMatchObject({
    fields: { user: "Is not a known key." },
  });
  await createProfile(system, { resource_id, document });
  await expect(createProfile(system, { resource_id, document })).rejects.toMatchObject({
    fields: { name: "This name is taken." },
  });
});

test("a profile in use is not deleted, and the people who have it are named", async () => {
  const system = systemContext(t.db);
  const { resource_id } = await localResource();
  const { profile_id } = await createProfile(system, {
    resource_id,
    document: { ...LOCAL_PROFILE, name: "worn" },
  });
  await makeUser(t.db, { profile_id, email: "ada@example.org" });
  await makeUser(t.db, { profile_id, email: "ben@example.org" });
  await expect(deleteProfile(system, { profile_id })).rejects.toThrow(
    "The profile 'worn' cannot be deleted: it is used by the accounts ada@example.org and ben@example.org.",
  );
  expect(await getProfile(system, { profile_id })).toMatchObject({
    user_emails: ["ada@example.org", "ben@example.org"],
  });
  const study = await makeStudy(t.db);
  await makeJob(t.db, study);
  await expect(deleteProfile(system, { profile_id: study.owner.user.profile_id ?? 0 })).rejects.toThrow(
    /and 1 job\./,
  );
});

test("the second of two edits of one version is refused", async () => {
  const ada = await makeUser(t.db, { is_superuser: true });
  const { resource_id } = await localResource();
  const document = { ...LOCAL_PROFILE, name: "raced profile" };
  const { profile_id } = await createProfile(ada, { resource_id, document });
  await updateProfile(ada, { profile_id, version: 0, document });
  await expect(updateProfile(ada, { profile_id, version: 0, document })).rejects.toThrow(
    `Not saved: ${ada.user.email} changed 'raced profile' meanwhile.`,
  );
});

test("only administrators read and write profiles, and see who waits", async () => {
  const user = await makeUser(t.db);
  const forbidden = { tag: "Forbidden" };
  await expect(listProfiles(user)).rejects.toMatchObject(forbidden);
  await expect(getProfile(user, { profile_id: 1 })).rejects.toMatchObject(forbidden);
  await expect(createProfile(user, { resource_id: 1, document: LOCAL_PROFILE })).rejects.toMatchObject(
    forbidden,
  );
  await expect(
    updateProfile(user, { profile_id: 1, version: 0, document: LOCAL_PROFILE }),
  ).rejects.toMatchObject(forbidden);
  await expect(deleteProfile(user, { profile_id: 1 })).rejects.toMatchObject(forbidden);
  await expect(listWaitingUsers(user)).rejects.toMatchObject(forbidden);
});

test("people wait while they are not verified or have no profile, unless they are switched off", async () => {
  const system = systemContext(t.db);
  await makeUser(t.db, { profile_id: null, email: "no-profile@example.org" });
  await makeUser(t.db, { is_verified: false, email: "unverified@example.org" });
  await makeUser(t.db, { profile_id: null, is_active: false, email: "left@example.org" });
  const emails = (await listWaitingUsers(system)).map(({ email }) => email);
  expect(emails).toEqual(expect.arrayContaining(["no-profile@example.org", "unverified@example.org"]));
  expect(emails).not.toContain("left@example.org");
});
