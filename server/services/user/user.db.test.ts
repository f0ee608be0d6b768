import { afterAll, beforeAll, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { users } from "@/db/schema";
import { systemContext } from "@/server/services/context";
import { makeProfile, makeResource, makeUser } from "@/server/services/testing";
import { updateUser } from "@/server/services/user/update";
import { createUser } from "@/server/services/user/create";
import { findSessionUser } from "@/server/services/user/find-session";
import { getCurrentUser } from "@/server/services/user/get-current";
import { setPassword } from "@/server/services/user/set-password";
import { signOutEverywhere } from "@/server/services/user/sign-out-everywhere";
import { verifyCredentials } from "@/server/services/user/verify-credentials";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const PASSWORD = "correct horse";
const create = (email: string) =>
  createUser(systemContext(t.db), { email, password: PASSWORD, project_dirs: ["/data/a"] });

test("credentials open exactly the account they belong to, in any letter case of the e-mail", async () => {
  const { user_id } = await create("Ada@Example.org");
  expect(await verifyCredentials(t.db, { email: "ADA@example.ORG", password: PASSWORD })).toEqual({
    user_id,
    session_epoch: 0,
  });
  expect(await verifyCredentials(t.db, { email: "ada@example.org", password: "wrong horse" })).toBeNull();
  expect(await verifyCredentials(t.db, { email: "nobody@example.org", password: PASSWORD })).toBeNull();
  await t.db.update(users).set({ is_active: false }).where(eq(users.id, user_id));
  expect(await verifyCredentials(t.db, { email: "ada@example.org", password: PASSWORD })).toBeNull();
});

test("the hash is argon2id and is not part of a session", async () => {
  const { user_id } = await create("hash@example.org");
  const [row] = await t.db.select().from(users).where(eq(users.id, user_id));
  expect(row?.hashed_password).toMatch(/^\$argon2id\$/);
  expect(await findSessionUser(t.db, { user_id, session_epoch: 0 })).not.toHaveProperty("hashed_password");
});

test("an e-mail has one account", async () => {
  await create("twice@example.org");
  await expect(create("Twice@example.org")).rejects.toMatchObject({ tag: "Conflict" });
});

test("only administrators create users", async () => {
  const user = await makeUser(t.db);
  const input = { email: "x@example.org", password: PASSWORD, project_dirs: ["/x"] };
  await expect(createUser(user, input)).rejects.toMatchObject({ tag: "Forbidden" });
});

test("a new password, 'sign out everywhere' and deactivation end the sessions that are open", async () => {
  const { user_id } = await create("epoch@example.org");
  const open = { user_id, session_epoch: 0 };
  const user = await findSessionUser(t.db, open);
  if (!user) throw new Error("the session must be open");
  await setPassword(
    { db: t.db, actor: { kind: "user", user } },
    {
      user_id,
      password: "a new password",
      current_password: PASSWORD,
    },
  );
  expect(await findSessionUser(t.db, open)).toBeNull();
  expect(await findSessionUser(t.db, { user_id, session_epoch: 1 })).not.toBeNull();
  await signOutEverywhere({ db: t.db, actor: { kind: "user", user } });
  expect(await findSessionUser(t.db, { user_id, session_epoch: 1 })).toBeNull();
  await t.db.update(users).set({ is_active: false }).where(eq(users.id, user_id));
  expect(await findSessionUser(t.db, { user_id, session_epoch: 2 })).toBeNull();
  expect(await findSessionUser(t.db, { user_id: 999_999, session_epoch: 0 })).toBeNull();
});

test("people who change their own password must know it; others' they may not change", async () => {
  const user = await makeUser(t.db);
  const other = await makeUser(t.db);
  await expect(
    setPassword(user, { user_id: user.user.id, password: "a new password", current_password: "no idea" }),
  ).rejects.toMatchObject({
    tag: "InvalidInput",
    fields: { current_password: expect.any(String) as unknown },
  });
  await expect(
    setPassword(user, { user_id: other.user.id, password: "a new password" }),
  ).rejects.toMatchObject({
    tag: "Forbidden",
  });
});

test("the current user is told about the profile, and about its absence", async () => {
  const user = await makeUser(t.db, { profile_id: null, is_verified: false });
  expect(await getCurrentUser(user)).toMatchObject({ is_verified: false, profile: null });
  const resource = await makeResource(t.db);
  const profile = await makeProfile(t.db, resource.id);
  await updateUser(systemContext(t.db), { user_id: user.user.id, profile_id: profile.id });
  const again = await findSessionUser(t.db, { user_id: user.user.id, session_epoch: 0 });
  if (!again) throw new Error("the session must be open");
  expect(await getCurrentUser({ db: t.db, actor: { kind: "user", user: again } })).toMatchObject({
    profile: { id: profile.id, resource_name: resource.name },
  });
});
