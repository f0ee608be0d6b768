import { beforeEach, expect, test, vi } from "vitest";
import type { Range } from "./ngff";
import type { ThumbnailResult } from "./thumbnail";
import { ThumbnailStore } from "./thumbnail-store";

beforeEach(() => {
  vi.useFakeTimers();
});

function pictureOf(range: Range): ThumbnailResult {
  const plane = { data: new Float32Array(1), offset: 0, rowStride: 1, columnStride: 1, width: 1, height: 1 };
  const channel = { label: "DAPI", color: [0, 0, 255] as const, plane, window: null, percentiles: range };
  return { picture: { width: 1, height: 1, channels: [channel] } };
}

/** A store whose loads end when the test says so. */
function controlled() {
  const started: string[] = [];
  const aborted: string[] = [];
  const finish = new Map<string, (result: ThumbnailResult) => void>();
  const store = new ThumbnailStore((_, path, signal) => {
    started.push(path);
    return new Promise((resolve, reject) => {
      finish.set(path, resolve);
      signal.addEventListener("abort", () => {
        aborted.push(path);
        reject(new Error("aborted"));
      });
    });
  });
  return { store, started, aborted, finish };
}
const settle = () => vi.advanceTimersByTimeAsync(100);

test("at most four load at once, the latest first", async () => {
  const { store, started, finish } = controlled();
  for (let at = 0; at < 10; at += 1) store.request(1, `image ${at}`, "P1");
  await settle();
  expect(started).toEqual(["image 0", "image 1", "image 2", "image 3"]);
  finish.get("image 0")?.({ reason: "gone" });
  await settle();
  expect(started.at(-1)).toBe("image 9");
  expect(store.get(1, "image 0")).toEqual({ reason: "gone" });
});

test("who scrolls past does not load; who leaves ends the load, unless somebody else waits too", async () => {
  const { store, started, aborted } = controlled();
  store.request(1, "passed", "P1")();
  await settle();
  expect(started).toEqual([]);

  const leave = store.request(1, "seen", "P1");
  const leaveToo = store.request(1, "seen", "P1");
  await settle();
  expect(started).toEqual(["seen"]);
  leave();
  leave();
  expect(aborted).toEqual([]);
  leaveToo();
  expect(aborted).toEqual(["seen"]);
  store.request(1, "seen", "P1");
  await settle();
  expect(started).toEqual(["seen", "seen"]);
});

test("pictures of one plate share the widest contrast seen; another plate has its own", async () => {
  const { store, finish } = controlled();
  const heard = vi.fn();
  store.subscribe(heard);
  for (const [path, plate, range] of [
    ["a", "P1", { low: 10, high: 100 }],
    ["b", "P1", { low: 20, high: 500 }],
    ["c", "P2", { low: 1, high: 2 }],
  ] as const) {
    store.request(1, path, plate);
    await settle();
    finish.get(path)?.(pictureOf(range));
    await settle();
  }
  expect(store.contrast("P1").get("DAPI")).toEqual({ low: 10, high: 500 });
  expect(store.contrast("P2").get("DAPI")).toEqual({ low: 1, high: 2 });
  expect(heard).toHaveBeenCalledTimes(3);
});

test("a picture is not asked for again, a missing one is after a while", async () => {
  const { store, started, finish } = controlled();
  store.request(1, "there", "P1");
  store.request(1, "absent", "P1");
  await settle();
  finish.get("there")?.(pictureOf({ low: 0, high: 1 }));
  finish.get("absent")?.({ reason: "not written yet" });
  await vi.advanceTimersByTimeAsync(60_000);
  store.request(1, "there", "P1");
  store.request(1, "absent", "P1");
  await settle();
  expect(started).toEqual(["there", "absent", "absent"]);
});
