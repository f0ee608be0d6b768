import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { InvalidInputError, PreconditionError } from "@/server/contracts/errors";
import { makeTaskGroup, makeUser } from "@/server/services/testing";
import { ensurePublished, findGroup, skippedFor } from "./package";
import { Skipped } from "./skipped";

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

const UNREACHABLE = "The package index 127.0.0.1:9 cannot be used: the connection was refused.";
const NO_VERSION = "There is no version 2.1.0 of a-package for Python 3.11.";
test.each([
  ["an index that cannot be reached", new PreconditionError(UNREACHABLE), new Skipped(UNREACHABLE)],
  [
    "no such version",
    new InvalidInputError(NO_VERSION, { package_version: NO_VERSION }),
    new Skipped(NO_VERSION),
  ],
  [
    "no such package",
    new InvalidInputError("No.", { package: "No." }),
    new Skipped("pip has no index with a-package for this computer."),
  ],
  ["a fault of our own", new TypeError("oops"), new TypeError("oops")],
])("%s: only what is no fault of ours skips the published tasks", (_, answer, end) => {
  const thrown = skippedFor(answer, "a-package");
  expect(thrown).toBeInstanceOf(end.constructor);
  expect(thrown).toHaveProperty("message", end.message);
});
