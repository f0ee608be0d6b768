/**
 * Compares package versions, older first: numbers part by part, `1.0 = 1.0.0`; a pre-release (`a`, `b`,
 * `rc`, `dev`) comes before its release. Anything that is not a version comes before all versions.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (!left || !right) return left ? 1 : right ? -1 : compareText(a, b);
  for (let n = 0; n < Math.max(left.release.length, right.release.length); n++) {
    const difference = (left.release[n] ?? 0) - (right.release[n] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.stage - right.stage || left.number - right.number || compareText(left.rest, right.rest);
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const STAGES: Readonly<Record<string, number>> = {
  dev: -4,
  a: -3,
  alpha: -3,
  b: -2,
  beta: -2,
  rc: -1,
  post: 1,
};

function parse(version: string) {
  const match = /^v?(\d+(?:\.\d+)*)(?:[-_.]?(dev|alpha|a|beta|b|rc|post)[-_.]?(\d*))?(.*)$/i.exec(version);
  if (!match?.[1]) return null;
  const stage = STAGES[match[2]?.toLowerCase() ?? ""] ?? 0;
  return {
    release: match[1].split(".").map(Number),
    stage,
    number: Number(match[3] ?? 0),
    rest: match[4] ?? "",
  };
}
