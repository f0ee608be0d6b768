/** `npm run quickstart`: real processes from the command to the images on disk. */
import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { closeDb, createDb } from "@/db/client";
import type { Db } from "@/db/client";
import { startEmbedded } from "@/db/embedded";
import { createTestDb } from "@/db/testing";
import { freePort } from "@/server/platform/ports";
import {
  HAS_TEST_DATA,
  TEST_DATA,
  runQuickstart,
  serverOf,
  startQuickstart,
  waitUntil,
} from "./support/quickstart";
import { assertGoodSegmentation, readLabels, readTiffLabels, shuffled } from "./support/score";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

let work: string;
beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), "fractal-quickstart-"));
});
afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

const folder = (name: string) => {
  const made = path.join(work, name);
  mkdirSync(made, { recursive: true });
  return made;
};
const dataDir = () => path.join(work, "data");

/** Root writes into any folder by its mode, so for root the file system itself has to be read-only. */
async function makeReadOnly(place: string) {
  if (!isRoot) {
    chmodSync(place, 0o500);
    return { path: place, reason: "permission denied", undo: () => Promise.resolve() };
  }
  try {
    await run("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", place]);
    const undo = () => run("umount", [place]);
    return { path: place, reason: "the file system is read-only", undo };
  } catch {
    // A container that may not mount: in this folder nobody can make anything.
    return { path: "/proc", reason: ".+", undo: () => Promise.resolve() };
  }
}

describe("what is in the way is said in one sentence, before anything is installed or built", () => {
  async function expectRefusal(
    { code, sentence }: { code: number; sentence: RegExp },
    args: readonly string[],
    env: Record<string, string>,
    nodeOptions: readonly string[] = [],
  ) {
    const ended = await runQuickstart(args, { FRACTAL_DATA_DIR: dataDir(), ...env }, nodeOptions);
    expect(ended.stderr.trim()).toMatch(sentence);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended.code).toBe(code);
    expect(ended.stdout).not.toContain("Build");
  }

  test("port in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const sentence = new RegExp(
      `^✗ Port ${port} is in use by another program\\. Set PORT to another number, for example PORT=${port + 1}\\.$`,
    );
    await expectRefusal({ code: 12, sentence }, [], { PORT: String(port) });
    server.close();
  });

  test("port that is no port", () =>
    expectRefusal({ code: 12, sentence: /^✗ PORT must be a number from 1 to 65535\.$/ }, [], {
      PORT: "http",
    }));

  test("no python3 on PATH", () =>
    expectRefusal(
      {
        code: 11,
        sentence: /^✗ No python3 was found on PATH; install Python 3\.11 or newer with its venv module\.$/,
      },
      [],
      { PATH: folder("bin") },
    ));

  test("only an old python3 on PATH", () => {
    const file = path.join(folder("bin"), "python3");
    writeFileSync(file, `#!/bin/sh\necho "${file}|3|9|2|1"\n`, { mode: 0o755 });
    const sentence =
      /^✗ .*\/bin\/python3 is Python 3\.9\.2, and task packages need Python 3\.11 or newer on PATH\.$/;
    return expectRefusal({ code: 11, sentence }, [], { PATH: path.dirname(file) });
  });

  test("data folder read-only", async () => {
    const { path: readOnly, reason, undo } = await makeReadOnly(folder("read-only"));
    try {
      for (const place of [readOnly, path.join(readOnly, "data", "deep")]) {
        const advice = "Set FRACTAL_DATA_DIR to a folder that can be written";
        const sentence = new RegExp(
          `^✗ Cannot write to the data folder ${place}: ${reason}\\. ${advice}\\.$`,
        );
        await expectRefusal({ code: 13, sentence }, [], { FRACTAL_DATA_DIR: place });
      }
    } finally {
      await undo();
    }
  });

  test("images: absent, empty, other files, no TIFF behind the name", async () => {
    const refuse = (images: string, sentence: RegExp) =>
      expectRefusal({ code: 14, sentence }, ["--images", images], {});
    await refuse(path.join(work, "absent"), /^✗ The images folder .*\/absent does not exist\.$/);
    await refuse(folder("empty"), /^✗ The images folder .*\/empty is empty\.$/);
    writeFileSync(path.join(folder("other"), "notes.txt"), "not an image");
    await refuse(folder("other"), /^✗ No file in .*\/other has a name like A01_F001_Z000_C01\.tif/);
    writeFileSync(path.join(folder("text"), "A01_F001.tif"), "not an image");
    await refuse(folder("text"), /^✗ .*\/text\/A01_F001\.tif is not a TIFF file\.$/);
  });

  test("DATABASE_URL: not one, and nobody listening", async () => {
    const refuse = (url: string, sentence: RegExp) =>
      expectRefusal({ code: 15, sentence }, [], { DATABASE_URL: url });
    await refuse(
      "mysql://root:geheim@localhost/x",
      /^✗ DATABASE_URL must look like postgres:\/\/user:password@host:5432\/database\.$/,
    );
    const port = await freePort();
    await refuse(
      `postgres://me:geheim@127.0.0.1:${port}/fractal`,
      new RegExp(
        `^✗ Cannot reach the database fractal on 127\\.0\\.0\\.1:${port}: connection refused\\. Check DATABASE_URL\\.$`,
      ),
    );
  });

  test("DATABASE_URL: a password that is wrong", () => {
    const url = new URL(process.env["TEST_DATABASE_URL"] ?? "");
    url.password = "geheim";
    const sentence = /^✗ The database .* refuses the user name or the password\. Check DATABASE_URL\.$/;
    return expectRefusal({ code: 15, sentence }, [], { DATABASE_URL: url.href });
  });

  test("a security setting that would have no effect", () =>
    expectRefusal(
      { code: 16, sentence: /^✗ FRACTAL_TASKS_USER is set, but .* not supported yet; unset it/ },
      [],
      {
        FRACTAL_TASKS_USER: "nobody",
      },
    ));

  test("an option that does not exist", () =>
    expectRefusal(
      { code: 2, sentence: /^✗ Unknown option '--imagse'.* See npm run quickstart -- --help\.$/ },
      ["--imagse"],
      {},
    ));

  const pretend = (code: string) => ["--import", `data:text/javascript,${encodeURIComponent(code)}`];

  test("Windows", () =>
    expectRefusal(
      { code: 10, sentence: /^✗ .*on Windows, run it inside WSL/ },
      [],
      {},
      pretend("Object.defineProperty(process, 'platform', { value: 'win32' })"),
    ));

  test("an old Node", () =>
    expectRefusal(
      { code: 10, sentence: /^✗ This is Node 18\.20\.1; fractal-ts needs Node 20\.19 or newer\.$/ },
      [],
      {},
      pretend("Object.defineProperty(process.versions, 'node', { value: '18.20.1' })"),
    ));
});

const count = async (db: Db, table: string) =>
  Number(
    (await db.execute<{ n: number }>(sql`SELECT count(*)::int AS n FROM ${sql.identifier(table)}`))[0]?.n,
  );

const TASKS = ["Convert TIFF Folder", "Project Z", "Segment Nuclei", "Measure Features", "Summarise Plate"];

test("from nothing to a verified workflow on simulated images; a second time it finds everything", async () => {
  const env = { FRACTAL_DATA_DIR: dataDir() };
  const first = await runQuickstart(["--exit"], env);
  expect(first.stderr).toBe("");
  expect(first.code).toBe(0);
  expect(first.stdout).toContain("simulated, not real: 48 files");
  expect(first.stdout).toContain("All 16 images are on disk and in the image list.");
  expect(first.stdout).toMatch(
    /\nPublished tasks on real images are skipped: pip has no index with fractal-tasks-core for this computer\.\n$/,
  );
  for (const name of TASKS)
    expect(first.stdout).toMatch(new RegExp(`${name} +\\w+ +(\\d+)/\\1 +0 +[\\d.]+ +\\d+\\n`));

  const second = await runQuickstart(["--exit"], env);
  expect(second.stderr).toBe("");
  expect(second.code).toBe(0);
  expect(second.stdout).toContain("Job 1 was done before and is checked again");
  const login = /Log in +(\S+)\n +Password +(\S{23})\n/;
  expect(login.exec(second.stdout)?.slice(1)).toEqual(login.exec(first.stdout)?.slice(1));

  // It stopped its database, and what is in it was made once.
  const server = await startEmbedded(dataDir(), { info: () => undefined });
  expect(server.adopted).toBe(false);
  const db = createDb(server.url, { max: 1 });
  for (const table of [
    "user_account",
    "resource",
    "profile",
    "project",
    "workflow",
    "dataset",
    "job",
    "task_group",
  ])
    expect([table, await count(db, table)]).toEqual([table, 1]);
  await closeDb(db);
  await server.stop();
});

test("an image that is missing on disk is found, although the job is done", async () => {
  const t = await createTestDb();
  const env = { FRACTAL_DATA_DIR: dataDir(), DATABASE_URL: t.url };
  expect((await runQuickstart(["--exit", "--wells", "A01"], env)).code).toBe(0);
  const [image] = await t.db.execute<{ zarr_url: string }>(
    sql`SELECT zarr_url FROM image ORDER BY id LIMIT 1`,
  );
  rmSync(`${image?.zarr_url}/0`, { recursive: true });
  const ended = await runQuickstart(["--exit", "--wells", "A01"], env);
  expect(ended.stderr).toContain(`✗ 1 images are not right: ${image?.zarr_url} cannot be read as OME-Zarr`);
  expect(ended.code).toBe(33);
  await t.drop();
});

// Guarantee: whatever happens to the server, no unit runs twice and the job ends right.
test("the server is killed in the middle of the job, and started again", async () => {
  const t = await createTestDb();
  const env = { FRACTAL_DATA_DIR: dataDir(), DATABASE_URL: t.url };
  const args = ["--exit", "--size", "384"];
  const killed = startQuickstart(args, { ...env, PORT: String(await freePort()) });
  await waitUntil(async () => {
    const [units] = await t.db.execute<{ done: number; running: number }>(sql`
      SELECT count(*) FILTER (WHERE u.state = 'done')::int AS done,
        count(*) FILTER (WHERE u.state = 'running')::int AS running
      FROM history_unit u JOIN history_run r ON r.id = u.history_run_id WHERE r."order" >= 1`);
    return (units?.done ?? 0) >= 3 && (units?.running ?? 0) > 0;
  });
  process.kill(await serverOf(killed.pid), "SIGKILL");
  const end = await killed.ended;
  expect(end.code).toBe(30);
  expect(end.stderr).toBe("✗ The server was ended by SIGKILL; started again, it goes on where it was.\n");

  const again = await runQuickstart(args, env);
  expect(again.stderr).toBe("");
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("Job 1 was found under way");
  expect(again.stdout).toContain("All 16 images are on disk and in the image list.");

  // The tasks' own counter: a line per unit that began.
  const [dataset] = await t.db.execute<{ zarr_dir: string }>(sql`SELECT zarr_dir FROM dataset`);
  const lines = readFileSync(`${dataset?.zarr_dir}/provenance.jsonl`, "utf8").trimEnd().split("\n");
  const began = lines.map((line) => {
    const { task, phase, zarr_url } = JSON.parse(line) as Record<
      "task" | "phase" | "zarr_url",
      string | null
    >;
    return `${task} ${phase} ${zarr_url}`;
  });
  expect(new Set(began).size).toBe(began.length);
  expect(began).toHaveLength(1 + 8 + 1 + 8 + 8 + 8 + 1);
  const states = await t.db.execute<{ state: string; n: number }>(
    sql`SELECT state, count(*)::int AS n FROM history_unit GROUP BY state`,
  );
  expect([...states]).toEqual([{ state: "done", n: began.length }]);
  const images = await t.db.execute<{ zarr_url: string; types: unknown }>(sql`
    SELECT zarr_url, types FROM image WHERE removed_at IS NULL ORDER BY zarr_url`);
  const wells = ["A/01", "A/02", "B/01", "B/02"];
  expect([...images].map(({ zarr_url }) => zarr_url)).toEqual(
    ["plate.zarr", "plate_mip.zarr"].flatMap((plate) =>
      wells.flatMap((well) => [0, 1].map((field) => `${dataset?.zarr_dir}/${plate}/${well}/${field}`)),
    ),
  );
  await t.drop();
});

describe.skipIf(!HAS_TEST_DATA)(`on the real images of ${TEST_DATA}`, () => {
  let t: Awaited<ReturnType<typeof createTestDb>>;
  let data: string;
  beforeAll(async () => {
    t = await createTestDb();
    data = mkdtempSync(path.join(tmpdir(), "fractal-real-images-"));
  });
  afterAll(async () => {
    await t.drop();
    rmSync(data, { recursive: true, force: true });
  });

  const nuclei = (name: string) => path.join(TEST_DATA, "nuclei", name);

  async function runOn(image: string, name: string) {
    const images = folder(name);
    copyFileSync(nuclei(image), path.join(images, "A01_F001.tif"));
    const env = { FRACTAL_DATA_DIR: data, DATABASE_URL: t.url };
    const ended = await runQuickstart(["--exit", "--images", images], env);
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
    const rows = await t.db.execute<{ zarr_url: string }>(sql`
      SELECT i.zarr_url FROM image i JOIN dataset d ON d.id = i.dataset_id
      WHERE d.name = ${name} AND i.types ->> 'segmented' = 'true'`);
    expect(rows).toHaveLength(1);
    return { stdout: ended.stdout, zarrUrl: rows[0]?.zarr_url ?? "" };
  }

  test("single planes: nuclei are found as well as the ground truth demands, and shuffled labels are not", async () => {
    const { stdout, zarrUrl } = await runOn("nuclei_2d.tif", "nuclei 2d");
    expect(stdout).toContain("the task Project Z is left out");
    const truth = readTiffLabels(nuclei("nuclei_2d_labels.tif"));
    const found = await readLabels(zarrUrl, "nuclei");
    const { meanIou, f1 } = assertGoodSegmentation(truth, found);
    process.stdout.write(`nuclei_2d: mean IoU ${meanIou.toFixed(3)}, F1 ${f1.toFixed(3)}\n`);
    expect(() => assertGoodSegmentation(truth, shuffled(found))).toThrow("the segmentation is bad");
    expect(existsSync(path.join(zarrUrl, "tables", "nuclei_features"))).toBe(true);
  });

  test("a stack in another folder: a dataset of its own in the same project, projected and segmented", async () => {
    const { stdout, zarrUrl } = await runOn("nuclei_3d.tif", "nuclei 3d");
    expect(stdout).toContain("is there already");
    expect(zarrUrl).toMatch(/\/plate_mip\.zarr\/A\/01\/0$/);
    const found = await readLabels(zarrUrl, "nuclei");
    expect([found.height, found.width]).toEqual([61, 57]);
    expect(new Set(Array.from(found.data)).size - 1).toBeGreaterThanOrEqual(8);
    expect(await count(t.db, "project")).toBe(1);
    expect(await count(t.db, "dataset")).toBe(2);
  });
});
