/**
 * `docs/rights.md` says who may do what; here every cell of it is tried. A procedure without a row fails, and so
 * does a row without a procedure.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { TRPCError } from "@trpc/server";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { taskGroupActivities } from "@/db/schema";
import { one } from "@/db/rows";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { appRouter, createCaller } from "@/server/api/root";
import { scopeOf } from "@/server/api/trpc";
import { UnauthenticatedError } from "@/server/contracts/errors";
import {
  RESOURCE_DOCUMENT,
  addMember,
  makeColleague,
  makeJob,
  makeRun,
  makeStudy,
  makeUnits,
  makeUser,
} from "@/server/services/testing";
import type { Owner, Study } from "@/server/services/testing";
import { createGroup } from "@/server/services/group/create";
import { createToken } from "@/server/services/token/create";
import { findSessionUser } from "@/server/services/user/find-session";

const ROLES = [
  "anonymous",
  "inactive",
  "unverified",
  "guest",
  "stranger",
  "reader",
  "writer",
  "executor",
  "superuser",
] as const;
type Role = (typeof ROLES)[number];
/** `yes`: the right is there; whether the request then makes sense is another matter. */
const ANSWERS = ["yes", "401", "403", "404"] as const;
type Answer = (typeof ANSWERS)[number];

let t: TestDb;
let answering: NodeJS.Timeout;
beforeAll(async () => {
  t = await createTestDb();
  // In the place of a runner, which nobody waits for here.
  const answer = sql`UPDATE runner_call SET answer = '{"ok": false, "error": "no runner"}' WHERE answer IS NULL`;
  answering = setInterval(() => void t.db.execute(answer).catch(() => undefined), 50);
});
afterAll(async () => {
  clearInterval(answering);
  await t.drop();
});

/** A study with a job, and everything a procedure may name. Made anew for each call: calls change things. */
async function makeScene() {
  const study = await makeStudy(t.db);
  const job = await makeJob(t.db, study, { state: "failed" });
  const run = await makeRun(t.db, study, job.id, { state: "failed", stage: "closed", num_failed: 1 });
  const unit = one(await makeUnits(t.db, run.id, [{ state: "failed" }]));
  return { study, job, run, unit };
}
type Scene = Awaited<ReturnType<typeof makeScene>>;

/** Members of the project of the scene as far as their name says; the others are its owner's colleagues. */
async function makePerson(role: Exclude<Role, "anonymous">, { owner, project }: Study): Promise<Owner> {
  const person = await makeColleague(owner, {
    is_active: role !== "inactive",
    is_verified: role !== "unverified",
    is_guest: role === "guest",
    is_superuser: role === "superuser",
  });
  const rights = {
    inactive: "rwx",
    unverified: "rwx",
    guest: "r",
    reader: "r",
    writer: "rw",
    executor: "rwx",
  } as const;
  if (role in rights) await addMember(t.db, project.id, person, rights[role as keyof typeof rights]);
  return person;
}

type Inputs = Readonly<Record<string, (scene: Scene, person: Owner | null) => unknown>>;

const name = () => `n${crypto.randomUUID().slice(0, 8)}`;
const of = {
  project: ({ study }: Scene) => ({ project_id: study.project.id }),
  dataset: ({ study }: Scene) => ({ dataset_id: study.dataset.id }),
  workflow: ({ study }: Scene) => ({ workflow_id: study.workflow.id }),
  step: ({ study }: Scene) => ({ workflow_task_id: study.step.id }),
  job: ({ job }: Scene) => ({ job_id: job.id }),
  run: ({ run }: Scene) => ({ run_id: run.id }),
  unit: ({ unit }: Scene) => ({ unit_id: unit.id }),
  user: ({ study }: Scene) => ({ user_id: study.owner.user.id }),
  resource: ({ study }: Scene) => ({ resource_id: study.group.resource_id }),
  profile: ({ study }: Scene) => ({ profile_id: study.owner.user.profile_id }),
};
const admin = async () => makeUser(t.db, { is_superuser: true });

/** A request that makes sense, by procedure; those that are missing take no input. */
const INPUTS: Inputs = {
  "project.get": of.project,
  "project.create": () => ({ name: name() }),
  "project.update": (scene) => ({ ...of.project(scene), name: name() }),
  "dataset.list": of.project,
  "dataset.get": of.dataset,
  "dataset.create": (scene) => ({ ...of.project(scene), name: name() }),
  "dataset.rename": (scene) => ({ ...of.dataset(scene), name: name() }),
  "dataset.delete": of.dataset,
  "image.list": of.dataset,
  "image.facets": of.dataset,
  "image.add": (scene) => ({ ...of.dataset(scene), zarr_url: `${scene.study.dataset.zarr_dir}/new` }),
  "image.edit": (scene) => ({
    ...of.dataset(scene),
    image_id: scene.study.images[0]?.id,
    types: { ok: true },
  }),
  "image.remove": (scene) => ({ ...of.dataset(scene), image_ids: [scene.study.images[0]?.id] }),
  "workflow.list": of.project,
  "workflow.get": of.workflow,
  "workflow.progress": (scene) => ({ ...of.workflow(scene), ...of.dataset(scene) }),
  "workflow.create": (scene) => ({ ...of.project(scene), name: name() }),
  "workflow.import": (scene) => ({ ...of.project(scene), workflow: { name: name(), task_list: [] } }),
  "workflow.rename": (scene) => ({ ...of.workflow(scene), name: name() }),
  "workflow.delete": of.workflow,
  "workflow.addTask": (scene) => ({ ...of.workflow(scene), task_id: scene.study.task.id }),
  "workflow.updateTask": (scene) => ({ ...of.step(scene), version: scene.study.step.version, alias: "a" }),
  "workflow.moveTask": (scene) => ({ ...of.step(scene), order: 0 }),
  "workflow.removeTask": of.step,
  "task.get": ({ study }) => ({ task_id: study.task.id }),
  "task.activity": async ({ study }, person) => {
    const values = { pkg_name: "p", version: "1", action: "collect" as const };
    const user_id = (person ?? study.owner).user.id;
    const activity = one(
      await t.db
        .insert(taskGroupActivities)
        .values({ ...values, user_id })
        .returning(),
    );
    return { activity_id: activity.id };
  },
  "task.findPackage": () => ({ package: "anything", python_version: "3.9" }),
  "task.collect": () => ({
    origin: "pypi",
    package: "anything",
    package_version: "1",
    python_version: "3.9",
  }),
  "job.list": of.project,
  "job.get": of.job,
  "job.poll": (scene) => ({ ...of.job(scene), version: "" }),
  "job.preview": (scene) => ({ ...of.workflow(scene), ...of.dataset(scene) }),
  "job.submit": (scene) => ({ ...of.workflow(scene), ...of.dataset(scene) }),
  "job.previewContinue": (scene) => ({ ...of.workflow(scene), ...of.dataset(scene) }),
  "job.needs": (scene) => ({ ...of.workflow(scene), ...of.dataset(scene), order: 0 }),
  "job.continue": (scene) => ({ ...of.workflow(scene), ...of.dataset(scene) }),
  "job.previewRetry": of.run,
  "job.retry": of.run,
  "job.stop": of.job,
  "job.stopUnits": of.run,
  "unit.list": of.run,
  "unit.get": of.unit,
  "unit.log": of.unit,
  "token.create": () => ({ name: name(), scopes: ["read"], expires_in_days: 1 }),
  "token.revoke": async (_scene, person) => {
    const owner = person ?? (await admin());
    const { id } = await createToken(owner, { name: name(), scopes: ["read"], expires_in_days: 1 });
    return { token_id: id };
  },
  "user.get": of.user,
  "user.create": () => ({ email: `${name()}@example.org`, project_dirs: ["/x"] }),
  "user.update": (scene) => ({ ...of.user(scene), is_guest: false }),
  "user.setPassword": (scene) => ({ ...of.user(scene), password: "long enough" }),
  "group.create": () => ({ name: name() }),
  "group.setMembers": async () => ({ ...(await createGroup(await admin(), { name: name() })), user_ids: [] }),
  "group.delete": async () => createGroup(await admin(), { name: name() }),
  "resource.get": of.resource,
  "resource.create": () => ({ ...RESOURCE_DOCUMENT, name: name() }),
  "resource.update": (scene) => ({
    ...of.resource(scene),
    version: 0,
    document: { ...RESOURCE_DOCUMENT, name: name() },
  }),
  "resource.delete": of.resource,
  "profile.list": () => ({}),
  "profile.get": of.profile,
  "profile.create": (scene) => ({
    ...of.resource(scene),
    document: { resource_type: "local", name: name() },
  }),
  "profile.update": (scene) => ({
    ...of.profile(scene),
    version: 0,
    document: { resource_type: "local", name: name() },
  }),
  "profile.delete": of.profile,
};

const CODES: Partial<Record<string, Answer>> = { UNAUTHORIZED: "401", FORBIDDEN: "403", NOT_FOUND: "404" };

async function tryAs(role: Role, procedure: string): Promise<Answer> {
  const scene = await makeScene();
  const person = role === "anonymous" ? null : await makePerson(role, scene.study);
  // As a request finds it: an inactive account has no session.
  const user =
    person &&
    (await findSessionUser(t.db, { user_id: person.user.id, session_epoch: person.user.session_epoch }));
  const service = user ? { db: t.db, actor: { kind: "user", user } as const } : new UnauthenticatedError();
  const caller: unknown = createCaller({ service, scopes: null, isCrossSite: false });
  const call = procedure.split(".").reduce((node, key) => (node as Record<string, unknown>)[key], caller);
  const input = await INPUTS[procedure]?.(scene, person);
  try {
    await (call as (input: unknown) => Promise<unknown>)(input);
    return "yes";
  } catch (err) {
    if (!(err instanceof TRPCError)) throw err;
    if (err.code === "INTERNAL_SERVER_ERROR") throw err.cause ?? err;
    return CODES[err.code] ?? "yes";
  }
}

const DOCUMENT = readFileSync(path.resolve(import.meta.dirname, "../../docs/rights.md"), "utf8");

/** Rows of the tables: `| procedure | answer × roles |`. */
const table = new Map(
  DOCUMENT.split("\n")
    .filter((line) => /^\| `\w+\.\w+`/.test(line))
    .map((line) => {
      const [procedure = "", ...answers] = line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", ""));
      return [procedure, answers] as const;
    }),
);

test("every procedure has a row in docs/rights.md, and every row a procedure and nine answers", () => {
  expect([...table.keys()].sort()).toEqual(Object.keys(appRouter._def.procedures).sort());
  for (const answers of table.values())
    expect(answers.map((answer) => ANSWERS.includes(answer as Answer))).toEqual(ROLES.map(() => true));
});

type Definition = { _def: { type: "query" | "mutation"; meta?: object } };
const procedures = appRouter._def.procedures as unknown as Record<string, Definition>;

test("what starts or stops jobs asks a token for the scope run", () => {
  const changes = Object.entries(procedures).filter(
    ([name, { _def }]) => name.startsWith("job.") && _def.type === "mutation",
  );
  expect(changes.map(([name, { _def }]) => [name, scopeOf(_def.type, _def.meta)])).toEqual(
    changes.map(([name]) => [name, "run"]),
  );
  expect(changes.length).toBeGreaterThan(3);
});

test("what is for administrators alone is closed to tokens without the scope admin", () => {
  const adminOnly = [...table].filter(
    ([, answers]) =>
      answers.at(-1) === "yes" && answers.slice(1, -1).every((answer) => /401|403/.test(answer)),
  );
  expect(adminOnly.length).toBeGreaterThan(10);
  for (const [name] of adminOnly) {
    const { _def } = procedures[name] ?? {};
    expect(["admin", "session"], name).toContain(_def && scopeOf(_def.type, _def.meta));
  }
});

describe.each([...table])("%s", (procedure, answers) => {
  test.each(ROLES.map((role, column) => [role, answers[column]] as const))(
    "%s: %s",
    async (role, expected) => {
      expect(await tryAs(role, procedure)).toBe(expected);
    },
  );
});
