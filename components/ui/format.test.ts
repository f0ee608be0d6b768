import { describe, expect, it } from "vitest";

import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatMemory,
  formatNoun,
  formatPercent,
} from "./format";

describe("numbers", () => {
  it("carry separators", () => {
    expect(formatCount(100_000)).toBe("100,000");
    expect(formatMemory(4000)).toBe("4,000 MB");
  });
  it("agree with their noun", () => {
    expect(formatNoun(1, "image")).toBe("1 image");
    expect(formatNoun(1536, "image")).toBe("1,536 images");
    expect(formatNoun(2, "batch", "batches")).toBe("2 batches");
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 s"],
    [0.42, "0.4 s"],
    [6.8, "6.8 s"],
    [9.97, "10 s"],
    [38, "38 s"],
    [59.6, "1 min"],
    [161, "2 min 41 s"],
    [600, "10 min"],
    [3599.7, "1 h"],
    [15_480, "4 h 18 min"],
    [187_200, "2 d 4 h"],
    [-5, "0 s"],
  ])("%d seconds read %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("formatClock", () => {
  it("keeps columns short", () => {
    expect(formatClock(6)).toBe("0:06");
    expect(formatClock(161)).toBe("2:41");
    expect(formatClock(3961)).toBe("1:06:01");
  });
});

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [3.14e9, "3.1 GB"],
    [38e9, "38 GB"],
    [212.4e9, "212 GB"],
    [999.6e9, "1 TB"],
    [18.4e12, "18.4 TB"],
  ])("%d bytes read %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe("formatPercent", () => {
  it("says 100 % only when nothing is missing and 0 % only when there is nothing", () => {
    expect(formatPercent(99_999, 100_000)).toBe("99 %");
    expect(formatPercent(1, 100_000)).toBe("1 %");
    expect(formatPercent(100, 100)).toBe("100 %");
    expect(formatPercent(0, 0)).toBe("0 %");
  });
});
