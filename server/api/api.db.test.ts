import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { getRequester } from "@/server/auth/actor";
import { isCrossSite } from "@/server/auth/cross-site";
import type { ApiContext } from "@/server/api/context";
import { appRouter, createCaller } from "@/server/api/root";
import { UnauthenticatedError } from "@/server/contracts/errors";
import { systemContext } from "@/server/services/context";
import { createUser } from "@/server/services/user/create";
import { setPassword } from "@/server/services/user/set-password";
import { makeStudy } from "@/server/services/testing";
import type { Study } from "@/server/services/testing";

const SECRET = "a secret for this test only, 32 bytes long";
let t: TestDb;
let study: Study;
beforeAll(async () => {
  vi.stubEnv("NEXTAUTH_SECRET", SECRET);
  vi.stubEnv("NEXTAUTH_URL", "http://fractal.example.org");
  t = await createTestDb();
  study = await makeStudy(t.db);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await t.drop();
});

const cookieOf = async (claims: Record<string, unknown>, secret = SECRET, maxAge = 60) =>
  new Headers({ cookie: `a=b; next-auth.session-token=${await encode({ token: claims, secret, maxAge })}` });

/** One request as a browser of this person sends it. */
async function call(
  path: string,
  init: { input?: unknown; headers?: HeadersInit; post?: boolean; anonymous?: boolean },
) {
  const input = JSON.stringify(init.input ?? {});
  const url = `http://localhost:3000/api/trpc/${path}${init.post ? "" : `?input=${encodeURIComponent(input)}`}`;
  const headers = new Headers(init.headers);
  headers.set("host", "localhost:3000");
  if (init.post) headers.set("content-type", "application/json");
  const req = new Request(url, {
    headers,
    method: init.post ? "POST" : "GET",
    ...(init.post ? { body: input } : {}),
  });
  const service = init.anonymous ? new UnauthenticatedError() : study.owner;
  const createContext = (): ApiContext => ({ service, scopes: null, isCrossSite: isCrossSite(headers) });
  const res = await fetchRequestHandler({ endpoint: "/api/trpc", req, router: appRouter, createContext });
  return {
    status: res.status,
    body: (await res.json()) as { result?: { data: unknown }; error?: { message: string; data: object } },
  };
}

test("an answer carries no wrapping: ids are numbers, times are ISO 8601 text", async () => {
  const { status, body } = await call("dataset.get", { input: { dataset_id: study.dataset.id } });
  expect(status).toBe(200);
  expect(body.result?.data).toMatchObject({
    id: study.dataset.id,
    timestamp_created: expect.stringMatching(/Z$/) as unknown,
  });
});

test("failures have a status, a sentence, the fields at fault, and nothing else", async () => {
  expect(await call("dataset.get", { input: { dataset_id: 999_999 } })).toMatchObject({
    status: 404,
    body: { error: { message: "Dataset 999999 not found.", data: { code: "NOT_FOUND", fields: {} } } },
  });
  const wrong = await call("image.add", {
    post: true,
    input: { dataset_id: study.dataset.id, zarr_url: "/elsewhere" },
  });
  expect(wrong).toMatchObject({
    status: 400,
    body: { error: { data: { fields: { zarr_url: expect.any(String) as unknown } } } },
  });
  const invalid = await call("project.create", { post: true, input: { name: "a/b", extra: 1 } });
  expect(invalid).toMatchObject({
    status: 400,
    body: { error: { data: { fields: { name: expect.stringContaining("letters") as unknown } } } },
  });
  expect(invalid.body.error?.data).not.toHaveProperty("stack");
  expect((await call("user.me", { anonymous: true })).status).toBe(401);
});

test("changes are refused when another site's page sends them", async () => {
  const create = (headers: HeadersInit) =>
    call("project.create", { post: true, input: { name: `P ${Math.random()}` }, headers });
  expect((await create({ origin: "http://localhost:3000" })).status).toBe(200);
  expect((await create({ origin: "http://fractal.example.org" })).status).toBe(200);
  expect((await create({})).status).toBe(200);
  for (const headers of [
    { origin: "http://evil.example.org" },
    { origin: "null" },
    { origin: "http://localhost:3001" },
    { "sec-fetch-site": "cross-site" },
  ] as HeadersInit[])
    expect((await create(headers)).status).toBe(403);
  const read = await call("project.list", { headers: { origin: "http://evil.example.org" } });
  expect(read.status).toBe(200);
});

test("a session is honoured until it ends: epoch raised, account gone, cookie forged or expired", async () => {
  const { user_id } = await createUser(systemContext(t.db), {
    email: "s@example.org",
    password: "long enough",
    project_dirs: ["/s"],
  });
  const claims = { user_id, session_epoch: 0 };
  const ask = (headers: Headers) => getRequester(t.db, headers);
  const ended = { tag: "Unauthenticated" };
  expect(await ask(await cookieOf(claims))).toMatchObject({ user: { id: user_id }, scopes: null });
  await expect(ask(new Headers())).rejects.toMatchObject(ended);
  await expect(ask(await cookieOf(claims, "another secret, just as long as it was"))).rejects.toMatchObject(
    ended,
  );
  await expect(ask(await cookieOf(claims, SECRET, -60))).rejects.toMatchObject(ended);
  await expect(ask(await cookieOf({ user_id: String(user_id), session_epoch: 0 }))).rejects.toMatchObject(
    ended,
  );
  await setPassword(systemContext(t.db), { user_id, password: "another one" });
  await expect(ask(await cookieOf(claims))).rejects.toMatchObject(ended);
});

test.each([
  ["a text with NUL", { args_parallel: { threshold: 1, channels: ["a\0b"] } }, "args_parallel.channels.0"],
  ["half a character", { args_parallel: { channels: ["\ud800"] } }, "args_parallel.channels.0"],
  ["a name with NUL", { alias: "a\0" }, "alias"],
])("%s is refused at its place, because it cannot be stored", async (_what, part, place) => {
  const input = { workflow_task_id: study.step.id, version: study.step.version, ...part };
  const { status, body } = await call("workflow.updateTask", { post: true, input });
  expect(status).toBe(400);
  expect(body.error?.data).toMatchObject({ fields: { [place]: expect.stringContaining("NUL") as unknown } });
});

test("what would be lost on the way is refused: a key __proto__, nesting without end", async () => {
  const ask = (args: string) =>
    createCaller({ service: study.owner, scopes: null, isCrossSite: false }).workflow.updateTask({
      workflow_task_id: study.step.id,
      version: study.step.version,
      args_parallel: JSON.parse(args) as Record<string, never>,
    });
  await expect(ask('{"__proto__": {"threshold": 5}}')).rejects.toThrow(/__proto__/);
  await expect(ask(`{"a": ${"[".repeat(99)}${"]".repeat(99)}}`)).rejects.toThrow(/nested/);
});

test("names and addresses that no index holds are refused", async () => {
  const long = Array.from({ length: 5_000 }, (_, n) => (n * 7919).toString(36)).join("");
  const { project, dataset } = study;
  const answers = await Promise.all([
    call("workflow.create", { post: true, input: { project_id: project.id, name: long } }),
    call("image.add", {
      post: true,
      input: { dataset_id: dataset.id, zarr_url: `${dataset.zarr_dir}/${long}` },
    }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([400, 400]);
});
