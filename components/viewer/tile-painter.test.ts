import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DataError } from "./data-store";
import type { Level, OpenImage } from "./open-image";
import { ChunkCache } from "./plane";
import { TilePainter } from "./tile-painter";
import type { PainterState, Scene } from "./tile-painter";

/** What a browser does on a canvas is not of interest here: only what is asked for, and what is said. */
const context = new Proxy({}, { get: () => () => undefined, set: () => true });
const canvas = () => ({ width: 4, height: 4, getContext: () => context }) as unknown as HTMLCanvasElement;

let frames: FrameRequestCallback[];
beforeEach(() => {
  frames = [];
  vi.stubGlobal("window", { devicePixelRatio: 1 });
  vi.stubGlobal("document", { createElement: canvas });
  vi.stubGlobal("ImageData", vi.fn());
  vi.stubGlobal("requestAnimationFrame", (frame: FrameRequestCallback) => frames.push(frame));
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
});
afterEach(() => vi.unstubAllGlobals());

/** Until nothing is left to draw or to read. */
async function settle(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = frames.splice(0);
    if (now.length === 0) return;
    for (const frame of now) frame(0);
  }
}

/** One tile, whose chunk is read by `getChunk`. */
function imageOf(getChunk: () => Promise<unknown>): OpenImage {
  const level: Level = {
    array: { getChunk, chunks: [4, 4], shape: [4, 4], dtype: "uint8" } as unknown as Level["array"],
    axes: ["y", "x"],
    ...{ width: 4, height: 4, tileWidth: 4, tileHeight: 4, factor: { x: 1, y: 1 } },
  };
  return {
    meta: {} as OpenImage["meta"],
    levels: [level],
    size: { t: 1, c: 1, z: 1 },
    pixel: null,
  };
}

test("a part that could not be read is asked for again only on demand, and then it is there", async () => {
  const getChunk = vi
    .fn<() => Promise<unknown>>()
    .mockRejectedValueOnce(new DataError("The server answered with 503."));
  getChunk.mockResolvedValue({ data: new Uint8Array(16), stride: [4, 1] });
  const states: PainterState[] = [];
  const painter = new TilePainter(canvas(), new ChunkCache(1e6), (state) => states.push(state));
  const scene: Scene = {
    image: imageOf(getChunk),
    labels: null,
    labelMode: "off",
    channels: [{ index: 0, color: [255, 255, 255], range: { low: 0, high: 255 } }],
    t: 0,
    z: 0,
  };
  const look = () => {
    painter.show(scene);
    painter.look({ x: 2, y: 2, zoom: 1 }, { width: 4, height: 4 });
  };
  look();
  await settle();
  expect(states.at(-1)).toMatchObject({ pending: 0, error: "The server answered with 503." });
  look();
  await settle();
  expect(getChunk).toHaveBeenCalledTimes(1);

  painter.retry();
  await settle();
  expect(getChunk).toHaveBeenCalledTimes(2);
  expect(states.at(-1)).toMatchObject({ pending: 0, error: null });
  expect(painter.valuesAt(1, 1)).toMatchObject({ channels: [0] });
});
