import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiTokens, users } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { systemContext } from "@/server/services/context";
import { createGroup } from "@/server/services/group/create";
import { deleteGroup } from "@/server/services/group/delete";
import { listGroups } from "@/server/services/group/list";
import { setGroupMembers } from "@/server/services/group/set-members";
import { makeDataset, makeProject, makeUser } from "@/server/services/testing";
import type { Owner } from "@/server/services/testing";
import { createToken } from "@/server/services/token/create";
import { createUser } from "@/server/services/user/create";
import { findSessionUser } from "@/server/services/user/find-session";
import { getUser, listUsers } from "@/server/services/user/list";
import { updateUser } from "@/server/services/user/update";
import { verifyCredentials } from "@/server/services/user/verify-credentials";

let t: TestDb;
let admin: Owner;
beforeAll(async () => {
  t = await createTestDb();
  admin = await makeUser(t.db, { is_superuser: true, email: "admin@example.org" });
});
afterAll(() => t.drop());

const at = (field: string, words: RegExp) => ({
  tag: "InvalidInput",
  fields: { [field]: expect.stringMatching(words) as unknown },
});

test("an account is shown as it is, with how its owner can log in", async () => {
  const { user_id } = await createUser(admin, { email: "new@example.org", project_dirs: ["/data/new"] });
  expect(await getUser(admin, { user_id })).toMatchObject({
    email: "new@example.org",
    is_verified: true,
    profile: null,
    has_password: false,
    has_institute_account: false,
    tokens: 0,
    groups: [],
  });
  expect(await verifyCredentials(t.db, { email: "new@example.org", password: "anything" })).toBeNull();
  const owner = await makeUser(t.db);
  await createToken(owner, { name: "t", scopes: ["read"], expires_in_days: 1 });
  const listed = (await listUsers(admin)).find(({ id }) => id === owner.user.id);
  expect(listed).toMatchObject({ tokens: 1, profile: { id: owner.user.profile_id } });
  expect(listed).not.toHaveProperty("hashed_password");
});

test("only what is given changes; a new address has to be verified again", async () => {
  const { user } = await makeUser(t.db, { slurm_accounts: ["lab"] });
  await updateUser(admin, { user_id: user.id, is_guest: true });
  expect(await getUser(admin, { user_id: user.id })).toMatchObject({
    is_guest: true,
    is_verified: true,
    slurm_accounts: ["lab"],
    profile: { id: user.profile_id },
  });
  await updateUser(admin, { user_id: user.id, email: "Renamed@example.org" });
  expect(await getUser(admin, { user_id: user.id })).toMatchObject({
    email: "renamed@example.org",
    is_verified: false,
  });
  await expect(updateUser(admin, { user_id: user.id, email: "admin@example.org" })).rejects.toMatchObject({
    tag: "Conflict",
  });
});

test("switching an account off ends its sessions and tokens at once, and they stay ended", async () => {
  const owner = await makeUser(t.db);
  const { user } = owner;
  await createToken(owner, { name: "script", scopes: ["read"], expires_in_days: 1 });
  const open = { user_id: user.id, session_epoch: user.session_epoch };
  expect(await findSessionUser(t.db, open)).not.toBeNull();
  await updateUser(admin, { user_id: user.id, is_active: false });
  expect(await findSessionUser(t.db, open)).toBeNull();
  await updateUser(admin, { user_id: user.id, is_active: true });
  expect(await findSessionUser(t.db, open)).toBeNull();
  expect(await t.db.select().from(apiTokens).where(eq(apiTokens.user_id, user.id))).toEqual([]);
});

test("there is always an administrator, and none is a guest", async () => {
  const own = { user_id: admin.user.id };
  await expect(updateUser(admin, { ...own, is_active: false })).rejects.toMatchObject(
    at("is_active", /your own/),
  );
  await expect(updateUser(admin, { ...own, is_superuser: false })).rejects.toMatchObject(
    at("is_superuser", /yourself/),
  );
  await expect(updateUser(admin, { ...own, is_guest: true })).rejects.toMatchObject(at("is_guest", /guest/));
  await expect(
    createUser(admin, {
      email: "both@example.org",
      project_dirs: ["/x"],
      is_superuser: true,
      is_guest: true,
    }),
  ).rejects.toMatchObject(at("is_guest", /guest/));
});

test("two administrators who take each other away at once leave one", async () => {
  const own = await createTestDb();
  try {
    const makeAdmin = () => makeUser(own.db, { is_superuser: true });
    const admins = () =>
      own.db
        .select({ id: users.id })
        .from(users)
        .where(and(eq(users.is_superuser, true), eq(users.is_active, true)));
    for (const change of [{ is_superuser: false }, { is_active: false }]) {
      const [ada, bob] = [await makeAdmin(), await makeAdmin()];
      const answers = await Promise.allSettled([
        updateUser(ada, { user_id: bob.user.id, ...change }),
        updateUser(bob, { user_id: ada.user.id, ...change }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(await admins()).toHaveLength(1);
      const [last] = await admins();
      // The command line has no account of its own that it could spare.
      await expect(
        updateUser(systemContext(own.db), { user_id: last?.id ?? 0, ...change }),
      ).rejects.toMatchObject(at(Object.keys(change)[0] ?? "", /the only administrator/));
      await own.db.update(users).set({ is_superuser: false });
    }
  } finally {
    await own.drop();
  }
});

test("an administrator is not locked out by a change of the own address", async () => {
  const ada = await makeUser(t.db, { is_superuser: true });
  const own = { user_id: ada.user.id };
  await updateUser(ada, { ...own, email: "moved@example.org" });
  expect(await getUser(admin, own)).toMatchObject({ email: "moved@example.org", is_verified: true });
  await expect(updateUser(ada, { ...own, is_verified: false })).rejects.toMatchObject(
    at("is_verified", /lock yourself out/),
  );
});

test("a folder stays as long as datasets of the person lie in it", async () => {
  const owner = await makeUser(t.db, { project_dirs: ["/data/a", "/data/b"] });
  const project = await makeProject(owner);
  await makeDataset(t.db, project.id, { name: "Screen", zarr_dir: "/data/a/screen" });
  const set = (project_dirs: string[]) => updateUser(admin, { user_id: owner.user.id, project_dirs });
  await expect(set(["/data/b"])).rejects.toMatchObject(at("project_dirs", /'Screen'/));
  await expect(set(["/data/ab"])).rejects.toMatchObject(at("project_dirs", /'Screen'/));
  await set(["/data/a"]); // nothing lies in /data/b
  await set(["/data"]); // one above
  await set(["/data/a/screen", "/elsewhere"]); // below, and still around the dataset
  await expect(set([])).rejects.toMatchObject({ name: "ZodError" });
  await expect(set(["relative"])).rejects.toMatchObject({ name: "ZodError" });
  await expect(set(["/x", "/x/"])).rejects.toMatchObject({ name: "ZodError" });
});

test("unknown profiles, groups and users are refused by name, and nothing of the change is kept", async () => {
  const { user } = await makeUser(t.db);
  await expect(
    updateUser(admin, { user_id: user.id, is_guest: true, profile_id: 999_999 }),
  ).rejects.toMatchObject(at("profile_id", /999999/));
  await expect(
    updateUser(admin, { user_id: user.id, is_guest: true, group_ids: [999_999] }),
  ).rejects.toMatchObject(at("group_ids", /999999/));
  const [row] = await t.db.select().from(users).where(eq(users.id, user.id));
  expect(row).toMatchObject({ is_guest: false, profile_id: user.profile_id });
  await expect(updateUser(admin, { user_id: 999_999, is_guest: true })).rejects.toMatchObject({
    tag: "NotFound",
  });
});

test("groups have members from either side, and leave their members alone when they go", async () => {
  const [ada, bob] = [await makeUser(t.db), await makeUser(t.db)];
  const { group_id } = await createGroup(admin, { name: "Screening" });
  await expect(createGroup(admin, { name: "Screening" })).rejects.toMatchObject(at("name", /already/));
  await setGroupMembers(admin, { group_id, user_ids: [ada.user.id, bob.user.id] });
  await updateUser(admin, { user_id: bob.user.id, group_ids: [] });
  expect(await getUser(admin, { user_id: ada.user.id })).toMatchObject({
    groups: [{ id: group_id, name: "Screening" }],
  });
  const [group] = await listGroups(admin);
  expect(group?.members).toEqual([{ id: ada.user.id, email: ada.user.email }]);
  await setGroupMembers(admin, { group_id, user_ids: [] });
  await expect(setGroupMembers(admin, { group_id, user_ids: [999_999] })).rejects.toMatchObject({
    tag: "NotFound",
  });
  await updateUser(admin, { user_id: ada.user.id, group_ids: [group_id] });
  await deleteGroup(admin, { group_id });
  expect(await getUser(admin, { user_id: ada.user.id })).toMatchObject({ groups: [] });
});

test("only administrators administer", async () => {
  const user = await makeUser(t.db);
  const other = (await makeUser(t.db)).user.id;
  const forbidden = { tag: "Forbidden" };
  await expect(listUsers(user)).rejects.toMatchObject(forbidden);
  await expect(getUser(user, { user_id: other })).rejects.toMatchObject(forbidden);
  await expect(updateUser(user, { user_id: user.user.id, is_superuser: true })).rejects.toMatchObject(
    forbidden,
  );
  await expect(listGroups(user)).rejects.toMatchObject(forbidden);
  await expect(createGroup(user, { name: "mine" })).rejects.toMatchObject(forbidden);
  await expect(setGroupMembers(user, { group_id: 1, user_ids: [] })).rejects.toMatchObject(forbidden);
  await expect(deleteGroup(user, { group_id: 1 })).rejects.toMatchObject(forbidden);
});
