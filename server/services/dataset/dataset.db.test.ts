import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { createDataset } from "@/server/services/dataset/create";
import { deleteDataset } from "@/server/services/dataset/delete";
import { getDataset } from "@/server/services/dataset/get";
import { listDatasets } from "@/server/services/dataset/list";
import { renameDataset } from "@/server/services/dataset/rename";
import {
  addMember,
  makeColleague,
  makeJob,
  makeProject,
  makeResource,
  makeStudy,
  makeUser,
} from "@/server/services/testing";

let t: TestDb;
beforeAll(async () => void (t = await createTestDb()));
afterAll(() => t.drop());

test("the folder is made from ids and names below the user's first folder", async () => {
  const owner = await makeUser(t.db, { project_dirs: ["/data/ada", "/scratch/ada"] });
  const project = await makeProject(owner, { name: "My Screen-1" });
  const { dataset_id, zarr_dir } = await createDataset(owner, { project_id: project.id, name: "Plate A.1" });
  expect(zarr_dir).toBe(`/data/ada/fractal/${project.id}_my_screen_1/${dataset_id}_plate_a_1`);
  const chosen = await createDataset(owner, {
    project_id: project.id,
    name: "B",
    project_dir: "/scratch/ada/",
    zarr_subfolder: "x//y/.",
  });
  expect(chosen.zarr_dir).toBe("/scratch/ada/x/y");
  await renameDataset(owner, { dataset_id, name: "Renamed" });
  expect(await getDataset(owner, { dataset_id })).toMatchObject({ name: "Renamed", zarr_dir, images: 0 });
});

test("a folder that is not the user's is refused at its field", async () => {
  const owner = await makeUser(t.db);
  const project = await makeProject(owner);
  const create = (part: object) => createDataset(owner, { project_id: project.id, name: "D", ...part });
  await expect(create({ project_dir: "/etc" })).rejects.toMatchObject({
    fields: { project_dir: expect.stringContaining("/home/") as unknown },
  });
  await expect(
    create({ project_dir: owner.user.project_dirs[0], zarr_subfolder: "./." }),
  ).rejects.toMatchObject({ fields: { zarr_subfolder: expect.stringContaining("below") as unknown } });
  await expect(create({ zarr_subfolder: "a" })).rejects.toMatchObject({ tag: "InvalidInput" });
  await expect(create({ zarr_subfolder: "../a", project_dir: "/etc" })).rejects.toMatchObject({
    name: "ZodError",
  });
});

test("a folder that is reached by a link out of the user's folders is refused, one within them is not", async () => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "fractal-links-")));
  const [mine, also] = [path.join(root, "mine"), path.join(root, "also")];
  mkdirSync(mine);
  mkdirSync(also);
  symlinkSync("/etc", path.join(mine, "out"));
  symlinkSync(also, path.join(mine, "archive"));
  const owner = await makeUser(t.db, { project_dirs: [mine, also] });
  const project = await makeProject(owner);
  const create = (zarr_subfolder: string, project_id = project.id) =>
    createDataset(owner, { project_id, name: "D", project_dir: mine, zarr_subfolder });
  for (const subfolder of ["out", "out/new/plate"])
    await expect(create(subfolder)).rejects.toMatchObject({
      fields: { zarr_subfolder: expect.stringContaining("A link leads to /etc") as unknown },
    });
  expect(await create("archive/plate")).toMatchObject({ zarr_dir: `${mine}/archive/plate` });
  expect(await create("new/plate")).toMatchObject({ zarr_dir: `${mine}/new/plate` });
  // On a cluster this machine cannot see where a link leads.
  const resource = await makeResource(t.db, { type: "slurm_ssh" });
  const far = await makeProject(owner, { resource_id: resource.id });
  expect(await create("out", far.id)).toMatchObject({ zarr_dir: `${mine}/out` });
  rmSync(root, { recursive: true });
});

test("a dataset with an active job is not deleted; without one it is gone at once", async () => {
  const study = await makeStudy(t.db);
  const input = { dataset_id: study.dataset.id };
  const job = await makeJob(t.db, study, { state: "stopping" });
  await expect(deleteDataset(study.owner, input)).rejects.toThrow(`Job ${job.id} works on the dataset`);
  const free = await makeStudy(t.db);
  await makeJob(t.db, free, { state: "done" });
  await deleteDataset(free.owner, { dataset_id: free.dataset.id });
  await expect(getDataset(free.owner, { dataset_id: free.dataset.id })).rejects.toMatchObject({
    tag: "NotFound",
  });
  expect(await listDatasets(free.owner, { project_id: free.project.id })).toEqual([]);
});

test("a list holds the datasets of the project, or of all the user's projects", async () => {
  const study = await makeStudy(t.db);
  const other = await makeProject(study.owner);
  const { dataset_id } = await createDataset(study.owner, { project_id: other.id, name: "a first" });
  const all = await listDatasets(study.owner);
  expect(all.map((one) => one.id)).toEqual([dataset_id, study.dataset.id]);
  const [listed] = await listDatasets(study.owner, { project_id: study.project.id });
  expect(listed).toMatchObject({ id: study.dataset.id, images: 2, project_name: study.project.name });
});

test("readers look and do not touch", async () => {
  const { owner, project, dataset } = await makeStudy(t.db);
  const reader = await makeColleague(owner);
  await addMember(t.db, project.id, reader, "r");
  expect(await getDataset(reader, { dataset_id: dataset.id })).toMatchObject({ can: { write: false } });
  for (const attempt of [
    () => createDataset(reader, { project_id: project.id, name: "D" }),
    () => renameDataset(reader, { dataset_id: dataset.id, name: "D" }),
    () => deleteDataset(reader, { dataset_id: dataset.id }),
  ])
    await expect(attempt()).rejects.toMatchObject({ tag: "Forbidden" });
});
