import { afterAll, beforeAll, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { userIdentities, users } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { findIdentityUser } from "@/server/services/user/find-identity";
import { makeUser } from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const issuer = "https://login.example.org";
const ask = (subject: string, email: string | null, isEmailVerified = true) =>
  findIdentityUser(t.db, { issuer, subject, email, isEmailVerified });
const links = (userId: number) =>
  t.db.select().from(userIdentities).where(eq(userIdentities.user_id, userId));

test("linked by a verified address, and from then on by the subject", async () => {
  const { user } = await makeUser(t.db, { email: "ada@example.org" });
  expect(await ask("a1", "ADA@Example.org")).toMatchObject({ ok: true, user_id: user.id });
  // The address changed there, and is not verified any more: still the same person.
  expect(await ask("a1", "lovelace@example.org", false)).toMatchObject({ ok: true, user_id: user.id });
  expect(await ask("a1", null)).toMatchObject({ ok: true, user_id: user.id });
  expect(await links(user.id)).toHaveLength(1);
});

test("an address that the provider does not vouch for opens nobody's account", async () => {
  const { user } = await makeUser(t.db, { email: "grace@example.org" });
  expect(await ask("thief", "grace@example.org", false)).toEqual({ ok: false, refusal: "unverified" });
  expect(await ask("thief", null)).toEqual({ ok: false, refusal: "unknown" });
  expect(await links(user.id)).toEqual([]);
});

test("nobody gets an account by logging in, and an inactive one stays closed", async () => {
  expect(await ask("n1", "nobody@example.org")).toEqual({ ok: false, refusal: "unknown" });
  const { user } = await makeUser(t.db, { email: "off@example.org", is_active: false });
  expect(await ask("o1", "off@example.org")).toEqual({ ok: false, refusal: "inactive" });
  expect(await links(user.id)).toEqual([]);
  await t.db.update(users).set({ is_active: true }).where(eq(users.id, user.id));
  expect(await ask("o1", "off@example.org")).toMatchObject({ ok: true });
});

test("two first log-ins at once make one link", async () => {
  const { user } = await makeUser(t.db, { email: "twice@example.org" });
  const answers = await Promise.all([ask("t1", "twice@example.org"), ask("t1", "twice@example.org")]);
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(await links(user.id)).toHaveLength(1);
});
