/**
 * A name as part of a path: lower case, each ASCII punctuation or white-space character becomes `_`.
 * Letters outside ASCII survive; nothing is collapsed.
 *
 * @see Domain specification §3.3: `My Project: (a)-b` → `my_project___a__b`.
 */
export function sanitiseName(name: string): string {
  return name.toLowerCase().replace(/[\s!-/:-@[-`{-~]/g, "_");
}
