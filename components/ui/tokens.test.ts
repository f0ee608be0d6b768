import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

type Colors = Record<string, string>;
type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const css = readFileSync(new URL("../../app/globals.css", import.meta.url), "utf8");

/** Hex values of the first block that starts with `selector`. */
function block(selector: string): Colors {
  const body = css.slice(css.indexOf(`\n${selector} {`)).split("}")[0] ?? "";
  return Object.fromEntries(
    [...body.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? "", m[2] ?? ""]),
  );
}

const light = block(":root");
const themes: Record<string, Colors> = { light, dark: { ...light, ...block('[data-theme="dark"]') } };

function colorOf(theme: Colors, name: string): string {
  const hex = theme[name];
  if (hex === undefined) throw new Error(`globals.css has no token --${name}`);
  return hex;
}

function linear(hex: string): Vector {
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function dot([a, b, c]: Vector, [x, y, z]: Vector): number {
  return a * x + b * y + c * z;
}

/** WCAG 2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [x, y] = [a, b].map((hex) => dot([0.2126, 0.7152, 0.0722], linear(hex))).sort((p, q) => q - p) as [
    number,
    number,
  ];
  return (x + 0.05) / (y + 0.05);
}

const GROUNDS = ["bg", "surface", "raised", "sunken", "hover", "press", "select-soft"];
const PAIRS: readonly (readonly [text: string, ground: string, min: number])[] = [
  ...GROUNDS.flatMap(
    (ground) =>
      [
        ["ink", ground, 7],
        ["ink-2", ground, 4.5],
        ["ink-3", ground, 4.5],
      ] as const,
  ),
  ...["done", "run", "fail", "warn", "wait", "select"].flatMap((state) =>
    [`${state}-soft`, "surface", "bg", "hover"].map((ground) => [`${state}-ink`, ground, 4.5] as const),
  ),
  ["on-solid", "solid", 4.5],
  ["on-solid", "solid-hover", 4.5],
  ...["done", "run", "fail", "control", "select"].map((fill) => [fill, "surface", 3] as const),
];

/** Machado, Oliveira and Fernandes 2009, severity 1. */
const VISIONS: Record<string, Matrix> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function oklab(rgb: Vector): Vector {
  const lms: Vector = [
    Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], rgb)),
    Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], rgb)),
    Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], rgb)),
  ];
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], lms),
    dot([1.9779984951, -2.428592205, 0.4505937099], lms),
    dot([0.0259040371, 0.7827717662, -0.808675766], lms),
  ];
}

function seenAs(hex: string, vision: Matrix): Vector {
  const rgb = linear(hex);
  const channel = (row: Vector) => Math.max(0, dot(row, rgb));
  return oklab([channel(vision[0]), channel(vision[1]), channel(vision[2])]);
}

const FILLS = ["done", "run", "fail", "warn", "wait"];
/** The design measured 0.119; below 0.115 two states look alike. */
const MIN_DISTANCE = 0.115;

describe.each(Object.entries(themes))("%s theme", (_name, theme) => {
  it.each(PAIRS)("%s on %s has a contrast of at least %d", (text, ground, min) => {
    expect(contrast(colorOf(theme, text), colorOf(theme, ground))).toBeGreaterThanOrEqual(min);
  });

  it.each(Object.entries(VISIONS))("the fills of the states differ under %s", (_vision, matrix) => {
    for (const [at, a] of FILLS.entries()) {
      for (const b of FILLS.slice(at + 1)) {
        const [p, q] = [seenAs(colorOf(theme, a), matrix), seenAs(colorOf(theme, b), matrix)];
        const distance = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        expect(distance, `${a} and ${b}`).toBeGreaterThanOrEqual(MIN_DISTANCE);
      }
    }
  });
});

describe("components", () => {
  it("never write a colour of their own", async () => {
    const { readdir } = await import("node:fs/promises");
    const root = new URL("../", import.meta.url);
    const files = (await readdir(root, { recursive: true })).filter((file) =>
      /(?<!\.test)\.tsx?$/.test(file),
    );
    const guilty = files.filter((file) =>
      /#[0-9a-f]{3,8}\b(?!["'`]?\s*\/>)/i.test(hexCandidates(readFileSync(new URL(file, root), "utf8"))),
    );
    expect(guilty).toEqual([]);
  });
});

/** Only string literals can carry a colour; comments speak of "#L210". */
function hexCandidates(source: string): string {
  return [...source.matchAll(/(["'`])(?:(?!\1).)*\1/g)]
    .map((match) => match[0])
    .filter((text) => /#[0-9a-f]{3}([0-9a-f]{3})?\b/i.test(text))
    .join("\n");
}
