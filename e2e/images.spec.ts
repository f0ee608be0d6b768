/** Pictures of images, from files that zarr-python wrote, pixel by pixel, under the content security policy. */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { expect, expectAccessible, test as base, unique } from "./fixtures";
import { SAMPLES, SAMPLES_FOLDER, sampleValue } from "./support/ome-zarr/samples";

type Folder = { id: number; zarr_dir: string };

const test = base.extend<{ samples: Folder }>({
  /** A dataset with the four sample images. */
  samples: async ({ api, project }, provide) => {
    const created = await api.dataset.create.mutate({ project_id: project.id, name: `Samples ${unique()}` });
    const { dataset_id, zarr_dir } = created;
    for (const name of SAMPLES) {
      cpSync(path.join(SAMPLES_FOLDER, `${name}.zarr`), path.join(zarr_dir, `${name}.zarr`), {
        recursive: true,
      });
      await api.image.add.mutate({ dataset_id, zarr_url: `${zarr_dir}/${name}.zarr`, attributes: { name } });
    }
    await provide({ id: dataset_id, zarr_dir });
  },
});

const stageOf = (page: Page) => page.getByRole("group", { name: "Picture" });
const canvasOf = (page: Page) => stageOf(page).getByRole("img");

/** Everything that can be seen is read and drawn. */
async function settled(page: Page): Promise<void> {
  await expect(stageOf(page)).toHaveAttribute("aria-busy", "false");
}

/** Colour at a pixel of the image, which is drawn whole in the middle of the canvas. */
async function colourAt(
  canvas: Locator,
  image: { width: number; height: number },
  at: { x: number; y: number },
) {
  return canvas.evaluate(
    (element, [size, point]) => {
      const { width, height } = element as HTMLCanvasElement;
      const zoom = Math.min(width / size.width, height / size.height);
      const x = Math.floor(width / 2 + (point.x + 0.5 - size.width / 2) * zoom);
      const y = Math.floor(height / 2 + (point.y + 0.5 - size.height / 2) * zoom);
      return [...((element as HTMLCanvasElement).getContext("2d")?.getImageData(x, y, 1, 1).data ?? [])];
    },
    [image, at] as const,
  );
}
const SIZE = { width: 64, height: 48 };

/** What the metadata say: DAPI blue 0 to 2600, GFP green 5000 to 7600. */
function expectedColour(at: { x: number; y: number; z: number; t?: number }, { gfp = true } = {}) {
  const share = (value: number, low: number, high: number) =>
    Math.round(255 * Math.min(1, Math.max(0, (value - low) / (high - low))));
  return [
    0,
    gfp ? share(sampleValue({ ...at, c: 1 }), 5000, 7600) : 0,
    share(sampleValue({ ...at, c: 0 }), 0, 2600),
    255,
  ];
}

const WITH_CHANNELS = ["v04_blosc", "v05_zstd", "v05_sharded"];
const POINTS = [
  { x: 1, y: 1 },
  { x: 62, y: 1 },
  { x: 40, y: 30 },
  { x: 20, y: 46 },
];

for (const name of WITH_CHANNELS)
  test(`${name}: what is stored is what is drawn`, async ({ page, samples }) => {
    await page.goto(`/datasets/${samples.id}/image?image=${name}.zarr&labels=off`);
    await settled(page);
    for (const at of POINTS) {
      const expected = expectedColour({ ...at, z: 1 });
      const drawn = await colourAt(canvasOf(page), SIZE, at);
      for (const [index, part] of expected.entries())
        expect(
          Math.abs((drawn[index] ?? -9) - part),
          `${name} ${JSON.stringify(at)} ${drawn.join()}`,
        ).toBeLessThanOrEqual(1);
    }
  });

test("a large chunk is decoded beside the page, in a worker that the policy lets start", async ({
  page,
  samples,
  api,
}) => {
  const side = 1500;
  const folder = path.join(samples.zarr_dir, "large.zarr");
  mkdirSync(path.join(folder, "0/0"), { recursive: true });
  const axes = ["y", "x"].map((name) => ({ name, type: "space" }));
  const datasets = [{ path: "0", coordinateTransformations: [{ type: "scale", scale: [1, 1] }] }];
  const window = { min: 0, max: 255, start: 0, end: 255 };
  const omero = { channels: [{ label: "Grid", color: "FFFFFF", window }] };
  const write = (file: string, value: unknown) => {
    writeFileSync(path.join(folder, file), value instanceof Uint8Array ? value : JSON.stringify(value));
  };
  write(".zattrs", { multiscales: [{ version: "0.4", axes, datasets }], omero });
  write("0/.zarray", {
    ...{ zarr_format: 2, shape: [side, side], chunks: [side, side], dtype: "|u1", order: "C", fill_value: 0 },
    ...{ dimension_separator: "/", filters: null, compressor: { id: "lz4", acceleration: 1 } },
  });
  const value = (y: number, x: number) => (31 * (y >> 6) + 7 * (x >> 6)) % 256;
  // An LZ4 block of nothing but literals, behind its length: nothing has to be compressed here.
  const values = Uint8Array.from({ length: side * side }, (_, at) => value(Math.floor(at / side), at % side));
  const more = values.length - 15;
  const lengths = Buffer.alloc(4);
  lengths.writeUInt32LE(values.length);
  write(
    "0/0/0",
    Buffer.concat([
      lengths,
      Buffer.from([0xf0]),
      Buffer.alloc(Math.floor(more / 255), 255),
      Buffer.from([more % 255]),
      values,
    ]),
  );
  await api.image.add.mutate({ dataset_id: samples.id, zarr_url: folder });

  await page.goto(`/datasets/${samples.id}/image?image=large.zarr`);
  await settled(page);
  expect(page.workers()).toHaveLength(1);
  for (const at of [
    { x: 30, y: 30 },
    { x: 1120, y: 1180 },
    { x: 1440, y: 100 },
  ]) {
    const drawn = await colourAt(canvasOf(page), { width: side, height: side }, at);
    expect(Math.abs((drawn[0] ?? -9) - value(at.y, at.x))).toBeLessThanOrEqual(1);
  }
});

test("an image without channels and colours is drawn in grey, with a contrast of its own", async ({
  page,
  samples,
}) => {
  await page.goto(`/datasets/${samples.id}/image?image=v04_gzip.zarr`);
  await settled(page);
  const dark = await colourAt(canvasOf(page), SIZE, { x: 1, y: 1 });
  const bright = await colourAt(canvasOf(page), SIZE, { x: 62, y: 46 });
  expect(dark[0]).toBeLessThan(20);
  expect(bright).toEqual([255, 255, 255, 255]);
  await expect(page.getByRole("checkbox", { name: "Intensity" })).toBeChecked();
});

test("a channel, the plane, the contrast and the labels change the picture and the address", async ({
  page,
  samples,
}) => {
  await page.goto(`/datasets/${samples.id}/image?image=v05_zstd.zarr&labels=off`);
  await settled(page);
  const canvas = canvasOf(page);
  await expect(canvas).toHaveAccessibleName(
    "Image v05_zstd.zarr: DAPI, GFP; plane 2 of 3; 32 µm wide, 24 µm high.",
  );
  const at = { x: 50, y: 30 };
  const colour = () => colourAt(canvas, SIZE, at);
  await expect.poll(colour).toEqual(expectedColour({ ...at, z: 1 }));

  await page.getByRole("checkbox", { name: "GFP" }).uncheck();
  await expect.poll(colour).toEqual(expectedColour({ ...at, z: 1 }, { gfp: false }));
  await expect(page).toHaveURL(/channels=0/);

  const planes = page.getByRole("slider", { name: "Plane" });
  await planes.press("ArrowRight");
  await expect(page).toHaveURL(/z=2/);
  await expect.poll(colour).toEqual(expectedColour({ ...at, z: 2 }, { gfp: false }));
  await page.locator("body").press("ArrowDown");
  await expect(planes).toHaveValue("1");

  const before = await colour();
  await page.getByRole("slider", { name: "Brightest value of DAPI" }).press("PageDown");
  await expect.poll(async () => (await colour())[2]).toBeGreaterThan(before[2] ?? 255);

  // Object 2: rows 24–39, columns 40–55; its rim in the label colour, inside it the picture.
  await page.getByRole("radio", { name: "Outline" }).check();
  await expect.poll(() => colourAt(canvas, SIZE, { x: 40, y: 30 })).toEqual([0xff, 0xe2, 0x8c, 255]);
  await page.getByRole("radio", { name: "Fill" }).check();
  await expect.poll(async () => (await colour())[0]).toBeGreaterThan(60);
  await page.getByRole("radio", { name: "Off" }).check();
  await expect.poll(async () => (await colour())[0]).toBe(0);

  // The address alone brings the view back.
  await page.reload();
  await settled(page);
  await expect(page.getByRole("checkbox", { name: "GFP" })).not.toBeChecked();
});

test("what is under the cursor: values and the place in micrometres", async ({ page, samples }) => {
  await page.goto(`/datasets/${samples.id}/image?image=v05_zstd.zarr`);
  await settled(page);
  const box = await canvasOf(page).boundingBox();
  if (!box) throw new Error("There is no canvas.");
  const zoom = Math.min(box.width / SIZE.width, box.height / SIZE.height);
  const at = { x: 45, y: 30 };
  await page.mouse.move(
    box.x + box.width / 2 + (at.x + 0.5 - SIZE.width / 2) * zoom,
    box.y + box.height / 2 + (at.y + 0.5 - SIZE.height / 2) * zoom,
  );
  const values = page.getByRole("region", { name: "Under the cursor" });
  await expect(values).toContainText("22.8, 15.3 µm");
  const dapi = sampleValue({ ...at, z: 1 }).toLocaleString("en-US");
  await expect(values).toContainText(`DAPI${dapi}`);
  await expect(values).toContainText("Label2");
});

test("the table shows a picture of every image, and in words why one is missing", async ({
  page,
  api,
  samples,
}) => {
  const outside = path.join(tmpdir(), `outside-${unique()}`);
  mkdirSync(outside);
  cpSync(path.join(SAMPLES_FOLDER, "v04_gzip.zarr"), path.join(outside, "linked.zarr"), { recursive: true });
  symlinkSync(path.join(outside, "linked.zarr"), path.join(samples.zarr_dir, "linked.zarr"));
  for (const name of ["linked", "absent"])
    await api.image.add.mutate({ dataset_id: samples.id, zarr_url: `${samples.zarr_dir}/${name}.zarr` });

  await page.goto(`/datasets/${samples.id}`);
  await expect(page.locator("canvas[data-thumbnail]")).toHaveCount(SAMPLES.length);
  for (const canvas of await page.locator("canvas[data-thumbnail]").all())
    expect(await differentColours(canvas)).toBeGreaterThan(20);
  await expect(
    page.getByRole("img", { name: "No picture. A link leads to a file outside the folder of the dataset" }),
  ).toBeVisible();
  await expect(page.getByRole("img", { name: "No picture. There is nothing at this path" })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("link", { name: "linked.zarr" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "A link leads to a file outside" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Channels" })).toHaveCount(0);
});

const differentColours = (canvas: Locator) =>
  canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const data =
      (element as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    return new Set(Array.from({ length: data.length / 4 }, (_, at) => data.slice(4 * at, 4 * at + 4).join()))
      .size;
  });

test("from the table to the panel, to the large picture, to the next image, and back, by keyboard", async ({
  page,
  samples,
}) => {
  await page.goto(`/datasets/${samples.id}`);
  const first = page.getByRole("link", { name: "v04_blosc.zarr" });
  await first.press("Enter");
  const panel = page.getByRole("complementary", { name: "Details" });
  await expect(panel.getByRole("heading", { level: 2, name: "v04_blosc.zarr" })).toBeVisible();
  await settled(page);
  expect(await differentColours(canvasOf(page))).toBeGreaterThan(20);
  await page.keyboard.press("j");
  await expect(panel.getByRole("heading", { level: 2, name: "v04_gzip.zarr" })).toBeVisible();

  await page.getByRole("link", { name: "v05_zstd.zarr" }).press("Space");
  await expect(page.getByRole("heading", { level: 1, name: "v05_zstd.zarr" })).toBeVisible();
  await expect(page.getByText("3 of 4")).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.getByRole("heading", { level: 1, name: "v05_sharded.zarr" })).toBeVisible();
  await settled(page);
  await expect(page.getByRole("button", { name: "Next image" })).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("k");
  await expect(page.getByRole("heading", { level: 1, name: "v05_zstd.zarr" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(new RegExp(`/datasets/${samples.id}\\?.*image=v05_zstd`));
});

const quickstart = async (api: { dataset: { list: { query: (input: object) => Promise<Found[]> } } }) => {
  const dataset = (await api.dataset.list.query({})).find(({ name }) => name === "Simulated plate");
  if (!dataset) throw new Error("The quickstart makes this dataset.");
  return `/datasets/${dataset.id}`;
};
type Found = { id: number; name: string };

test("the images of the quickstart in the table, also on a phone", async ({ page, api }) => {
  const address = await quickstart(api);
  const pictures = page.locator("canvas[data-thumbnail]");
  await page.goto(address);
  await expect.poll(() => pictures.count()).toBeGreaterThan(9);
  expect(await differentColours(pictures.first())).toBeGreaterThan(50);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(address);
  await expect.poll(() => pictures.count()).toBeGreaterThan(3);
});

test("a picture large, in both themes and on a phone", async ({ page, api }) => {
  await page.goto(`${await quickstart(api)}/image?image=plate.zarr/B/02/0`);
  await settled(page);
  await expect(page.getByRole("slider", { name: "Plane" })).toBeVisible();
  expect(await differentColours(canvasOf(page))).toBeGreaterThan(100);
  await expectAccessible(page);
});

test("a picture in the panel, in both themes and on a phone", async ({ page, api }) => {
  await page.goto(`${await quickstart(api)}?image=plate_mip.zarr/B/02/0`);
  await settled(page);
  await expectAccessible(page);
});
