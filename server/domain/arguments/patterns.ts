/** Regular expressions come from packages, are written for Python, and may be built to take for ever. */

/** Whether JavaScript can read it. */
export function isReadable(pattern: string): boolean {
  try {
    new RegExp(pattern, "u");
    return true;
  } catch {
    return false;
  }
}

/** Steps that a match may cost before the browser leaves it to the server, which can interrupt itself. */
const MOST_STEPS = 1_000_000;

/**
 * Whether a match against a text of this length is certainly quick. Errs towards no: a repetition inside a
 * repetition never is, and each further repetition without an end multiplies the cost by the length.
 */
export function isQuick(pattern: string, length: number): boolean {
  const endless = endlessRepetitions(pattern);
  return endless !== null && Math.max(2, length) ** Math.max(1, endless) <= MOST_STEPS;
}

/** How many `*`, `+` and `{n,}` there are; null where one repetition holds another. */
function endlessRepetitions(pattern: string): number | null {
  const bare = pattern.replace(/\\./gsu, "x").replace(/\[[^\]]*\]/gsu, "x");
  const repeatsInside: boolean[] = [false];
  let count = 0;
  for (let at = 0; at < bare.length; at += 1) {
    const letter = bare.charAt(at);
    if (letter === "(") repeatsInside.push(false);
    const isGroupEnd = letter === ")";
    const inner = isGroupEnd ? repeatsInside.pop() === true : false;
    const quantifier = /^(?:[*+]|\{\d+(?:,\d*)?\}|\?(?![=!:<]))/u.exec(
      bare.slice(at + (isGroupEnd ? 1 : 0)),
    )?.[0];
    if (isGroupEnd) {
      const hasChoice = quantifier !== undefined && quantifier !== "?" && hasAlternative(bare, at);
      if (quantifier !== undefined && quantifier !== "?" && (inner || hasChoice)) return null;
      if (inner) mark(repeatsInside);
    } else if (quantifier !== undefined && at > 0 && letter === quantifier.charAt(0)) {
      mark(repeatsInside);
      if (/^[*+]$|,\}$/u.test(quantifier)) count += 1;
    }
  }
  return count;
}

function mark(levels: boolean[]): void {
  if (levels.length > 0) levels[levels.length - 1] = true;
}

/** Whether the group that ends at `end` holds a `|`. */
function hasAlternative(bare: string, end: number): boolean {
  let depth = 0;
  for (let at = end; at >= 0; at -= 1) {
    if (bare.charAt(at) === ")") depth += 1;
    if (bare.charAt(at) === "(") depth -= 1;
    if (bare.charAt(at) === "|" && depth > 0) return true;
    if (depth === 0) return false;
  }
  return false;
}
