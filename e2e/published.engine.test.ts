/**
 * Tasks of the published package fractal-tasks-core, unmodified: collected from the package index, run on real
 * microscope images by the quickstart and on the example plate through the API, opened again with ngio.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import { freePort } from "@/server/platform/ports";
import { openImages } from "@/server/quickstart/verify-published";
import { logIn } from "./session";
import type { Session } from "./session";
import { runQuickstart, startQuickstart, waitUntil } from "./support/quickstart";
import type { Quickstart } from "./support/quickstart";

const PACKAGE = "fractal-tasks-core";
const EXAMPLES = "fractal-example-tasks";
/** A quarter of a gigabyte from the index, unpacked into 80 packages. */
const SETUP_MS = 900_000;

let t: Awaited<ReturnType<typeof createTestDb>>;
let dataDir: string;
let env: Record<string, string | undefined>;
let server: Quickstart;
let api: Session["api"];

beforeAll(async () => {
  t = await createTestDb();
  dataDir = mkdtempSync(path.join(tmpdir(), "fractal-published-"));
  // The index of whoever runs the tests.
  const pip = Object.entries(process.env).filter(([name]) => name.startsWith("PIP_"));
  env = {
    FRACTAL_DATA_DIR: dataDir,
    DATABASE_URL: t.url,
    PIP_NO_INDEX: undefined,
    PIP_INDEX_URL: undefined,
    ...Object.fromEntries(pip),
  };
  const port = String(await freePort());
  server = startQuickstart([], { ...env, PORT: port });
  const ended = server.ended.then((end) => {
    throw new Error(`the quickstart ended: ${JSON.stringify(end)}`);
  });
  await Promise.race([ended, waitUntil(() => server.stdout().includes("Press Ctrl-C"))]);
  const password = readFileSync(path.join(dataDir, "quickstart-password"), "utf8").trim();
  const session = await logIn(`http://localhost:${port}`, { email: "admin@example.org", password });
  if (!session) throw new Error("the log-in was refused");
  ({ api } = session);
}, SETUP_MS);

afterAll(async () => {
  server.kill("SIGTERM");
  await server.ended;
  await t.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Interpreter of the environment that was collected. */
async function collectedPython(): Promise<string> {
  const [group] = await t.db.execute<{ venv_path: string }>(
    sql`SELECT venv_path FROM task_group WHERE pkg_name = ${PACKAGE} AND active`,
  );
  return path.join(group?.venv_path ?? "", "bin", "python");
}

const isFlat = ({ types }: { types: Record<string, boolean> }) => types["is_3D"] === false;

test("the quickstart runs them on a real stack and opens what they wrote", async () => {
  const stdout = server.stdout();
  expect(stdout).toMatch(/Collect the published tasks +[\d.]+ s {2}fractal-tasks-core 2\.1\.0: 9 tasks\n/);
  expect(stdout).toMatch(/Project Image \(HCS Plate\) +compound +2\/2 +0 /);
  expect(stdout).toMatch(
    /Opened again with ngio: 2 images, projections of 1 × 1 × 256 × 256 pixels, \d+ objects/,
  );

  const dataset = (await api.dataset.list.query({})).find(({ name }) => name === "Real nuclei");
  const { items } = await api.image.list.query({ dataset_id: dataset?.id ?? 0, limit: 10 });
  const stack = items.find((image) => !isFlat(image));
  const flat = items.find(isFlat);
  expect(stack).toMatchObject({ origin: null, attributes: { plate: "nuclei.zarr", well: "A01" } });
  expect(flat).toMatchObject({
    origin: stack?.zarr_url,
    attributes: { plate: "nuclei_mip.zarr", well: "A01" },
    types: { is_3D: false },
  });
  const opened = await openImages(await collectedPython(), flat ? [flat] : []);
  expect(opened[0]).toMatchObject({ zarr_url: flat?.zarr_url, maximum_of_planes: 60 });
  // A person counts 22 nuclei, of which some touch and some are cut off at the edge.
  expect(opened[0]?.labels["nuclei"]?.objects).toBeGreaterThan(10);
  expect(opened[0]?.labels["nuclei"]?.objects).toBeLessThan(30);
  expect(opened[0]?.labels["nuclei"]?.covered).toBeGreaterThan(0.3);
  expect(opened[0]?.labels["nuclei"]?.covered).toBeLessThan(0.6);
});

type Truth = { planes: number; truth: { well: string; field: number; nuclei: number }[] };

/** Numbers of nuclei and of planes that the simulated microscope has drawn, and the folder with its files. */
function simulated() {
  const home = path.join(dataDir, "quickstart");
  const name = readdirSync(home).find((entry) => entry.startsWith("simulated-images"));
  const folder = path.join(home, name ?? "");
  const { planes, truth } = JSON.parse(readFileSync(path.join(folder, "microscope.json"), "utf8")) as Truth;
  return {
    folder,
    planes,
    nucleiOf: (well: string, field: number) =>
      truth.find((entry) => entry.well === well && entry.field === field)?.nuclei ?? 0,
  };
}

test(
  "on the example plate: projected, segmented and measured as the truth of the simulation demands",
  async () => {
    const { project_id } = await api.project.create.mutate({ name: "Published on the example plate" });
    const { dataset_id, zarr_dir } = await api.dataset.create.mutate({ project_id, name: "Example plate" });
    const { workflow_id } = await api.workflow.create.mutate({ project_id, name: "By hand" });
    const groups = await api.task.groups.query();
    const add = (pkg_name: string, name: string, args: object) => {
      const task = groups
        .find((group) => group.pkg_name === pkg_name)
        ?.tasks.find((entry) => entry.name === name);
      return api.workflow.addTask.mutate({ workflow_id, task_id: task?.id ?? 0, ...args });
    };
    const { folder, planes, nucleiOf } = simulated();
    expect(planes).toBeGreaterThan(1);
    await add(EXAMPLES, "Convert TIFF Folder", {
      args_non_parallel: { images_folder: folder, channel_names: ["Hoechst", "Marker"], pixel_size_um: 0.65 },
    });
    await add(PACKAGE, "Project Image (HCS Plate)", {});
    await add(PACKAGE, "Threshold Segmentation", {
      args_parallel: { channel: { identifier: "Hoechst" }, output_label_name: "nuclei" },
    });
    await add(PACKAGE, "Measure Features", { args_parallel: { input_label_name: "nuclei" } });

    const { job_id } = await api.job.submit.mutate({ workflow_id, dataset_id });
    await waitUntil(async () => (await api.job.get.query({ job_id })).end_timestamp !== null);
    const job = await api.job.get.query({ job_id });
    expect([job.state, job.cause]).toEqual(["done", null]);
    // Of the compound tasks the first call counts too.
    expect(job.tasks.map(({ run }) => run?.units.done)).toEqual([9, 9, 8, 8]);

    const { items } = await api.image.list.query({ dataset_id, limit: 100 });
    const flat = items.filter(isFlat);
    expect(items).toHaveLength(16);
    expect(flat).toHaveLength(8);
    for (const image of flat) {
      expect(image.origin).toBe(image.zarr_url.replace("plate_mip.zarr", "plate.zarr"));
      const stack = items.find(({ zarr_url }) => zarr_url === image.origin);
      expect(stack?.types).toEqual({ is_3D: true });
      expect(image.attributes).toEqual({ ...stack?.attributes, plate: "plate_mip.zarr" });
    }
    const opened = await openImages(await collectedPython(), flat);
    expect(opened).toHaveLength(8);
    for (const [index, image] of opened.entries()) {
      expect(image.zarr_url).toContain(`${zarr_dir}/plate_mip.zarr/`);
      expect([image.axes, image.shape]).toEqual(["czyx", [2, 1, 256, 256]]);
      // Pixel by pixel, in both channels.
      expect(image.maximum_of_planes).toBe(planes);
      const label = image.labels["nuclei"];
      expect(label?.shape).toEqual([1, 256, 256]);
      // A plain threshold joins nuclei that touch and keeps specks: near the truth, not at it.
      const { well, field } = flat[index]?.attributes ?? {};
      const truth = nucleiOf(String(well), Number(field));
      expect(label?.objects, `${well}, field ${field}: ${truth} nuclei`).toBeGreaterThan(truth * 0.6);
      expect(label?.objects, `${well}, field ${field}: ${truth} nuclei`).toBeLessThan(truth * 1.5);
      const table = image.tables["region_props_features"];
      expect(table).toMatchObject({ rows: label?.objects, is_finite: true, fits_label: "nuclei" });
      expect(table?.columns).toEqual(expect.arrayContaining(["area", "intensity_mean-Hoechst"]));
    }
  },
  SETUP_MS,
);

test("a second start finds everything and does nothing twice", async () => {
  const count = async () => {
    const [row] = await t.db.execute<Record<string, number>>(sql`
      SELECT (SELECT count(*)::int FROM task_group) AS groups, (SELECT count(*)::int FROM workflow) AS workflows,
        (SELECT count(*)::int FROM dataset) AS datasets, (SELECT count(*)::int FROM job) AS jobs,
        (SELECT count(*)::int FROM unit_attempt) AS attempts`);
    return row;
  };
  const before = await count();
  server.kill("SIGTERM");
  await server.ended;
  // Nothing of it asks the index.
  const ended = await runQuickstart(["--exit"], { ...env, PIP_INDEX_URL: "http://127.0.0.1:9/simple" });
  expect(ended.stderr).toBe("");
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain("fractal-tasks-core 2.1.0 is there already");
  expect(ended.stdout).toContain("Job 2 was done before and is checked again");
  expect(await count()).toEqual(before);
});
