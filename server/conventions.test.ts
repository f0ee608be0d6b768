/** Rules of the tree that no compiler knows. */
import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { appRouter, createCaller } from "@/server/api/root";
import { UnauthenticatedError } from "@/server/contracts/errors";

const ROOT = path.resolve(import.meta.dirname, "..");
/** Tracked files and new ones that git does not ignore. */
const FILES = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && !file.endsWith("package-lock.json"));
const CODE = FILES.filter((file) => /\.(ts|tsx|mjs|py)$/.test(file));
const textOf = (file: string) => {
  try {
    return readFileSync(path.join(ROOT, file), "utf8");
  } catch {
    return ""; // deleted and not committed yet
  }
};
const offenders = (files: readonly string[], pattern: RegExp) =>
  files.filter((file) => pattern.test(textOf(file)));

/** Procedures that answer anybody; each needs a reason. */
const PUBLIC = new Set<string>([]);
// No database behind it: the check must come before everything else.
const anonymous: unknown = createCaller({
  service: new UnauthenticatedError(),
  scopes: null,
  isCrossSite: false,
});
const closed = Object.keys(appRouter._def.procedures).filter((name) => !PUBLIC.has(name));

test.each(closed)("%s rejects anonymous callers", async (name) => {
  const call = name.split(".").reduce((node, key) => (node as Record<string, unknown>)[key], anonymous);
  await expect((call as () => Promise<unknown>)()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});

/** Files of `server/services/<entity>/` that authorise nobody, and why they may. */
const NOT_VERBS: Readonly<Record<string, string>> = {
  "dataset/lock.ts": "inside the transaction of a verb",
  "dataset/summaries.ts": "a query whose user the verb hands over",
  "group/of-users.ts": "a query whose users the verb hands over",
  "image/columns.ts": "a select list",
  "image/counts.ts": "counts of a list that the verb has authorised",
  "image/filter.ts": "builds a condition",
  "job/check-submission.ts": "judges what the verb has authorised",
  "job/find-active.ts": "inside a verb",
  "job/last-job.ts": "builds a subquery",
  "job/lock-open.ts": "inside the transaction of a verb",
  "job/plan-continue.ts": "parts of a verb",
  "job/plan-retry.ts": "parts of a verb",
  "job/summaries.ts": "a query whose condition the verb hands over",
  "job/tasks.ts": "parts of a job that the verb has authorised",
  "profile/columns.ts": "judges what the verb has authorised",
  "project/summaries.ts": "a query whose user the verb hands over",
  "resource/columns.ts": "judges what the verb has authorised",
  "resource/read-health.ts": "a probe; it names nothing that belongs to anybody",
  "resource/use.ts": "counts for a verb",
  "task/python-version.ts": "judges what the verb has authorised",
  "task/view.ts": "inside a verb",
  "token/find-user.ts": "decides who shows a token",
  "unit/rows.ts": "a query whose condition the verb hands over",
  "upload/reserve.ts": "parts of a verb",
  "user/find-identity.ts": "decides who is signed in",
  "user/find-session.ts": "decides who is signed in",
  "user/rules.ts": "judges what a verb is about to write",
  "user/verify-credentials.ts": "decides who may sign in",
  "workflow/lock.ts": "inside the transaction of a verb",
  "workflow/task-values.ts": "judges what the verb has authorised",
};

test("every verb asks who may do it", () => {
  const verbs = FILES.filter((file) => /^server\/services\/[^/]+\/.+(?<!\.test)\.ts$/.test(file));
  const unguarded = verbs.filter(
    (file) =>
      !/\brequire(User|Verified|Writer|Superuser|Compute|Project|Dataset|Workflow|WorkflowTask|Job|Run|Unit|Submission)\(/.test(
        textOf(file),
      ),
  );
  expect(unguarded.sort()).toEqual(
    Object.keys(NOT_VERBS)
      .map((file) => `server/services/${file}`)
      .sort(),
  );
});

test("no end-to-end test waits for a time to pass", () => {
  expect(
    offenders(
      CODE.filter((file) => file.startsWith("e2e/")),
      /waitForTimeout/,
    ),
  ).toEqual([]);
});

test("no file names the host of a package registry or a folder of the machine it was written on", () => {
  const hosts = [
    "registry.npm" + "js.org",
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "conda.ana" + "conda.org",
  ];
  const folders = ["work", "farm"].map((name) => `(?<![\\w.~)}\\]-])/${name}/`);
  const pattern = new RegExp([...hosts.map((host) => host.replaceAll(".", "\\.")), ...folders].join("|"));
  expect(offenders(FILES, pattern)).toEqual([]);
});

test("the lock file has every optional package: npm ci refuses it otherwise, on every machine", () => {
  type Locked = { version?: string; optionalDependencies?: Record<string, string> };
  const { packages } = JSON.parse(textOf("package-lock.json")) as { packages: Record<string, Locked> };
  const names = new Set(Object.keys(packages).map((key) => key.slice(key.lastIndexOf("node_modules/") + 13)));
  const missing = Object.values(packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}).filter((name) => !names.has(name)),
  );
  expect(missing, "run `npm run lock:complete` and commit the lock file").toEqual([]);
});

const MAX_LINES = 400;

test(`no file of ours is longer than ${MAX_LINES} lines`, () => {
  const ours = CODE.filter((file) => /^(server|components|app|db)\/.*(?<!\.test)\.(ts|tsx)$/.test(file));
  expect(ours.filter((file) => textOf(file).split("\n").length > MAX_LINES)).toEqual([]);
});
