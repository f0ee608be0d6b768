import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pause } from "./unknown";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** How long the pause lasts, in ms. */
function lengthOf(pause: Pause): number {
  let ms = 0;
  for (; pause.isOn; ms += 100) vi.advanceTimersByTime(100);
  return ms;
}

test("a pause doubles from half a second to five minutes, and news begin it anew", () => {
  const pause = new Pause();
  expect(pause.isOn).toBe(false);
  const lengths = Array.from({ length: 12 }, () => {
    pause.extend();
    return lengthOf(pause);
  });
  const seconds = [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
  expect(lengths).toEqual(seconds.map((s) => s * 1_000));
  pause.extend();
  pause.reset();
  expect(pause.isOn).toBe(false);
  pause.extend();
  expect(lengthOf(pause)).toBe(500);
});
