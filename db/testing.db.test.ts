import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb, type TestDb } from "@/db/testing";

let first: TestDb;
let second: TestDb;
beforeAll(async () => {
  [first, second] = await Promise.all([createTestDb(), createTestDb()]);
});
afterAll(() => Promise.all([first.drop(), second.drop()]));

test("every test database is migrated and its own", async () => {
  await first.db.$client`CREATE TABLE only_here (id int)`;
  const tables = (t: TestDb) =>
    t.db.$client<{ tablename: string }[]>`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`;
  const inSecond = (await tables(second)).map((row) => row.tablename);
  expect(inSecond).not.toContain("only_here");
  expect((await tables(first)).map((row) => row.tablename).sort()).toEqual([...inSecond, "only_here"].sort());
  expect(inSecond).toContain("project");
});

test("eight byte integers arrive as numbers, instants as text with their offset", async () => {
  const [row] = await first.db
    .$client`SELECT 9007199254740991::bigint AS id, ARRAY[1, 2]::bigint[] AS ids, count(*) AS n,
    '2026-01-01T12:00:00+02:00'::timestamptz::text AS at FROM pg_class`;
  expect(row).toMatchObject({
    id: 9007199254740991,
    ids: [1, 2],
    n: expect.any(Number) as number,
    at: "2026-01-01 10:00:00+00",
  });
});
