import { expect, test } from "vitest";
import { assertGoodSegmentation, score, shuffled } from "./score";

const row = (...data: number[]) => ({ data, height: 1, width: data.length });
const truth = row(1, 1, 1, 1, 0, 2, 2, 0);

test("scores known by hand", () => {
  expect(score(truth, truth)).toEqual({ meanIou: 1, f1: 1 });
  expect(score(truth, row(9, 9, 9, 0, 0, 0, 0, 0))).toEqual({ meanIou: 0.375, f1: 2 / 3 });
  expect(score(truth, row(0, 0, 0, 0, 0, 0, 0, 0))).toEqual({ meanIou: 0, f1: 0 });
  expect(score(truth, row(1, 1, 1, 1, 1, 1, 1, 1))).toEqual({ meanIou: (4 / 8 + 2 / 8) / 2, f1: 0 });
});

test("shuffling keeps every label and fails the assertion that the labels passed", () => {
  const labels = row(...Array.from({ length: 400 }, (_, n) => (n % 20 < 15 ? 1 + Math.floor(n / 20) : 0)));
  assertGoodSegmentation(labels, labels);
  const other = shuffled(labels);
  expect(Array.from(other.data).sort()).toEqual(Array.from(labels.data).sort());
  expect(() => assertGoodSegmentation(labels, other)).toThrow(/the segmentation is bad: mean IoU 0\.\d+/);
});
