/** The archive of a job through a real HTTP server: who gets it, and what it says when there is none. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { addMember, makeColleague, makeJob, makeStudy } from "@/server/services/testing";
import type { Owner, Study } from "@/server/services/testing";
import { createToken } from "@/server/services/token/create";
import { archiveRoute } from "./archive";
import { serveRoutes } from "./serve";

const SECRET = "a secret of this test";
const AT = "2026-11-20T10:00:00.000Z";
const bytes = randomBytes(3_000_000);

let t: TestDb;
let folder: string;
let server: Server;
let study: Study;
let jobId: number;
const logged: unknown[] = [];

beforeAll(async () => {
  process.env["NEXTAUTH_SECRET"] = SECRET;
  t = await createTestDb();
  folder = mkdtempSync(path.join(tmpdir(), "fractal-archive-"));
  study = await makeStudy(t.db);
  writeFileSync(path.join(folder, "proj_v2_1_job_7.zip"), bytes);
  jobId = await makeArchived({});
  const log = { error: (problem: unknown) => void logged.push(problem) };
  const serve = serveRoutes({ "/api/archive": archiveRoute() }, { db: t.db, log });
  server = createServer((request, response) => {
    if (!serve(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await t.drop();
  rmSync(folder, { recursive: true, force: true });
  expect(logged).toEqual([]);
});

async function makeArchived(part: Parameters<typeof makeJob>[2]): Promise<number> {
  const working_dir = path.join(folder, "proj_v2_1_job_7");
  const job = await makeJob(t.db, study, { state: "done", working_dir, archived_at: AT, ...part });
  return job.id;
}

async function ask(
  rest: string,
  {
    as,
    headers = {},
    method = "GET",
  }: { as?: Owner | null; headers?: Record<string, string>; method?: string } = {},
): Promise<Response> {
  const user = as === undefined ? study.owner.user : as?.user;
  const token = user && { user_id: user.id, session_epoch: user.session_epoch };
  const cookie = token && { cookie: `next-auth.session-token=${await encode({ token, secret: SECRET })}` };
  const { port } = server.address() as AddressInfo;
  return fetch(`http://localhost:${port}/api/archive${rest}`, { method, headers: { ...cookie, ...headers } });
}
const errorOf = async (answer: Response) => ((await answer.json()) as { error: string }).error;

test("a member gets the whole file under its own name; a broken download can go on", async () => {
  const reader = await makeColleague(study.owner);
  await addMember(t.db, study.project.id, reader, "r");
  const answer = await ask(`/${jobId}`, { as: reader });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-disposition")).toBe(
    'attachment; filename="proj_v2_1_job_7_archive.zip"',
  );
  expect(answer.headers.get("content-type")).toBe("application/zip");
  expect(answer.headers.get("content-length")).toBe(String(bytes.length));
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);

  const tag = answer.headers.get("etag") ?? "";
  const rest = await ask(`/${jobId}`, { headers: { range: "bytes=2999990-", "if-range": tag } });
  expect(rest.status).toBe(206);
  expect(Buffer.from(await rest.arrayBuffer())).toEqual(bytes.subarray(2_999_990));
  const head = await ask(`/${jobId}`, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "3000000"]);
});

test("a large archive is streamed: it is read as it is taken, a little ahead, and a range alone", async () => {
  const size = 512 * 2 ** 20;
  const name = "proj_v2_1_job_8";
  const file = path.join(folder, `${name}.zip`);
  writeFileSync(file, "");
  truncateSync(file, size);
  const id = await makeArchived({ dataset_id: null, working_dir: path.join(folder, name) });
  const handle = await open(file);
  const read = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, "read");
  await handle.close();
  try {
    /** What was asked of the disk by now. */
    const asked = () =>
      (read.mock.calls as unknown[][]).reduce((sum, [, , length]) => sum + Number(length), 0);
    const answer = await ask(`/${id}`);
    expect(answer.headers.get("content-length")).toBe(String(size));
    let taken = 0;
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      taken += piece.length;
      expect(asked()).toBeGreaterThanOrEqual(taken);
      // Far less than the file: what lies in the buffers of the stream and of the two sockets.
      expect(asked() - taken).toBeLessThan(size / 8);
      // Leaving the loop breaks the download off.
      if (taken > size / 8) break;
    }
    expect(asked()).toBeLessThan(size / 2);
    read.mockClear();
    const rest = await ask(`/${id}`, { headers: { range: `bytes=${size - 5}-` } });
    expect(Buffer.from(await rest.arrayBuffer())).toEqual(Buffer.alloc(5));
    expect(asked()).toBeLessThan(2 ** 20);
  } finally {
    read.mockRestore();
  }
});

test("nobody else: strangers and administrators learn nothing, others are told to sign in", async () => {
  const stranger = await makeColleague(study.owner);
  const admin = await makeColleague(study.owner, { is_superuser: true });
  const unverified = await makeColleague(study.owner, { is_verified: false });
  for (const [as, status] of [
    [stranger, 404],
    [admin, 404],
    [unverified, 403],
    [null, 401],
  ] as const) {
    const answer = await ask(`/${jobId}`, { as });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-disposition")).toBeNull();
    expect(await errorOf(answer)).not.toContain("proj_v2");
  }
  expect((await ask(`/${jobId}`, { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(403);
});

test("an API token needs the scope to read", async () => {
  const withScope = async (scope: "read" | "write") => {
    const { token } = await createToken(study.owner, { name: scope, scopes: [scope], expires_in_days: 1 });
    return ask(`/${jobId}`, { as: null, headers: { authorization: `Bearer ${token}` } });
  };
  expect((await withScope("read")).status).toBe(200);
  expect((await withScope("write")).status).toBe(403);
});

test("without an archive the answer says why: not made yet, held up, removed for its age, lost", async () => {
  const other = { dataset_id: null };
  const sentences: [Parameters<typeof makeJob>[2], number, RegExp][] = [
    [{ ...other, archived_at: null }, 412, /has no archive yet: it is made some seconds after the end/],
    [{ ...other, archived_at: null, archive_problem: "The disk is full." }, 412, /^The disk is full\.$/],
    [{ ...other, archive_removed_at: AT }, 412, /was removed for its age on 2026-11-20/],
    [
      { ...other, working_dir: path.join(folder, "lost") },
      412,
      /^The archive of job \d+ is not at .*lost\.zip: it was moved/,
    ],
  ];
  for (const [part, status, sentence] of sentences) {
    const answer = await ask(`/${await makeArchived(part)}`);
    expect(answer.status).toBe(status);
    expect(await errorOf(answer)).toMatch(sentence);
  }
});

test("nothing but the number of a job is an address, and nothing can be written", async () => {
  for (const rest of ["", "/", "/x", `/${jobId}/more`, "/..%2f..%2fetc%2fpasswd", "/999999999"])
    expect([rest, (await ask(rest)).status]).toEqual([rest, 404]);
  expect((await ask(`/${jobId}`, { method: "POST" })).status).toBe(405);
});
