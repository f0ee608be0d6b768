import { afterAll, beforeAll, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { one } from "@/db/rows";
import { datasets, imageStatuses } from "@/db/schema";
import { createTestDb } from "@/db/testing";
import type { TestDb } from "@/db/testing";
import { addImage } from "@/server/services/image/add";
import { editImage } from "@/server/services/image/edit";
import { getImageFacets } from "@/server/services/image/get-facets";
import { listImages } from "@/server/services/image/list";
import { removeImages } from "@/server/services/image/remove";
import type { ListImagesInput } from "@/server/contracts/image";
import {
  addMember,
  makeColleague,
  makeDataset,
  makeImages,
  makeJob,
  makeRun,
  makeStudy,
  makeUnits,
} from "@/server/services/testing";
import type { Study, TestImage } from "@/server/services/testing";

let t: TestDb;
let study: Study;
beforeAll(async () => {
  t = await createTestDb();
  study = await makeStudy(t.db);
});
afterAll(() => t.drop());

async function makeList(list: readonly TestImage[]) {
  const dataset = await makeDataset(t.db, study.project.id);
  const images = await makeImages(dataset, t.db, list);
  /** Positions of the images that pass. */
  const positions = async (part: Partial<ListImagesInput>) => {
    const page = await listImages(study.owner, { dataset_id: dataset.id, ...part });
    return page.items.map((image) => Number(image.zarr_url.split("/").at(-1)));
  };
  return { dataset, images, positions };
}
const version = async (id: number) =>
  one(await t.db.select().from(datasets).where(eq(datasets.id, id))).images_version;

test("a type that an image does not carry counts as false", async () => {
  const { positions } = await makeList([{ types: { a: true } }, { types: { a: false } }, {}]);
  expect(await positions({ type_filters: { a: true } })).toEqual([0]);
  expect(await positions({ type_filters: { a: false } })).toEqual([1, 2]);
  expect(await positions({ type_filters: { a: true, b: false } })).toEqual([0]);
});

test("attribute filters are and-ed over names, or-ed over values, and strict about the JSON type", async () => {
  const { positions } = await makeList([
    { attributes: { well: "A1", cycle: 1 } },
    { attributes: { well: "A1", cycle: "1" } },
    { attributes: { well: "B1", cycle: true } },
    { attributes: { cycle: 1 } },
  ]);
  expect(await positions({ attribute_filters: { well: ["A1", "B1"] } })).toEqual([0, 1, 2]);
  expect(await positions({ attribute_filters: { well: ["A1"], cycle: [1] } })).toEqual([0]);
  expect(await positions({ attribute_filters: { cycle: ["1"] } })).toEqual([1]);
  expect(await positions({ attribute_filters: { cycle: [true] } })).toEqual([2]);
  expect(await positions({ attribute_filters: { 'it\'s "odd"': ["x"] } })).toEqual([]);
});

test("search finds a part of the address in any letter case, and its wildcards are plain text", async () => {
  const { dataset } = await makeList([{}]);
  await addImage(study.owner, { dataset_id: dataset.id, zarr_url: `${dataset.zarr_dir}/Plate_1.zarr` });
  const found = async (search: string) =>
    (await listImages(study.owner, { dataset_id: dataset.id, search })).matching;
  expect(await found("pLATE_")).toBe(1);
  expect(await found("plate%1")).toBe(0);
  expect(await found("plate\\")).toBe(0);
});

test("pages follow the list order, with counts of what matches and of all", async () => {
  const { dataset } = await makeList(
    Array.from({ length: 5 }, (_, n) => ({ attributes: { even: n % 2 === 0 } })),
  );
  const page = await listImages(study.owner, {
    dataset_id: dataset.id,
    attribute_filters: { even: [true] },
    offset: 1,
    limit: 1,
  });
  expect(page).toMatchObject({
    matching: 3,
    total: 5,
    items: [{ zarr_url: `${dataset.zarr_dir}/2`, state: null }],
  });
});

test("counts follow the list: they are remembered per version of it", async () => {
  const { dataset, images } = await makeList([{}, {}]);
  const total = async () => (await listImages(study.owner, { dataset_id: dataset.id })).total;
  expect(await total()).toBe(2);
  await removeImages(study.owner, { dataset_id: dataset.id, image_ids: [images[0]?.id ?? 0] });
  expect(await total()).toBe(1);
});

test("the state is the one for the workflow task that is asked about", async () => {
  const { dataset, images } = await makeList([{}, {}]);
  const job = await makeJob(t.db, { ...study, dataset }, { state: "done" });
  const run = await makeRun(t.db, { ...study, dataset }, job.id);
  const [unit] = await makeUnits(t.db, run.id, [{ state: "failed" }]);
  await t.db.insert(imageStatuses).values({
    workflow_task_id: study.step.id,
    image_id: images[1]?.id ?? 0,
    unit_id: unit?.id ?? 0,
    state: "failed",
  });
  const ask = { dataset_id: dataset.id, workflow_task_id: study.step.id };
  const { items } = await listImages(study.owner, ask);
  expect(items.map((image) => image.state)).toEqual([null, "failed"]);
  const other = await makeStudy(t.db);
  await expect(
    listImages(study.owner, { dataset_id: dataset.id, workflow_task_id: other.step.id }),
  ).rejects.toMatchObject({ tag: "NotFound" });
});

test("facets tell every attribute and type with its values, most frequent first", async () => {
  const { dataset } = await makeList([
    { attributes: { well: "A1", cycle: 1 }, types: { is_3D: true } },
    { attributes: { well: "B2", cycle: 1 }, types: { is_3D: false } },
    { attributes: { well: "B2" } },
  ]);
  expect(await getImageFacets(study.owner, { dataset_id: dataset.id })).toEqual({
    attributes: [
      { name: "cycle", values: [{ value: 1, count: 2 }] },
      {
        name: "well",
        values: [
          { value: "B2", count: 2 },
          { value: "A1", count: 1 },
        ],
      },
    ],
    types: [{ name: "is_3D", true_count: 1, false_count: 2 }],
  });
});

test("an image is added at the end, inside the dataset's folder, once", async () => {
  const { dataset } = await makeList([{}]);
  const add = (zarr_url: string) => addImage(study.owner, { dataset_id: dataset.id, zarr_url });
  const before = await version(dataset.id);
  await add(`${dataset.zarr_dir}//new/`);
  expect(await version(dataset.id)).toBe(before + 1);
  const { items } = await listImages(study.owner, { dataset_id: dataset.id });
  expect(items.at(-1)?.zarr_url).toBe(`${dataset.zarr_dir}/new`);
  for (const url of [`${dataset.zarr_dir}-other/x`, dataset.zarr_dir, `${dataset.zarr_dir}/new`, "/etc/x"])
    await expect(add(url)).rejects.toMatchObject({ fields: { zarr_url: expect.any(String) as unknown } });
  expect(await version(dataset.id)).toBe(before + 1);
});

test("an image that was removed comes back clean at the end", async () => {
  const { dataset, images } = await makeList([{ attributes: { old: true } }, {}]);
  const first = images[0];
  if (!first) throw new Error("made above");
  await removeImages(study.owner, { dataset_id: dataset.id, image_ids: [first.id, 999_999] });
  expect(await removeImages(study.owner, { dataset_id: dataset.id, image_ids: [first.id] })).toEqual({
    removed: 0,
  });
  const again = await addImage(study.owner, {
    dataset_id: dataset.id,
    zarr_url: first.zarr_url,
    types: { x: true },
  });
  expect(again).toMatchObject({ id: first.id, attributes: {}, types: { x: true } });
  const { items } = await listImages(study.owner, { dataset_id: dataset.id });
  expect(items.map((image) => image.id)).toEqual([images[1]?.id, first.id]);
});

test("an edit replaces the maps that are given and leaves the others", async () => {
  const { dataset, images } = await makeList([{ attributes: { a: 1, b: 2 }, types: { x: true } }]);
  const image_id = images[0]?.id ?? 0;
  const edited = await editImage(study.owner, { dataset_id: dataset.id, image_id, attributes: { c: "3" } });
  expect(edited).toMatchObject({ attributes: { c: "3" }, types: { x: true } });
  expect(edited.attributes).not.toHaveProperty("a");
  await expect(
    editImage(study.owner, { dataset_id: study.dataset.id, image_id, types: {} }),
  ).rejects.toMatchObject({ tag: "NotFound" });
});

test("readers see images and change none", async () => {
  const reader = await makeColleague(study.owner);
  await addMember(t.db, study.project.id, reader, "r");
  const dataset_id = study.dataset.id;
  const image_id = study.images[0]?.id ?? 0;
  expect((await listImages(reader, { dataset_id })).total).toBe(2);
  for (const attempt of [
    () => addImage(reader, { dataset_id, zarr_url: `${study.dataset.zarr_dir}/x` }),
    () => editImage(reader, { dataset_id, image_id, types: {} }),
    () => removeImages(reader, { dataset_id, image_ids: [image_id] }),
  ])
    await expect(attempt()).rejects.toMatchObject({ tag: "Forbidden" });
});
