import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { closeDb, createDb } from "@/db/client";
import { createTestDb, type TestDb } from "@/db/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

test.each([
  ["text", ["a", 'with "quotes"', "back\\slash", "a,b", "{}", "", "NULL", null]],
  ["int4", [1, null, -2]],
  ["int8", [9007199254740991, 0]],
  ["float8", [0.1, 1e300, null]],
  ["bool", [null, true, false]],
  ["text", []],
])("an array of %s is a parameter and a result: %j", async (type, values) => {
  const [row] = await t.db.execute(
    sql`SELECT ${sql.param(values)}::${sql.raw(type)}[] AS back, array_length(${sql.param(values)}::${sql.raw(type)}[], 1) AS n`,
  );
  expect(row).toEqual({ back: values, n: values.length || null });
});

/**
 * A way to the database that ends after `answers` packets of it and cannot be taken again, as when the server is
 * killed while somebody connects.
 */
async function cutAfter(answers: number): Promise<{ url: string; end(): void }> {
  const target = new URL(t.url);
  const server = createServer((near: Socket) => {
    const far = connect(Number(target.port), target.hostname);
    let left = answers;
    near.on("data", (bytes: Buffer) => far.write(bytes));
    far.on("data", (bytes: Buffer) => {
      left -= 1;
      if (left > 0) return void near.write(bytes);
      server.close();
      far.destroy();
      near.end();
    });
    for (const socket of [near, far]) socket.on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: Object.assign(new URL(t.url), { port: String(port) }).href, end: () => server.close() };
}

// Vitest fails a run in which a rejection is handled by nobody: in the server it would end the process.
test.each([1, 2, 3, 4, 5])(
  "a connection that is cut while it begins, after %i answers, fails its query and nothing else",
  async (answers) => {
    const way = await cutAfter(answers);
    const db = createDb(way.url, { max: 1 });
    await db.execute(sql`SELECT 1`).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    way.end();
    await closeDb(db);
  },
);
