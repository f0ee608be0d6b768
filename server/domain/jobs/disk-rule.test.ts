import { expect, test } from "vitest";
import { tooFull } from "@/server/domain/jobs/disk-rule";

const RULE = { min_free_bytes: 1e9, min_free_percent: 2 };
const space = (free_bytes: number, total_bytes: number) => ({ mount: "/data", free_bytes, total_bytes });

test("a disk is too full below either limit, and not at it", () => {
  expect(tooFull(space(1e9, 20e9), RULE, "the images")).toBeNull();
  expect(tooFull(space(1e9 - 1, 20e9), RULE, "the images")).not.toBeNull();
  expect(tooFull(space(2e9, 100e9), RULE, "the images")).toBeNull();
  expect(tooFull(space(2e9 - 1, 100e9), RULE, "the images")).not.toBeNull();
});

test("the sentence names the disk, what is on it, the numbers and what to do", () => {
  expect(tooFull(space(999_999_999, 252e9), RULE, "the images")).toBe(
    "The disk mounted at /data, which holds the images, has 999.9 MB free of 252 GB (0.4 %); at least 1 GB and 2 % must be free for new work to begin. Make room there: the job then goes on by itself.",
  );
});

test("limits of zero never hold anything up", () => {
  expect(tooFull(space(0, 3e6), { min_free_bytes: 0, min_free_percent: 0 }, "the images")).toBeNull();
});
