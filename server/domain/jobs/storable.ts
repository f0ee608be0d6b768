/** What programs print need not be text that PostgreSQL can hold: NUL and lone surrogates are not. */

/** @returns The text without NUL, lone surrogates replaced by U+FFFD. */
export function storableText(text: string): string {
  return text
    .replaceAll("\0", "")
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** @returns JSON text of the value in which every string and key is storable. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry === "string") return storableText(entry);
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry;
    return Object.fromEntries(
      Object.entries(entry).map(([key, inner]) => [storableText(key), inner as unknown]),
    );
  });
}
