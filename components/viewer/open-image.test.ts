/** Real files of zarr-python: both formats, every codec, pixel by pixel. */
import { expect, test } from "vitest";
import { SAMPLES, sampleStore, sampleValue } from "@/e2e/support/ome-zarr/samples";
import { listLabels, openImage } from "./open-image";
import type { Level } from "./open-image";
import { sentenceFor } from "./data-store";
import { ChunkCache, valueAt } from "./plane";

const CACHE_BYTES = 1_000_000;

async function pixel(level: Level, place: { t: number; c: number; z: number }, y: number, x: number) {
  const tile = { row: Math.floor(y / level.tileHeight), column: Math.floor(x / level.tileWidth) };
  const plane = await new ChunkCache(CACHE_BYTES).load(level, place, tile);
  return valueAt(plane, y % level.tileHeight, x % level.tileWidth);
}

test.each(SAMPLES)("%s: sizes, channels and every corner of every plane", async (name) => {
  const image = await openImage(sampleStore(name));
  expect(image.levels.map(({ width, height, factor }) => [width, height, factor])).toEqual([
    [64, 48, { x: 1, y: 1 }],
    [32, 24, { x: 2, y: 2 }],
  ]);
  expect(image.pixel).toMatchObject({ x: 0.5, y: 0.5 });
  const [finest, lowest] = image.levels;
  for (let t = 0; t < image.size.t; t += 1)
    for (let c = 0; c < image.size.c; c += 1)
      for (let z = 0; z < image.size.z; z += 1)
        for (const [y, x] of [
          [0, 0],
          [47, 63],
          [31, 32],
          [13, 37],
        ] as const) {
          expect(await pixel(finest!, { t, c, z }, y, x)).toBe(sampleValue({ t, c, z, y, x }));
          const [half, halfX] = [Math.floor(y / 2), Math.floor(x / 2)];
          expect(await pixel(lowest!, { t, c, z }, half, halfX)).toBe(
            sampleValue({ t, c, z, y: 2 * half, x: 2 * halfX }),
          );
        }
});

test("the axes that an image has, and no others", async () => {
  const sizes = await Promise.all(SAMPLES.map(async (name) => (await openImage(sampleStore(name))).size));
  expect(sizes).toEqual([
    { t: 2, c: 2, z: 3 },
    { t: 1, c: 1, z: 1 },
    { t: 1, c: 2, z: 3 },
    { t: 1, c: 2, z: 3 },
  ]);
});

test("a label image: its names, its objects, also under planes that it does not have", async () => {
  const store = sampleStore("v05_zstd");
  expect(await listLabels(store)).toEqual(["nuclei"]);
  expect(await listLabels(sampleStore("v04_gzip"))).toEqual([]);
  const labels = await openImage(store, { path: "labels/nuclei" });
  const place = { t: 0, c: 1, z: 2 };
  expect(await pixel(labels.levels[0]!, place, 8, 8)).toBe(1);
  expect(await pixel(labels.levels[0]!, place, 30, 50)).toBe(2);
  expect(await pixel(labels.levels[0]!, place, 0, 0)).toBe(0);
});

test("a thumbnail reads metadata and one small chunk, nothing else", async () => {
  const asked: string[] = [];
  const image = await openImage(sampleStore("v04_blosc", asked), { onlyLowest: true });
  expect(image.levels).toHaveLength(1);
  await new ChunkCache(CACHE_BYTES).load(image.levels[0]!, { t: 0, c: 0, z: 1 }, { row: 0, column: 0 });
  expect(asked.filter((key) => key !== "/zarr.json")).toEqual(["/.zattrs", "/1/.zarray", "/1/0/0/1/0/0"]);
});

test("a chunk is read once, however many ask; the oldest make room", async () => {
  const asked: string[] = [];
  const { levels } = await openImage(sampleStore("v05_zstd", asked));
  const cache = new ChunkCache(2 * 32 * 32 * 2);
  const load = (row: number) => cache.load(levels[0]!, { t: 0, c: 0, z: 0 }, { row, column: 0 });
  await Promise.all([load(0), load(0), load(1)]);
  await load(0);
  const chunks = () => asked.filter((key) => key.includes("/c/"));
  expect(chunks()).toEqual(["/0/c/0/0/0/0", "/0/c/0/0/1/0"]);
  await cache.load(levels[0]!, { t: 0, c: 1, z: 0 }, { row: 0, column: 0 });
  expect(cache.peek(levels[0]!, { t: 0, c: 0, z: 0 }, { row: 1, column: 0 })).toBeNull();
});

type Documents = Readonly<Record<string, unknown>>;
/** Files of an image: bytes as they are, everything else as JSON. */
const storeOf = (files: Documents) => ({
  get: (key: string) => {
    const file = files[key];
    const bytes = file instanceof Uint8Array ? file : new TextEncoder().encode(JSON.stringify(file));
    return Promise.resolve(file === undefined ? undefined : bytes);
  },
});
const zarray = (shape: readonly number[], compressor: unknown = null) => ({
  ...{ zarr_format: 2, shape, chunks: shape, dtype: "|u1", order: "C" },
  ...{ fill_value: 0, filters: null, compressor },
});

test.each([
  { version: "0.1", shape: [6, 8], axes: undefined, size: { t: 1, c: 1, z: 1 } },
  { version: "0.2", shape: [2, 6, 8], axes: undefined, size: { t: 1, c: 1, z: 2 } },
  { version: "0.2", shape: [3, 2, 6, 8], axes: undefined, size: { t: 1, c: 3, z: 2 } },
  { version: "0.2", shape: [2, 3, 2, 6, 8], axes: undefined, size: { t: 2, c: 3, z: 2 } },
  { version: "0.3", shape: [3, 6, 8], axes: ["c", "y", "x"], size: { t: 1, c: 3, z: 1 } },
])(
  "before 0.4 axes and scales come from the arrays: $version, $shape",
  async ({ version, shape, axes, size }) => {
    const [y = 0, x = 0] = shape.slice(-2);
    const half = [...shape.slice(0, -2), y / 2, x / 2];
    const bytes = Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, at) => at);
    const image = await openImage(
      storeOf({
        "/.zattrs": { multiscales: [{ version, axes, datasets: [{ path: "0" }, { path: "1" }] }] },
        "/0/.zarray": zarray(shape),
        "/1/.zarray": zarray(half),
        [`/0/${shape.map(() => 0).join(".")}`]: bytes,
      }),
    );
    expect(image).toMatchObject({ size, pixel: null });
    expect(image.levels.map(({ width, height, factor }) => [width, height, factor])).toEqual([
      [8, 6, { x: 1, y: 1 }],
      [4, 3, { x: 2, y: 2 }],
    ]);
    const last = { t: size.t - 1, c: size.c - 1, z: size.z - 1 };
    expect(await pixel(image.levels[0]!, last, 5, 7)).toBe(bytes.at(-1));
  },
);

test("an array that is no picture is refused", async () => {
  const files = { "/.zattrs": { multiscales: [{ datasets: [{ path: "0" }] }] }, "/0/.zarray": zarray([8]) };
  await expect(openImage(storeOf(files))).rejects.toThrow("The array has 1 dimensions");
});

const SNAPPY = Uint8Array.of(2, 1, 2 << 5, 1, 4, 0, 0, 0, 4, 0, 0, 0, 16, 0, 0, 0);
test.each([
  ["another codec of Zarr 2", { id: "lzma", preset: 1 }, "stored with the codec 'lzma', which the viewer"],
  ["another filter", { id: "zfpy" }, "'zfpy', which the viewer cannot read. Write it again with blosc, zstd"],
  [
    "bytes that are not what they are called",
    { id: "blosc" },
    "(blosc): the file is shorter than its header",
  ],
  ["Snappy inside Blosc", { id: "blosc" }, "'blosc, compression 2', which the viewer", SNAPPY],
])(
  "%s: the sentence names it and says what to do",
  async (_, compressor, sentence, bytes = new Uint8Array(4)) => {
    const files = {
      "/.zattrs": { multiscales: [{ axes: ["y", "x"], datasets: [{ path: "0" }] }] },
      "/0/.zarray": zarray([2, 2], compressor),
      "/0/0.0": bytes,
    };
    const { levels } = await openImage(storeOf(files));
    const load = pixel(levels[0]!, { t: 0, c: 0, z: 0 }, 0, 0).catch(sentenceFor);
    expect(await load).toContain(sentence);
  },
);

test("another codec of Zarr 3 and other values than numbers are named as well", async () => {
  const array = (data_type: string, name: string) => ({
    ...{ zarr_format: 3, node_type: "array", shape: [2, 2], data_type, fill_value: 0, attributes: {} },
    chunk_grid: { name: "regular", configuration: { chunk_shape: [2, 2] } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    codecs: [
      { name: "bytes", configuration: { endian: "little" } },
      { name, configuration: {} },
    ],
  });
  const ome = { multiscales: [{ axes: ["y", "x"], datasets: [{ path: "0" }] }] };
  const group = { zarr_format: 3, node_type: "group", attributes: { ome } };
  const read = async (document: unknown) => {
    const files = { "/zarr.json": group, "/0/zarr.json": document, "/0/c/0/0": new Uint8Array(4) };
    const { levels } = await openImage(storeOf(files));
    return pixel(levels[0]!, { t: 0, c: 0, z: 0 }, 0, 0);
  };
  expect(await read(array("uint8", "imagecodecs_jpegxl")).catch(sentenceFor)).toContain(
    "'imagecodecs_jpegxl'",
  );
  expect(await read(array("complex64", "gzip")).catch(sentenceFor)).toContain("complex64");
});

test.each([
  { chunks: [1, 40_000, 40_000], dtype: "uint16" },
  { chunks: [2_000, 1_000, 1_000], dtype: "uint8" },
])("a chunk that would end the tab is not asked for: $chunks", async ({ chunks, dtype }) => {
  const asked: string[] = [];
  const metadata = {
    ...{ zarr_format: 2, shape: chunks, chunks, dtype: dtype === "uint8" ? "|u1" : "<u2", order: "C" },
    ...{ fill_value: 0, filters: null, compressor: null },
  };
  const multiscales = [{ axes: ["z", "y", "x"], datasets: [{ path: "0" }] }];
  const documents: Record<string, unknown> = { "/.zattrs": { multiscales }, "/0/.zarray": metadata };
  const store = {
    get: (key: string) => {
      asked.push(key);
      const document = documents[key];
      return Promise.resolve(document ? new TextEncoder().encode(JSON.stringify(document)) : undefined);
    },
  };
  const { levels } = await openImage(store);
  const load = new ChunkCache(CACHE_BYTES).load(levels[0]!, { t: 0, c: 0, z: 0 }, { row: 0, column: 0 });
  await expect(load).rejects.toThrow("too much for a browser");
  expect(asked).not.toContain("/0/0.0.0");
});

test.each([
  ["nothing there", null, "There is nothing at this path"],
  ["half a file", "{", "not valid JSON"],
  ["no image", "{}", "no 'multiscales'"],
  ["a plate", `{"plate": {}}`, "a whole plate"],
  ["axes of another world", `{"multiscales":[{"axes":["q","x"],"datasets":[{"path":"0"}]}]}`, "Axes q, x"],
  [
    "an array that is missing",
    `{"multiscales":[{"axes":["y","x"],"datasets":[{"path":"0"}]}]}`,
    "is missing: 0",
  ],
  ["a wrong document", `{"multiscales":[{"datasets":[]}]}`, "multiscales.0.datasets"],
] as const)("%s is said in a sentence", async (_, document, sentence) => {
  const store = {
    get: (key: string) => {
      const isThere = key === "/.zattrs" && document !== null;
      return Promise.resolve(isThere ? new TextEncoder().encode(document) : undefined);
    },
  };
  await expect(openImage(store)).rejects.toThrow(sentence);
});
