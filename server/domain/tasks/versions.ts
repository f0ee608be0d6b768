/** Versions of Python packages as PEP 440 orders them. */

type Version = {
  epoch: number;
  /** Without zeros at the end: 1.0 and 1.0.0 are one version. */
  release: number[];
  pre: ["a" | "b" | "rc", number] | null;
  post: number | null;
  dev: number | null;
  /** What follows the `+`; numbers are above words. */
  local: (string | number)[];
};

const PATTERN = new RegExp(
  String.raw`^\s*v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)` +
    String.raw`(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preN>\d*))?` +
    String.raw`(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postN>\d*))?` +
    String.raw`(?:[-_.]?(?<dev>dev)[-_.]?(?<devN>\d*))?` +
    String.raw`(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*$`,
  "i",
);

function parse(text: string): Version | null {
  const part = PATTERN.exec(text)?.groups;
  if (!part) return null;
  const release = (part["release"] ?? "").split(".").map(Number);
  while (release.length > 1 && release.at(-1) === 0) release.pop();
  const word = part["pre"]?.toLowerCase();
  const stage = word === undefined ? null : word.startsWith("a") ? "a" : word.startsWith("b") ? "b" : "rc";
  const hasPost = part["post"] !== undefined || part["implicitPost"] !== undefined;
  return {
    epoch: Number(part["epoch"] ?? 0),
    release,
    pre: stage && [stage, Number(part["preN"] ?? 0)],
    post: hasPost ? Number(part["implicitPost"] ?? part["postN"] ?? 0) : null,
    dev: part["dev"] === undefined ? null : Number(part["devN"] ?? 0),
    local: (part["local"] ?? "")
      .toLowerCase()
      .split(/[-_.]/)
      .filter((piece) => piece !== "")
      .map((piece) => (/^\d+$/.test(piece) ? Number(piece) : piece)),
  };
}

/** Older first. Equal versions may be spelled differently. Anything that is no version comes before all versions. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (!left || !right) return left ? 1 : right ? -1 : compareText(a, b);
  return (
    left.epoch - right.epoch ||
    compareLists(left.release, right.release, (x, y) => x - y, 0) ||
    preRank(left) - preRank(right) ||
    (left.pre?.[1] ?? 0) - (right.pre?.[1] ?? 0) ||
    (left.post ?? -1) - (right.post ?? -1) ||
    compareDev(left.dev, right.dev) ||
    compareLists(left.local, right.local, compareLocal)
  );
}

/** True for spellings of one version: `1.0`, `v1.0.0`. */
export const isSameVersion = (a: string, b: string) => compareVersions(a, b) === 0;

/** True for `a`, `b`, `rc` and `dev`; pip installs them only when they are named. */
export function isPreRelease(version: string): boolean {
  const parsed = parse(version);
  return parsed !== null && (parsed.pre !== null || parsed.dev !== null);
}

/** 1.0.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0. */
function preRank({ pre, post, dev }: Version): number {
  if (pre) return ["a", "b", "rc"].indexOf(pre[0]);
  return post === null && dev !== null ? -1 : 3;
}

/** A development release comes before what it leads to. */
function compareDev(a: number | null, b: number | null): number {
  if (a === b) return 0;
  return a === null ? 1 : b === null ? -1 : a - b;
}

function compareLocal(a: string | number, b: string | number): number {
  if (typeof a === "number") return typeof b === "number" ? a - b : 1;
  return typeof b === "number" ? -1 : compareText(a, b);
}

/** Part by part; where one list ends, `missing` stands in, or else the shorter one comes first. */
function compareLists<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number, missing?: T) {
  for (let n = 0; n < Math.max(a.length, b.length); n++) {
    const [x = missing, y = missing] = [a[n], b[n]];
    if (x === undefined || y === undefined) return a.length - b.length;
    const difference = compare(x, y);
    if (difference !== 0) return difference;
  }
  return 0;
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
