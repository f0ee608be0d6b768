/** Bytes of images through a real HTTP server: who gets them, which, and what they cost. */
import { randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, get } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import { projectMembers, users } from "@/db/schema";
import { addMember, makeDataset, makeProject, makeResource, makeUser } from "@/server/services/testing";
import type { Owner } from "@/server/services/testing";
import { dataRoute, GRANT_MS } from "./data";
import { serveRoutes } from "./serve";

const BIG_MB = 50;
const SECRET = "a secret of this test";

let t: Awaited<ReturnType<typeof createTestDb>>;
let folder: string;
let zarrDir: string;
let server: Server;
let port: number;
let clock = 0;
let owner: Owner;
let reader: Owner;
let stranger: Owner;
let projectId: number;
let datasetId: number;
const chunk = randomBytes(10_000);
const logged: unknown[] = [];

beforeAll(async () => {
  process.env["NEXTAUTH_SECRET"] = SECRET;
  t = await createTestDb();
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "fractal-data-")));
  zarrDir = path.join(folder, "projects/plates");
  const image = path.join(zarrDir, "plate.zarr/A/01/0");
  mkdirSync(path.join(image, "0/0/0/0"), { recursive: true });
  writeFileSync(path.join(image, ".zattrs"), "{}");
  writeFileSync(path.join(image, "0/0/0/0/0"), chunk);
  writeFileSync(path.join(image, "empty"), "");
  writeFileSync(path.join(image, "page.html"), "<script>alert(1)</script>");
  writeFileSync(path.join(image, "big"), Buffer.alloc(BIG_MB * 1024 * 1024, 7));
  mkdirSync(path.join(folder, "projects/plates2"));
  writeFileSync(path.join(folder, "projects/plates2/neighbour"), "not below the dataset");
  mkdirSync(path.join(folder, "mine"));
  writeFileSync(path.join(folder, "mine/shared"), "linked");
  symlinkSync("/etc", path.join(zarrDir, "etc"));
  symlinkSync("../plates2/neighbour", path.join(zarrDir, "neighbour"));
  symlinkSync(path.join(folder, "mine"), path.join(zarrDir, "mine"));
  symlinkSync("plate.zarr", path.join(zarrDir, "same.zarr"));
  symlinkSync("loop", path.join(zarrDir, "loop"));
  execFileSync("mkfifo", [path.join(zarrDir, "pipe")]);

  owner = await makeUser(t.db, { project_dirs: [path.join(folder, "mine")] });
  reader = await makeUser(t.db);
  stranger = await makeUser(t.db);
  const project = await makeProject(owner);
  projectId = project.id;
  await addMember(t.db, project.id, reader, "r");
  datasetId = (await makeDataset(t.db, project.id, { zarr_dir: zarrDir })).id;

  const routes = { "/api/data": dataRoute({ now: () => clock }) };
  const log = { error: (problem: unknown) => void logged.push(problem) };
  const serve = serveRoutes(routes, { db: t.db, log });
  server = createServer((request, response) => {
    if (!serve(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await t.drop();
  rmSync(folder, { recursive: true, force: true });
  expect(logged).toEqual([]);
});
// Each test asks anew for the right.
beforeEach(() => void (clock += GRANT_MS + 1));

const BASE = "plate.zarr/A/01/0";
const CHUNK = `${BASE}/0/0/0/0/0`;

async function cookieOf({ user }: Owner): Promise<string> {
  const token = { user_id: user.id, session_epoch: user.session_epoch };
  return `next-auth.session-token=${await encode({ token, secret: SECRET })}`;
}

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Not `fetch`: it would resolve `..` before it sends. */
async function ask(
  rest: string,
  options: { as?: Owner | null; headers?: Record<string, string>; method?: string } = {},
): Promise<Answer> {
  const { as = owner, headers = {}, method = "GET" } = options;
  const cookie = as === null ? {} : { cookie: await cookieOf(as) };
  return new Promise((resolve, reject) => {
    const target = { port, path: `/api/data${rest}`, method, headers: { ...cookie, ...headers } };
    get(target, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        }),
      );
    }).on("error", reject);
  });
}
const askFile = (file: string, options: Parameters<typeof ask>[1] = {}) =>
  ask(`/${datasetId}/${file}`, options);
const errorOf = ({ body }: Answer) => (JSON.parse(body.toString()) as { error: string }).error;

const isLinux = process.platform === "linux";
/** Descriptors of this process, which is the server, on files of the dataset. */
const openFiles = () =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(zarrDir);
    } catch {
      return false;
    }
  });

test("a reader gets the bytes, unchanged and with the headers of private data", async () => {
  const answer = await askFile(CHUNK, { as: reader, headers: { "accept-encoding": "gzip, br" } });
  expect(answer.status).toBe(200);
  expect(answer.body.equals(chunk)).toBe(true);
  expect(answer.headers).toMatchObject({
    "content-type": "application/octet-stream",
    "content-length": "10000",
    "accept-ranges": "bytes",
    "cache-control": "private, no-cache",
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  });
  expect(answer.headers["content-encoding"]).toBeUndefined();
  expect((await askFile(`${BASE}/.zattrs`)).headers["content-type"]).toBe("application/json");
  expect((await askFile(`${BASE}/page.html`)).headers["content-type"]).toBe("application/octet-stream");
});

test("nobody else does, and a stranger does not learn which files exist", async () => {
  expect((await askFile(CHUNK, { as: null })).status).toBe(401);
  const existing = await askFile(CHUNK, { as: stranger });
  const absent = await askFile("no/such/file", { as: stranger });
  expect(existing.status).toBe(404);
  expect(errorOf(existing)).toBe(errorOf(absent));
  expect((await ask(`/999999/${CHUNK}`)).status).toBe(404);
  expect((await askFile(CHUNK, { headers: { origin: "https://evil.example" } })).status).toBe(403);
  expect((await askFile(CHUNK, { method: "PUT" })).status).toBe(405);
});

test("a right that was taken away ends within a minute, a session that was ended at once", async () => {
  const leaver = await makeUser(t.db);
  await addMember(t.db, projectId, leaver, "r");
  expect((await askFile(CHUNK, { as: leaver })).status).toBe(200);
  await t.db.delete(projectMembers).where(eq(projectMembers.user_id, leaver.user.id));
  expect(GRANT_MS).toBeLessThanOrEqual(60_000);
  clock += GRANT_MS + 1;
  expect((await askFile(CHUNK, { as: leaver })).status).toBe(404);

  const blocked = await makeUser(t.db);
  await addMember(t.db, projectId, blocked, "r");
  expect((await askFile(CHUNK, { as: blocked })).status).toBe(200);
  await t.db.update(users).set({ is_active: false }).where(eq(users.id, blocked.user.id));
  expect((await askFile(CHUNK, { as: blocked })).status).toBe(401);
});

test.each([
  "../../../../../../../../etc/passwd",
  "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
  "%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
  "..%2f..%2f..%2fetc%2fpasswd",
  "plate.zarr/../neighbour",
  "plate.zarr/%2e%2e/neighbour",
  "plate.zarr/..%00/neighbour",
  `${CHUNK}%00.json`,
  "//etc/passwd",
  "/etc/passwd",
  "%2Fetc%2Fpasswd",
  "./plate.zarr",
  "%zz",
  "..%5c..%5cetc%5cpasswd",
  "%252e%252e/%252e%252e/etc/passwd",
  "../plates2/neighbour",
  `${"a/".repeat(3000)}b`,
  "a".repeat(300),
  "",
])("no way out by its spelling: %s", async (file) => {
  const answer = await askFile(file);
  expect(answer.status).toBe(404);
  expect(answer.headers["content-type"]).toContain("application/json");
});

test("no way out by links, except to folders that are the person's own", async () => {
  for (const file of ["etc/passwd", "neighbour"]) {
    const answer = await askFile(file);
    expect(answer.status).toBe(403);
    expect(errorOf(answer)).toContain("A link leads to a file outside the folder of the dataset");
  }
  expect((await askFile("mine/shared", { as: owner })).body.toString()).toBe("linked");
  expect((await askFile("mine/shared", { as: reader })).status).toBe(403);
  expect((await askFile(CHUNK.replace("plate", "same"))).body.equals(chunk)).toBe(true);
});

test("the folder of a dataset may be a link, but not one that leads out of the folders of who made it", async () => {
  const home = path.join(folder, "home");
  mkdirSync(path.join(home, "moved"), { recursive: true });
  writeFileSync(path.join(home, "moved/file"), "moved");
  const linkOf = async (name: string, to: string) => {
    symlinkSync(to, path.join(home, name));
    return (await makeDataset(t.db, projectId, { zarr_dir: path.join(home, name) })).id;
  };
  const [inside, etc, ofReader] = [
    await linkOf("inside", "moved"),
    await linkOf("etc", "/etc"),
    await linkOf("reader", path.join(folder, "mine")),
  ];
  const maker = await makeUser(t.db, { project_dirs: [home] });
  const refused = "is a link that leads out of the project folder it was made in";
  expect((await ask(`/${inside}/file`, { as: reader })).status).toBe(403);
  clock += GRANT_MS + 1;
  await addMember(t.db, projectId, maker, "rw");
  for (const as of [maker, reader])
    expect((await ask(`/${inside}/file`, { as })).body.toString()).toBe("moved");
  for (const as of [maker, reader, owner]) {
    const answer = await ask(`/${etc}/passwd`, { as });
    expect([answer.status, errorOf(answer)]).toEqual([403, expect.stringContaining(refused)]);
  }
  expect((await ask(`/${ofReader}/shared`, { as: maker })).status).toBe(403);
  expect((await ask(`/${ofReader}/shared`, { as: owner })).body.toString()).toBe("linked");
});

test("what is no file is not found, and nothing waits for it", async () => {
  for (const file of ["plate.zarr", BASE, "pipe", "loop", `${CHUNK}/below`, `${BASE}/0/0/0/0/1`])
    expect((await askFile(file)).status, file).toBe(404);
});

test.each([
  ["bytes=0-0", 0, 0],
  ["bytes=100-4099", 100, 4099],
  ["bytes=9000-", 9000, 9999],
  ["bytes=9990-20000", 9990, 9999],
  ["bytes=-16", 9984, 9999],
] as const)("%s is exact", async (range, start, end) => {
  const answer = await askFile(CHUNK, { headers: { range } });
  expect(answer.status).toBe(206);
  expect(answer.headers["content-range"]).toBe(`bytes ${start}-${end}/10000`);
  expect(answer.body.equals(chunk.subarray(start, end + 1))).toBe(true);
});

test("a range outside the file, and of an empty file", async () => {
  const outside = await askFile(CHUNK, { headers: { range: "bytes=10000-" } });
  expect([outside.status, outside.headers["content-range"]]).toEqual([416, "bytes */10000"]);
  expect((await askFile(`${BASE}/empty`, { headers: { range: "bytes=0-9" } })).status).toBe(416);
  const empty = await askFile(`${BASE}/empty`);
  expect([empty.status, empty.body.length]).toEqual([200, 0]);
});

test("HEAD tells the size, without a body", async () => {
  const answer = await askFile(`${BASE}/big`, { method: "HEAD" });
  expect(answer.status).toBe(200);
  expect(answer.headers["content-length"]).toBe(String(BIG_MB * 1024 * 1024));
  expect(answer.body).toHaveLength(0);
});

test("what the browser has is not sent again until it changes", async () => {
  const file = path.join(zarrDir, "changing");
  writeFileSync(file, "first");
  const etag = (await askFile("changing")).headers.etag ?? "";
  const again = await askFile("changing", { headers: { "if-none-match": etag } });
  expect([again.status, again.body.length]).toEqual([304, 0]);
  const part = { range: "bytes=0-1", "if-range": etag };
  expect((await askFile("changing", { headers: part })).status).toBe(206);

  writeFileSync(file, "again");
  const changed = await askFile("changing", { headers: { "if-none-match": etag } });
  expect([changed.status, changed.body.toString()]).toEqual([200, "again"]);
  const whole = await askFile("changing", { headers: part });
  expect([whole.status, whole.body.toString()]).toEqual([200, "again"]);
});

test("where this server cannot read, it says so", async () => {
  const store = await makeDataset(t.db, projectId, { zarr_dir: "s3://bucket/plates" });
  const answer = await ask(`/${store.id}/plate.zarr/.zattrs`);
  expect([answer.status, errorOf(answer)]).toEqual([
    412,
    "The images are in an object store (s3://bucket/plates), which this server cannot read yet. Open the path with your own tools.",
  ]);
  const resource = await makeResource(t.db, { type: "slurm_ssh", name: "cluster-a" });
  const project = await makeProject(owner, { resource_id: resource.id });
  const far = await makeDataset(t.db, project.id, { zarr_dir: zarrDir });
  const onCluster = await ask(`/${far.id}/${CHUNK}`);
  expect(onCluster.status).toBe(412);
  expect(errorOf(onCluster)).toContain("on the cluster 'cluster-a'");
});

test.runIf(isLinux)("a client that leaves in the middle leaves nothing open", async () => {
  const cookie = await cookieOf(owner);
  const leave = () =>
    new Promise<void>((resolve) => {
      const request = get(
        { port, path: `/api/data/${datasetId}/${BASE}/big`, headers: { cookie } },
        (response) => {
          response.once("data", () => {
            request.destroy();
          });
          response.on("error", () => undefined);
          response.once("close", resolve);
        },
      );
      request.on("error", () => undefined);
    });
  await Promise.all(Array.from({ length: 10 }, leave));
  await expect.poll(openFiles, { timeout: 30_000 }).toEqual([]);
});

test.runIf(isLinux)(
  `twenty readers of ${BIG_MB} MB at once do not take the memory of one file each`,
  async () => {
    const cookie = await cookieOf(owner);
    let received = 0;
    let peak = 0;
    const before = process.memoryUsage().rss;
    const read = () =>
      new Promise<void>((resolve, reject) => {
        get({ port, path: `/api/data/${datasetId}/${BASE}/big`, headers: { cookie } }, (response) => {
          response.on("data", (part: Buffer) => {
            received += part.length;
            peak = Math.max(peak, process.memoryUsage.rss());
          });
          response.on("error", reject);
          response.on("end", resolve);
        }).on("error", reject);
      });
    await Promise.all(Array.from({ length: 20 }, read));
    expect(received).toBe(20 * BIG_MB * 1024 * 1024);
    // A thousand megabytes went through; client and server share this process.
    const grownMb = Math.round((peak - before) / 1024 / 1024);
    expect(grownMb).toBeLessThan(250);
    expect(openFiles()).toEqual([]);
  },
);
