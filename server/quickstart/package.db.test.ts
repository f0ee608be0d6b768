import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { makeTaskGroup, makeUser } from "@/server/services/testing";
import { ensurePublished, findGroup } from "./package";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

test("a package that an administrator has collected under another spelling of its version is used", async () => {
  const owner = await makeUser(t.db);
  const group = await makeTaskGroup(owner, { version: "2.1" });
  const wanted = { pkg_name: group.pkg_name, version: "2.1.0" };
  expect(await ensurePublished({ ctx: owner, signal: new AbortController().signal }, wanted)).toBe(
    `${group.pkg_name} 2.1.0 is there already`,
  );
  expect(await findGroup(owner, wanted)).toMatchObject({ id: group.id });
});
