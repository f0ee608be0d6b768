import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiTokens, users } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { appRouter, createCaller } from "@/server/api/root";
import { scopeOf } from "@/server/api/trpc";
import { getRequester } from "@/server/auth/actor";
import { TOKEN_SCOPES } from "@/server/contracts/token";
import type { TokenScope } from "@/server/contracts/token";
import { createToken } from "@/server/services/token/create";
import { listTokens } from "@/server/services/token/list";
import { revokeToken } from "@/server/services/token/revoke";
import { makeUser } from "@/server/services/testing";
import type { Owner } from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

const make = (owner: Owner, scopes: TokenScope[] = ["read"], name = crypto.randomUUID()) =>
  createToken(owner, { name, scopes, expires_in_days: 30 });
let address = 0;
/** From an address of its own each time, so that wrong tokens of one test do not count in another. */
const show = (token: string, from = `10.1.0.${++address}`) =>
  getRequester(t.db, new Headers({ authorization: `Bearer ${token}`, "x-forwarded-for": from }));

test("a token is its owner with its scopes, is stored as a hash only, and its use is remembered", async () => {
  const owner = await makeUser(t.db);
  const { token, ...view } = await make(owner, ["read", "run"], "nightly");
  expect(token).toMatch(/^fractal_[\w-]{43}$/);
  expect(view).toMatchObject({ name: "nightly", prefix: token.slice(0, 16), last_used_at: null });
  expect(await show(token)).toMatchObject({ user: { id: owner.user.id }, scopes: ["read", "run"] });
  const row = (await t.db.select().from(apiTokens).where(eq(apiTokens.id, view.id)))[0];
  expect(JSON.stringify(row)).not.toContain(token.slice(16));
  const [listed] = await listTokens(owner);
  expect(listed).not.toHaveProperty("token_hash");
  expect(listed?.last_used_at).not.toBeNull();
});

test("one that was changed, revoked, has expired, or whose owner is inactive opens nothing", async () => {
  const owner = await makeUser(t.db);
  const changed = (await make(owner)).token;
  await expect(show(`${changed.slice(0, -1)}${changed.endsWith("A") ? "B" : "A"}`)).rejects.toThrow(
    /not known/,
  );
  await expect(show("hello")).rejects.toThrow(/Bearer fractal_…/);

  const expired = await make(owner);
  await t.db
    .update(apiTokens)
    .set({ expires_at: sql`now() - interval '1 second'` })
    .where(eq(apiTokens.id, expired.id));
  await expect(show(expired.token)).rejects.toThrow(/expired on \d{4}-\d\d-\d\d/);

  const revoked = await make(owner);
  await expect(revokeToken(await makeUser(t.db), { token_id: revoked.id })).rejects.toMatchObject({
    tag: "NotFound",
  });
  await revokeToken(owner, { token_id: revoked.id });
  await expect(show(revoked.token)).rejects.toThrow(/revoked/);

  const { token } = await make(owner);
  await t.db.update(users).set({ is_active: false }).where(eq(users.id, owner.user.id));
  await expect(show(token)).rejects.toMatchObject({ tag: "Unauthenticated" });
});

test("an address that keeps showing wrong tokens has to wait; others do not", async () => {
  const { token } = await make(await makeUser(t.db));
  const wrong = `fractal_${"x".repeat(43)}`;
  for (let n = 0; n < 100; n += 1)
    await expect(show(wrong, "10.9.9.9")).rejects.toMatchObject({ tag: "Unauthenticated" });
  await expect(show(token, "10.9.9.9")).rejects.toMatchObject({ tag: "RateLimited" });
  await expect(show(token, "10.9.9.8")).resolves.toBeDefined();
});

test("names are the owner's own, and nobody gives away powers that he lacks", async () => {
  const owner = await makeUser(t.db);
  await make(owner, ["read"], "mine");
  await make(await makeUser(t.db), ["read"], "mine");
  const again = { tag: "InvalidInput", fields: { name: expect.stringContaining("'mine'") as unknown } };
  await expect(make(owner, ["read"], "mine")).rejects.toMatchObject(again);
  await expect(make(owner, ["admin"])).rejects.toMatchObject({
    fields: { scopes: expect.stringContaining("administrators") as unknown },
  });
  await expect(make(await makeUser(t.db, { is_superuser: true }), ["admin"])).resolves.toBeDefined();
});

// A call without input: rights are judged before the input is read.
const callAs = (scopes: readonly TokenScope[] | null, service: Owner, name: string) => {
  const caller: unknown = createCaller({ service, scopes, isCrossSite: false });
  const call = name.split(".").reduce((node, key) => (node as Record<string, unknown>)[key], caller);
  return (call as () => Promise<unknown>)().then(
    () => "answered",
    (err: unknown) => (/API token/.test((err as Error).message) ? "refused" : "answered"),
  );
};

type Definition = { _def: { type: "query" | "mutation"; meta?: object } };
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Definition>);

test.each(procedures)("%s is closed to tokens without its scope", async (name, { _def }) => {
  const needed = scopeOf(_def.type, _def.meta);
  const owner = await makeUser(t.db);
  const others = TOKEN_SCOPES.filter((scope) => scope !== needed);
  expect(await callAs(others, owner, name)).toBe("refused");
  if (needed !== "session") expect(await callAs([needed], owner, name)).toBe("answered");
});
